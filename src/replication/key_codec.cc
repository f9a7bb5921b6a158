#include "replication/key_codec.h"

#include <algorithm>

#include "crypto/aead.h"
#include "kms/key_details.h"
#include "replication/frame_fields.h"
#include "replication/link.pb.h"
#include "replication/link_codec.h"

namespace coffer::replication {
namespace {

constexpr size_t kMaxDescriptionBytes = 4 * 8192;
constexpr size_t kMaxTagBytes = 4 * 256;
constexpr int kMaxBindings = 2000;
constexpr size_t kMaxPrincipalBytes = 8192;

void encode_stamp(const kms::KeyName& key, const kms::Stamp& from, wire::KeyStamp& to) {
  to.set_account(key.account.text());
  to.set_key_id(key.id);
  to.set_epoch(from.epoch);
  to.set_generation(from.generation);
}

Result<kms::KeyName> decode_name(const wire::KeyStamp& from) {
  kms::KeyName to;
  COFFER_ASSIGN(to.account, parse_id<AccountId>(from.account(), "account of a key"));
  COFFER_TRY(check(kms::is_key_id(from.key_id()) && kms::is_multi_region_id(from.key_id()), "key id"));
  to.id = from.key_id();
  return to;
}

Result<kms::Stamp> decode_stamp(const wire::KeyStamp& from) {
  COFFER_TRY(check(from.epoch() > 0 && from.generation() > 0, "stamp of a key"));
  return kms::Stamp{from.epoch(), from.generation()};
}

void encode_birth(const kms::Birth& from, wire::KeyBirth& to) {
  to.set_description(from.description);
  for (const kms::Tag& tag : from.tags) {
    wire::Tag& added = *to.add_tags();
    added.set_key(tag.key);
    added.set_value(tag.value);
  }
  to.set_policy(from.policy.text);
  for (const policy::PrincipalBinding& binding : from.policy.bindings) {
    wire::PolicyBinding& added = *to.add_policy_bindings();
    added.set_text(binding.text);
    added.set_unique_id(binding.unique_id);
  }
}

Result<kms::Birth> decode_birth(const wire::KeyBirth& from) {
  COFFER_TRY(check(from.description().size() <= kMaxDescriptionBytes, "description of a key"));
  COFFER_TRY(check(from.policy().size() <= kms::kMaxKeyPolicySize, "key policy"));
  COFFER_TRY(check(from.policy_bindings_size() <= kMaxBindings, "number of policy bindings"));
  COFFER_TRY(check(static_cast<size_t>(from.tags_size()) <= kms::kMaxTags, "number of tags of a key"));
  kms::Birth to{from.description(), {}, {from.policy(), {}}};
  for (const wire::Tag& tag : from.tags()) {
    COFFER_TRY(check(!tag.key().empty() && tag.key().size() <= kMaxTagBytes, "tag key"));
    COFFER_TRY(check(tag.value().size() <= kMaxTagBytes, "tag value"));
    to.tags.push_back({tag.key(), tag.value()});
  }
  for (const wire::PolicyBinding& binding : from.policy_bindings()) {
    COFFER_TRY(check(binding.text().size() <= kMaxPrincipalBytes, "principal"));
    COFFER_TRY(check(!binding.unique_id().empty() && binding.unique_id().size() <= kMaxTagBytes, "unique id"));
    to.policy.bindings.push_back({binding.text(), binding.unique_id()});
  }
  return to;
}

Result<kms::Lineage> decode_lineage(const wire::SharedKey& from) {
  kms::Lineage to;
  COFFER_ASSIGN(to.stamp, decode_stamp(from.stamp()));
  COFFER_ASSIGN(to.primary, parse_id<Region>(from.primary(), "primary region of a key"));
  if (!from.former().empty()) {
    COFFER_ASSIGN(to.former, parse_id<Region>(from.former(), "former primary region of a key"));
  }
  COFFER_TRY(check(static_cast<size_t>(from.replicas_size()) <= kMaxKeyReplicas, "number of replicas"));
  for (const wire::KeyReplica& replica : from.replicas()) {
    kms::Replica decoded;
    COFFER_ASSIGN(decoded.region, parse_id<Region>(replica.region(), "region of a replica"));
    COFFER_TRY(check(to.replicas.empty() || to.replicas.back().region < decoded.region, "order of replicas"));
    COFFER_TRY(check(decoded.region != to.primary, "replica in the primary's region"));
    COFFER_TRY(check(replica.since() > 0 && replica.since() <= to.stamp.generation, "generation of a replica"));
    decoded.since = replica.since();
    if (replica.has_birth()) {
      COFFER_ASSIGN(decoded.birth, decode_birth(replica.birth()));
    }
    to.replicas.push_back(std::move(decoded));
  }
  return to;
}

Result<kms::SharedMaterial> decode_material(const wire::KeyMaterial& from, bool is_first, std::string_view& tail) {
  kms::SharedMaterial to;
  COFFER_TRY(check(from.id().size() == kms::kMaterialIdSize, "id of a material"));
  COFFER_TRY(
      check(from.cause() <= static_cast<uint32_t>(kms::MaterialCause::kOnDemandRotation), "cause of a material"));
  to.id = from.id();
  to.cause = static_cast<kms::MaterialCause>(from.cause());
  COFFER_TRY(check(is_first == (to.cause == kms::MaterialCause::kCreation), "first material"));
  COFFER_ASSIGN(to.created, parse_time(from.created_ms(), "time of a material"));
  COFFER_ASSIGN(to.value, take(tail, crypto::kAeadKeySize, crypto::kAeadKeySize, "material"));
  return to;
}

Result<std::optional<kms::RotationSchedule>> decode_rotation(const wire::SharedKey& from) {
  if (from.rotation_days() == 0) {
    COFFER_TRY(check(from.next_rotation_ms() == 0, "time of rotation"));
    return std::optional<kms::RotationSchedule>();
  }
  const bool is_period = from.rotation_days() >= kms::kMinRotationDays && from.rotation_days() <= kms::kMaxRotationDays;
  COFFER_TRY(check(is_period && from.next_rotation_ms() != 0, "rotation"));
  COFFER_ASSIGN(const Time next, parse_time(from.next_rotation_ms(), "time of rotation"));
  return std::optional(kms::RotationSchedule{from.rotation_days(), next});
}

}  // namespace

void encode_shared_key(const kms::SharedKey& from, wire::SharedKey& to) {
  encode_stamp(from.name, from.lineage.stamp, *to.mutable_stamp());
  to.set_primary(from.lineage.primary.text());
  to.set_former(from.lineage.former.text());
  for (const kms::Replica& replica : from.lineage.replicas) {
    wire::KeyReplica& added = *to.add_replicas();
    added.set_region(replica.region.text());
    added.set_since(replica.since);
    if (replica.birth) encode_birth(*replica.birth, *added.mutable_birth());
  }
  if (from.rotation) {
    to.set_rotation_days(from.rotation->period_days);
    to.set_next_rotation_ms(from.rotation->next.time_since_epoch().count());
  }
  for (const kms::SharedMaterial& material : from.materials) {
    wire::KeyMaterial& added = *to.add_materials();
    added.set_id(material.id);
    added.set_created_ms(material.created.time_since_epoch().count());
    added.set_cause(static_cast<uint32_t>(material.cause));
  }
  to.set_unused_materials(static_cast<uint32_t>(from.unused_materials));
}

Result<kms::SharedKey> decode_shared_key(const wire::SharedKey& from, std::string_view& tail) {
  kms::SharedKey to;
  COFFER_ASSIGN(to.name, decode_name(from.stamp()));
  COFFER_ASSIGN(to.lineage, decode_lineage(from));
  COFFER_ASSIGN(to.rotation, decode_rotation(from));
  COFFER_TRY(check(from.materials_size() > 0 && static_cast<size_t>(from.materials_size()) <= kMaxKeyMaterials,
                   "number of materials"));
  COFFER_TRY(check(from.unused_materials() < static_cast<uint32_t>(from.materials_size()), "unused materials"));
  to.unused_materials = from.unused_materials();
  for (const wire::KeyMaterial& material : from.materials()) {
    COFFER_ASSIGN(kms::SharedMaterial decoded, decode_material(material, to.materials.empty(), tail));
    to.materials.push_back(std::move(decoded));
  }
  COFFER_TRY(check(to.materials.front().id == kms::first_material_id(to.name), "id of the first material"));
  return to;
}

void encode_report(const kms::ReplicaReport& from, wire::ReplicaReport& to) {
  encode_stamp(from.name, from.stamp, *to.mutable_stamp());
  to.set_since(from.since);
  to.set_state(static_cast<uint32_t>(from.state));
  to.set_ending(from.is_ending);
}

Result<kms::ReplicaReport> decode_report(const wire::ReplicaReport& from) {
  kms::ReplicaReport to;
  COFFER_ASSIGN(to.name, decode_name(from.stamp()));
  COFFER_ASSIGN(to.stamp, decode_stamp(from.stamp()));
  COFFER_TRY(check(from.since() > 0, "generation of a replica"));
  COFFER_TRY(check(from.state() <= static_cast<uint32_t>(kms::KeyState::kPendingDeletion), "state of a replica"));
  to.since = from.since();
  to.state = static_cast<kms::KeyState>(from.state());
  to.is_ending = from.ending();
  COFFER_TRY(check(!to.is_ending || to.state == kms::KeyState::kPendingDeletion, "state of a replica that ends"));
  return to;
}

void encode_key_answer(const kms::KeyAnswer& from, wire::KeyAnswer& to) {
  to.set_verdict(static_cast<uint32_t>(from.verdict));
  to.set_epoch(from.stamp.epoch);
  to.set_generation(from.stamp.generation);
  to.set_materials(static_cast<uint32_t>(from.materials));
}

Result<kms::KeyAnswer> decode_key_answer(const wire::KeyAnswer& from) {
  COFFER_TRY(check(from.verdict() <= static_cast<uint32_t>(kms::KeyVerdict::kNotYet), "verdict on a key"));
  COFFER_TRY(check(from.materials() <= kMaxKeyMaterials, "number of materials"));
  return kms::KeyAnswer{
      static_cast<kms::KeyVerdict>(from.verdict()), {from.epoch(), from.generation()}, from.materials()};
}

}  // namespace coffer::replication
