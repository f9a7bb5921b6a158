// Replica regions as requests name them and answers show them. Follows "Replicate AWS Secrets Manager secrets across
// Regions" and the API's ReplicaRegionType and ReplicationStatusType.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/secretsmanager/rooms.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

// The model has a pattern for Region; what violates it gets AWS's "Invalid replica region." from add_replicas().
struct ReplicaRegionEntry {
  std::optional<std::string> region;
  std::optional<std::string> kms_key_id;
  static constexpr wire::Field kFields[] = {
      wire::field<&ReplicaRegionEntry::region>("Region", {.min = 1, .max = 128}),
      wire::field<&ReplicaRegionEntry::kms_key_id>("KmsKeyId", {.min = 0, .max = 2048})};
};

struct ReplicationStatusEntry {
  std::string region;
  std::string kms_key_id;
  std::string status;
  std::optional<std::string> status_message;
  std::optional<Time> last_accessed_date;  // of the replica, as its region has told; 00:00 UTC of that day
  static constexpr wire::Field kFields[] = {
      wire::field<&ReplicationStatusEntry::region>("Region"),
      wire::field<&ReplicationStatusEntry::kms_key_id>("KmsKeyId"),
      wire::field<&ReplicationStatusEntry::status>("Status"),
      wire::field<&ReplicationStatusEntry::status_message>("StatusMessage"),
      wire::field<&ReplicationStatusEntry::last_accessed_date>("LastAccessedDate")};
};

// In the order in which the regions were added.
std::vector<ReplicationStatusEntry> replication_status(const secrets::SecretView& view);

struct ReplicasToAdd {
  const std::vector<ReplicaRegionEntry>& regions;
  bool force_overwrite = false;
};

// Adds the regions to the secret, and to `restarted`. A region that is there already keeps its place, takes the new key
// and is tried again: that is AWS's way to retry. kInvalidParameter: the own region, none of this deployment, or one
// given twice, or a KMS key of another region; kLimitExceeded beyond rooms.max_replica_regions.
Result<void> add_replicas(const ReplicasToAdd& wanted, const Rooms& rooms, secrets::Change& change);

}  // namespace coffer::secretsmanager
