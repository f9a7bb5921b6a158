#include "kms/lineage_rows.h"

#include <algorithm>
#include <cstdlib>

namespace coffer::kms {
namespace {

Error damaged() {
  return Error{ErrorCode::kCorrupt, "the record of a multi-region key is damaged"};
}

void encode_birth(const Birth& from, LineageRecord::Birth& to) {
  to.set_description(from.description);
  for (const Tag& tag : from.tags) {
    KeyRecord::Tag& written = *to.add_tags();
    written.set_key(tag.key);
    written.set_value(tag.value);
  }
  to.set_policy(from.policy.text);
  for (const policy::PrincipalBinding& binding : from.policy.bindings) {
    BindingRecord& written = *to.add_policy_bindings();
    written.set_text(binding.text);
    written.set_unique_id(binding.unique_id);
  }
}

Birth decode_birth(const LineageRecord::Birth& from) {
  Birth to{from.description(), {}, {from.policy(), {}}};
  for (const KeyRecord::Tag& tag : from.tags())
    to.tags.push_back({tag.key(), tag.value()});
  for (const BindingRecord& binding : from.policy_bindings())
    to.policy.bindings.push_back({binding.text(), binding.unique_id()});
  return to;
}

Result<Replica> decode_replica(const LineageRecord::Replica& from) {
  auto region = Region::parse(from.region());
  const auto state = decode_state(from.state());
  if (!region || !state || from.since() == 0) return damaged();
  if (from.lost() && from.has_birth()) return damaged();
  Replica to{std::move(*region), from.since(), from.materials(), *state, std::nullopt, from.lost()};
  if (from.has_birth()) to.birth = decode_birth(from.birth());
  return to;
}

}  // namespace

KeyRecord::State encode_state(KeyState state) {
  switch (state) {
    case KeyState::kEnabled:
      return KeyRecord::ENABLED;
    case KeyState::kDisabled:
      return KeyRecord::DISABLED;
    case KeyState::kPendingDeletion:
      return KeyRecord::PENDING_DELETION;
    case KeyState::kPendingReplicaDeletion:
      return KeyRecord::PENDING_REPLICA_DELETION;
  }
  std::abort();
}

std::optional<KeyState> decode_state(int state) {
  switch (state) {
    case KeyRecord::ENABLED:
      return KeyState::kEnabled;
    case KeyRecord::DISABLED:
      return KeyState::kDisabled;
    case KeyRecord::PENDING_DELETION:
      return KeyState::kPendingDeletion;
    case KeyRecord::PENDING_REPLICA_DELETION:
      return KeyState::kPendingReplicaDeletion;
    default:
      return std::nullopt;
  }
}

void encode_lineage(const Lineage& from, LineageRecord& to) {
  to.set_primary(from.primary.text());
  to.set_former(from.former.text());
  to.set_epoch(from.stamp.epoch);
  to.set_generation(from.stamp.generation);
  to.set_since(from.since);
  for (const Replica& replica : from.replicas) {
    LineageRecord::Replica& written = *to.add_replicas();
    written.set_region(replica.region.text());
    written.set_since(replica.since);
    written.set_materials(static_cast<uint32_t>(replica.materials));
    written.set_state(encode_state(replica.state));
    if (replica.birth) encode_birth(*replica.birth, *written.mutable_birth());
    written.set_lost(replica.is_lost);
  }
}

Result<Lineage> decode_lineage(const LineageRecord& from) {
  auto primary = Region::parse(from.primary());
  auto former = from.former().empty() ? Region() : Region::parse(from.former());
  if (!primary || !former || from.epoch() == 0 || from.generation() == 0) return damaged();
  Lineage to{std::move(*primary), std::move(*former), {from.epoch(), from.generation()}, {}, from.since()};
  for (const LineageRecord::Replica& replica : from.replicas()) {
    COFFER_ASSIGN(Replica decoded, decode_replica(replica));
    to.replicas.push_back(std::move(decoded));
  }
  const auto out_of_order = [](const Replica& a, const Replica& b) { return a.region >= b.region; };
  if (std::ranges::adjacent_find(to.replicas, out_of_order) != to.replicas.end()) return damaged();
  return to;
}

}  // namespace coffer::kms
