#include "services/secretsmanager/common_replicas.h"

#include <algorithm>

#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_kms.h"

namespace coffer::secretsmanager {
namespace {

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidParameter, std::move(message)};
}

Result<Region> parse_region(const ReplicaRegionEntry& entry, const Rooms& rooms) {
  auto region = entry.region ? Region::parse(*entry.region) : std::nullopt;
  const bool is_known = region && rooms.regions.has(*region);
  if (!is_known || *region == rooms.region) return invalid("Invalid replica region.");
  return std::move(*region);
}

}  // namespace

std::vector<ReplicationStatusEntry> replication_status(const secrets::SecretView& view) {
  std::vector<ReplicationStatusEntry> entries;
  entries.reserve(view.secret.replicas.size());
  for (const secrets::ReplicaRegion& replica : view.secret.replicas) {
    auto [status, message] = view.replica_status(replica.region);
    ReplicationStatusEntry& entry = entries.emplace_back();
    entry.region = replica.region.text();
    entry.kms_key_id = replica.kms_key_id.empty() ? kms::kSecretsManagerAlias : replica.kms_key_id;
    entry.status = status;
    if (!message.empty()) entry.status_message = std::move(message);
    const auto& accessed = view.copies_last_accessed;
    const auto read = std::ranges::find(accessed, replica.region, &std::pair<Region, Time>::first);
    if (read != accessed.end()) entry.last_accessed_date = read->second;
  }
  return entries;
}

Result<void> add_replicas(const ReplicasToAdd& wanted, const Rooms& rooms, secrets::Change& change) {
  std::vector<secrets::ReplicaRegion>& replicas = change.secret.replicas;
  std::vector<Region>& restarted = change.restarted_replicas;
  const size_t before = replicas.size();
  for (const ReplicaRegionEntry& entry : wanted.regions) {
    COFFER_ASSIGN(const Region region, parse_region(entry, rooms));
    if (std::ranges::find(restarted, region) != restarted.end()) {
      return invalid("Region " + region.text() + " is given more than once in AddReplicaRegions.");
    }
    restarted.push_back(region);
    secrets::ReplicaRegion replica{region, entry.kms_key_id.value_or(""), wanted.force_overwrite};
    COFFER_TRY(check_replica_kms_key(replica.kms_key_id, change.secret.account, region));
    const auto known = std::ranges::find(replicas, region, &secrets::ReplicaRegion::region);
    if (known == replicas.end()) {
      replicas.push_back(std::move(replica));
    } else {
      *known = std::move(replica);
    }
  }
  // A quota that was lowered since stands in nobody's way who only tries again.
  if (replicas.size() <= std::max(before, rooms.max_replica_regions)) return {};
  return Error{ErrorCode::kLimitExceeded, "A secret can't be replicated to more than " +
                                              std::to_string(rooms.max_replica_regions) + " other Regions."};
}

}  // namespace coffer::secretsmanager
