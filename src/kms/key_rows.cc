#include "kms/key_rows.h"

#include <algorithm>
#include <span>

#include "kms/ciphertext.h"
#include "kms/lineage_rows.h"
#include "kms/records.pb.h"
#include "store/keys.h"

namespace coffer::kms {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kKeyFamily = "k";
constexpr std::string_view kAliasFamily = "ka";
constexpr std::string_view kDeletedFamily = "kx";

Error damaged() {
  return Error{ErrorCode::kCorrupt, "a KMS key's record is damaged"};
}

// What only multi-region keys have, and what follows from it.
bool is_sound_family(const KeyRecord& record, KeyState state) {
  const bool is_primary = record.multi_region() == KeyRecord::PRIMARY;
  const bool is_replica = record.multi_region() == KeyRecord::REPLICA;
  if (record.has_lineage() ? !is_primary && !is_replica : is_replica) return false;
  if (state == KeyState::kPendingReplicaDeletion && (!is_primary || record.lineage().replicas().empty())) return false;
  if (record.handing_over() ? !is_replica : record.successor_lost()) return false;
  if (record.ending() && !is_replica && state != KeyState::kPendingDeletion) return false;
  return record.unused_materials() <= static_cast<uint32_t>(record.later_materials_size());
}

// What no version of Coffer writes, or only a newer one.
bool is_sound(const KeyName& name, const KeyRecord& record) {
  const auto state = decode_state(record.state());
  const bool is_pending = state == KeyState::kPendingDeletion;
  const bool is_default = record.alias() == kSecretsManagerAlias;
  if (!state || is_pending != (record.deletion_ms() != 0) || is_default == record.alias().empty()) return false;
  if (is_default && state != KeyState::kEnabled) return false;  // nobody can have done that
  const int multi_region = record.multi_region();
  if (multi_region < KeyRecord::NO || multi_region > KeyRecord::REPLICA) return false;
  if (is_multi_region_id(name.id) != (multi_region != KeyRecord::NO)) return false;
  if (!is_sound_family(record, *state)) return false;
  if (!std::ranges::all_of(record.aliases().names(), is_alias)) return false;
  const int days = record.rotation_days();
  if (days != 0 && (days < kMinRotationDays || days > kMaxRotationDays)) return false;
  if ((days != 0) != (record.next_rotation_ms() != 0)) return false;
  return std::ranges::all_of(record.later_materials(), [](const KeyRecord::Material& material) {
    const bool has_cause =
        material.cause() == KeyRecord::Material::AUTOMATIC || material.cause() == KeyRecord::Material::ON_DEMAND;
    return material.id().size() == kMaterialIdSize && has_cause;
  });
}

int64_t to_milliseconds(Time time) {
  return time.time_since_epoch().count();
}
Time from_milliseconds(int64_t milliseconds) {
  return Time(Duration(milliseconds));
}

std::string_view due_family(DueFor what) {
  return what == DueFor::kDeletion ? "kd" : "kt";
}

std::optional<KeyName> make_name(std::string_view account, std::string_view id) {
  auto owner = AccountId::parse(account);
  if (!owner || !is_key_id(id)) return std::nullopt;
  return KeyName{std::move(*owner), std::string(id)};
}

}  // namespace

std::string encode_key(const StoredKey& key) {
  const KeyInfo& info = key.info;
  KeyRecord record;
  if (info.is_default) record.set_alias(std::string(kSecretsManagerAlias));
  if (key.lineage && !key.lineage->primary.empty()) encode_lineage(*key.lineage, *record.mutable_lineage());
  record.set_waiting_days(key.waiting_days);
  record.set_unused_materials(static_cast<uint32_t>(key.unused_materials));
  record.set_handing_over(key.is_handing_over);
  record.set_successor_lost(key.is_successor_lost);
  record.set_ending(key.is_ending);
  record.set_created_ms(to_milliseconds(info.created));
  record.set_state(encode_state(info.state));
  if (info.deletion_date) record.set_deletion_ms(to_milliseconds(*info.deletion_date));
  record.set_description(info.description);
  for (const Tag& tag : info.tags) {
    KeyRecord::Tag& written = *record.add_tags();
    written.set_key(tag.key);
    written.set_value(tag.value);
  }
  record.set_policy(key.policy.text);
  for (const policy::PrincipalBinding& binding : key.policy.bindings) {
    BindingRecord& written = *record.add_policy_bindings();
    written.set_text(binding.text);
    written.set_unique_id(binding.unique_id);
  }
  if (info.rotation) {
    record.set_rotation_days(info.rotation->period_days);
    record.set_next_rotation_ms(to_milliseconds(info.rotation->next));
  }
  record.set_wrapped_material(key.materials.front().wrapped);
  for (size_t i = 1; i < key.materials.size(); ++i) {
    const StoredMaterial& material = key.materials[i];
    KeyRecord::Material& written = *record.add_later_materials();
    written.set_id(material.id);
    written.set_wrapped(material.wrapped);
    written.set_created_ms(to_milliseconds(material.created));
    written.set_cause(material.cause == MaterialCause::kOnDemandRotation ? KeyRecord::Material::ON_DEMAND
                                                                         : KeyRecord::Material::AUTOMATIC);
  }
  record.set_multi_region(static_cast<KeyRecord::MultiRegion>(info.multi_region));
  if (key.aliases) record.mutable_aliases()->mutable_names()->Assign(key.aliases->begin(), key.aliases->end());
  return record.SerializeAsString();
}

Result<StoredKey> decode_key(const KeyName& name, std::string_view row, const Region& here) {
  KeyRecord record;
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) return damaged();
  if (!is_sound(name, record)) return damaged();
  StoredKey key;
  KeyInfo& info = key.info;
  info.name = name;
  info.state = *decode_state(record.state());
  info.is_default = !record.alias().empty();
  info.description = record.description();
  info.created = from_milliseconds(record.created_ms());
  if (record.deletion_ms() != 0) info.deletion_date = from_milliseconds(record.deletion_ms());
  info.multi_region = static_cast<MultiRegion>(record.multi_region());
  if (record.rotation_days() != 0) {
    info.rotation = RotationSchedule{record.rotation_days(), from_milliseconds(record.next_rotation_ms())};
  }
  for (const KeyRecord::Tag& tag : record.tags())
    info.tags.push_back({tag.key(), tag.value()});
  key.policy.text = record.policy();
  for (const BindingRecord& binding : record.policy_bindings())
    key.policy.bindings.push_back({binding.text(), binding.unique_id()});
  key.materials.push_back({first_material_id(name), record.wrapped_material(), info.created, MaterialCause::kCreation});
  for (const KeyRecord::Material& later : record.later_materials()) {
    key.materials.push_back({later.id(), later.wrapped(), from_milliseconds(later.created_ms()),
                             later.cause() == KeyRecord::Material::ON_DEMAND ? MaterialCause::kOnDemandRotation
                                                                             : MaterialCause::kAutomaticRotation});
  }
  key.waiting_days = record.waiting_days();
  key.unused_materials = record.unused_materials();
  key.is_handing_over = record.handing_over();
  key.is_successor_lost = record.successor_lost();
  key.is_ending = record.ending();
  key.aliases.reset();
  if (record.has_aliases()) key.aliases.emplace(record.aliases().names().begin(), record.aliases().names().end());
  if (record.has_lineage()) {
    COFFER_ASSIGN(key.lineage, decode_lineage(record.lineage()));
  } else if (key.is_primary()) {
    key.lineage.emplace().primary = here;
  }
  derive_info(key);
  return key;
}

void derive_info(StoredKey& key) {
  KeyInfo& info = key.info;
  info.material_id = material_id_text(key.current().id);
  const auto unused = std::span(key.materials).last(key.unused_materials);
  const auto on_demand = std::ranges::find(unused, MaterialCause::kOnDemandRotation, &StoredMaterial::cause);
  info.on_demand_rotation = on_demand == unused.end() ? std::nullopt : std::optional(on_demand->created);
  const bool waits = info.state == KeyState::kPendingReplicaDeletion;
  info.waiting_days = waits ? std::optional(key.waiting_days) : std::nullopt;
  info.related.reset();
  if (!key.lineage) return;
  info.related = RelatedKeys{key.lineage->primary, {}, key.is_handing_over};
  for (const Replica& replica : key.lineage->replicas)
    info.related->replicas.push_back(replica.region);
}

std::string material_context(std::string_view row_key, const StoredMaterial& material) {
  std::string context(row_key);
  if (material.cause != MaterialCause::kCreation) context.append(1, '\0').append(material.id);
  return context;
}

std::string key_row(const KeyName& key) {
  return store::make_key(kKeyFamily, {key.account.text(), key.id});
}
std::string key_prefix(const AccountId& account) {
  return store::make_key(kKeyFamily, {account.text(), ""});
}
std::string all_keys_prefix() {
  return store::make_key(kKeyFamily, {""});
}
void begin_key_row(std::string_view account, std::string& row_key) {
  row_key.assign(kKeyFamily).push_back(store::kSeparator);
  row_key.append(account).push_back(store::kSeparator);
}
std::optional<KeyName> parse_key_row(std::string_view row_key) {
  const auto parts = store::key_parts(kKeyFamily, row_key);
  return parts.size() == 2 ? make_name(parts[0], parts[1]) : std::nullopt;
}
bool is_key_row(std::string_view row_key) {
  return row_key.starts_with("k\0"sv);
}

std::string encode_alias(const StoredAlias& alias) {
  AliasRecord record;
  record.set_key_id(alias.key_id);
  record.set_created_ms(to_milliseconds(alias.created));
  record.set_updated_ms(to_milliseconds(alias.updated));
  return record.SerializeAsString();
}

Result<StoredAlias> decode_alias(std::string_view row) {
  if (is_key_id(row)) return StoredAlias{std::string(row), {}, {}};
  AliasRecord record;
  const bool is_record = record.ParseFromArray(row.data(), static_cast<int>(row.size()));
  if (!is_record || !is_key_id(record.key_id())) return Error{ErrorCode::kCorrupt, "the record of an alias is damaged"};
  return StoredAlias{record.key_id(), from_milliseconds(record.created_ms()), from_milliseconds(record.updated_ms())};
}

std::string alias_row(const AccountId& account, std::string_view alias) {
  return store::make_key(kAliasFamily, {account.text(), alias});
}
std::string alias_prefix(const AccountId& account) {
  return store::make_key(kAliasFamily, {account.text(), ""});
}
std::string_view alias_of_row(std::string_view row_key) {
  return row_key.substr(row_key.rfind(store::kSeparator) + 1);
}
bool is_alias_row(std::string_view row_key) {
  return row_key.starts_with("ka\0"sv);
}

std::string due_row(DueFor what, Time due, const KeyName& key) {
  return store::make_key(due_family(what), {store::time_part(due), key.account.text(), key.id});
}
std::string due_prefix(DueFor what) {
  return store::make_key(due_family(what), {""});
}
std::string due_bound(DueFor what, Time now) {
  return store::make_key(due_family(what), {store::time_part(now + Duration(1))});
}
std::optional<KeyName> parse_due_row(DueFor what, std::string_view row_key) {
  const auto parts = store::key_parts(due_family(what), row_key);
  return parts.size() == 3 && store::parse_time_part(parts[0]) ? make_name(parts[1], parts[2]) : std::nullopt;
}

std::string deleted_row(const KeyName& key) {
  return store::make_key(kDeletedFamily, {key.account.text(), key.id});
}

std::string encode_deletion(const Deletion& deletion) {
  std::string value(1, deletion.of_primary ? 1 : 0);
  for (int shift = 56; shift >= 0; shift -= 8)
    value.push_back(static_cast<char>(deletion.generation >> shift & 0xff));
  return value;
}

std::optional<Deletion> decode_deletion(std::string_view value) {
  if (value.size() != 1 + sizeof(uint64_t) || (value[0] != 0 && value[0] != 1)) return std::nullopt;
  Deletion deletion{0, value[0] == 1};
  for (const char byte : value.substr(1))
    deletion.generation = deletion.generation << 8 | static_cast<unsigned char>(byte);
  return deletion;
}

}  // namespace coffer::kms
