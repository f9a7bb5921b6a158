#include "iam/identity_rows.h"

#include "iam/records.pb.h"
#include "store/keys.h"

namespace coffer::iam {
namespace {

constexpr std::string_view kFamily = "i";
constexpr std::string_view kUniqueIdFamily = "iu";
constexpr std::string_view kAliasFamily = "ia";
constexpr std::string_view kAccessKeyFamily = "ak";
constexpr std::string_view kAccessKeyUseFamily = "al";

int64_t to_ms(Time time) {
  return time.time_since_epoch().count();
}
Time from_ms(int64_t milliseconds) {
  return Time(Duration(milliseconds));
}

Error damaged() {
  return Error{ErrorCode::kCorrupt, "the record of an identity is damaged"};
}

EntityRecord record_of(const EntityBasics& entity, uint64_t generation) {
  EntityRecord record;
  record.set_name(entity.name);
  record.set_path(entity.path);
  record.set_unique_id(entity.unique_id);
  record.set_created_ms(to_ms(entity.created));
  record.set_generation(generation);
  return record;
}

EntityRecord record_of_holder(const PolicyHolder& holder, uint64_t generation) {
  EntityRecord record = record_of(holder, generation);
  for (const InlinePolicy& policy : holder.inline_policies) {
    InlinePolicyRecord& added = *record.add_inline_policies();
    added.set_name(policy.name);
    added.set_text(policy.text);
  }
  for (const std::string& arn : holder.attached_policies)
    record.add_attached_policies(arn);
  return record;
}

void put_tags(const std::vector<Tag>& tags, EntityRecord& record) {
  for (const Tag& tag : tags) {
    TagRecord& added = *record.add_tags();
    added.set_key(tag.key);
    added.set_value(tag.value);
  }
}

std::vector<Tag> tags_of(EntityRecord& record) {
  std::vector<Tag> tags;
  for (TagRecord& tag : *record.mutable_tags())
    tags.push_back({std::move(*tag.mutable_key()), std::move(*tag.mutable_value())});
  return tags;
}

template <class Texts>
std::vector<std::string> texts_of(Texts& texts) {
  return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

void take_basics(EntityRecord& record, EntityBasics& entity) {
  entity.name = std::move(*record.mutable_name());
  entity.path = std::move(*record.mutable_path());
  entity.unique_id = std::move(*record.mutable_unique_id());
  entity.created = from_ms(record.created_ms());
}

void take_holder(EntityRecord& record, PolicyHolder& holder) {
  take_basics(record, holder);
  for (InlinePolicyRecord& policy : *record.mutable_inline_policies())
    holder.inline_policies.push_back({std::move(*policy.mutable_name()), std::move(*policy.mutable_text())});
  holder.attached_policies = texts_of(*record.mutable_attached_policies());
}

Result<EntityRecord> read(std::string_view value, EntityRecord::KindCase kind) {
  EntityRecord record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return damaged();
  if (record.kind_case() != kind || record.name().empty()) return damaged();
  return record;
}

}  // namespace

std::string account_key(const AccountId& account) {
  return store::make_key(kFamily, {account.text()});
}
std::string entity_key(const AccountId& account, EntityKind kind, std::string_view name) {
  const char letter = static_cast<char>(kind);
  return store::make_key(kFamily, {account.text(), {&letter, 1}, small(name)});
}
std::string unique_id_key(std::string_view unique_id) {
  return store::make_key(kUniqueIdFamily, {unique_id});
}
std::string alias_key(std::string_view alias) {
  return store::make_key(kAliasFamily, {alias});
}
std::string access_key_key(std::string_view access_key_id) {
  return store::make_key(kAccessKeyFamily, {access_key_id});
}
std::string access_key_use_key(std::string_view access_key_id) {
  return store::make_key(kAccessKeyUseFamily, {access_key_id});
}

std::optional<std::string_view> account_of_key(std::string_view key) {
  const auto parts = store::key_parts(kFamily, key);
  if (parts.empty()) return std::nullopt;
  return parts.front();
}

std::optional<EntityKind> kind_of_key(std::string_view key) {
  const auto parts = store::key_parts(kFamily, key);
  if (parts.size() != 3 || parts[1].size() != 1) return std::nullopt;
  const char letter = parts[1].front();
  if (std::string_view("gopru").find(letter) == std::string_view::npos) return std::nullopt;
  return static_cast<EntityKind>(letter);
}

std::string_view row_name(std::string_view key) {
  constexpr size_t kAccountKey = 1 + 1 + 12;  // "i", a separator, the account's id
  return key.size() > kAccountKey ? key.substr(kAccountKey + 1) : std::string_view();
}

std::string encode(const User& user, uint64_t generation) {
  EntityRecord record = record_of_holder(user, generation);
  put_tags(user.tags, record);
  record.set_boundary(user.boundary);
  UserRecord& own = *record.mutable_user();
  for (const std::string& group : user.groups)
    own.add_groups(group);
  for (const AccessKey& key : user.access_keys) {
    UserRecord::Key& added = *own.add_access_keys();
    added.set_id(key.id.text());
    added.set_inactive(key.status == AccessKeyStatus::kInactive);
    added.set_created_ms(to_ms(key.created));
  }
  return record.SerializeAsString();
}

std::string encode(const Group& group, uint64_t generation) {
  EntityRecord record = record_of_holder(group, generation);
  record.mutable_group();
  return record.SerializeAsString();
}

std::string encode(const Role& role, uint64_t generation) {
  EntityRecord record = record_of_holder(role, generation);
  put_tags(role.tags, record);
  record.set_boundary(role.boundary);
  record.set_description(role.description);
  RoleRecord& own = *record.mutable_role();
  own.set_trust_policy(role.trust_policy);
  for (const policy::PrincipalBinding& binding : role.trust_bindings) {
    BindingRecord& added = *own.add_trust_bindings();
    added.set_text(binding.text);
    added.set_unique_id(binding.unique_id);
  }
  own.set_max_session_ms(role.max_session_duration.count());
  return record.SerializeAsString();
}

std::string encode(const ManagedPolicy& policy, uint64_t generation) {
  EntityRecord record = record_of(policy, generation);
  put_tags(policy.tags, record);
  record.set_description(policy.description);
  ManagedPolicyRecord& own = *record.mutable_policy();
  for (const PolicyVersion& version : policy.versions) {
    ManagedPolicyRecord::Version& added = *own.add_versions();
    added.set_number(version.number);
    added.set_text(version.text);
    added.set_created_ms(to_ms(version.created));
  }
  own.set_default_version(policy.default_version);
  own.set_last_version(policy.last_version);
  own.set_updated_ms(to_ms(policy.updated));
  return record.SerializeAsString();
}

std::string encode(const OidcProvider& provider, uint64_t generation) {
  EntityRecord record = record_of(provider, generation);
  put_tags(provider.tags, record);
  OidcProviderRecord& own = *record.mutable_provider();
  for (const std::string& id : provider.client_ids)
    own.add_client_ids(id);
  for (const std::string& thumbprint : provider.thumbprints)
    own.add_thumbprints(thumbprint);
  return record.SerializeAsString();
}

Result<User> decode_user(std::string_view value) {
  COFFER_ASSIGN(EntityRecord record, read(value, EntityRecord::kUser));
  User user;
  take_holder(record, user);
  user.tags = tags_of(record);
  user.boundary = std::move(*record.mutable_boundary());
  user.groups = texts_of(*record.mutable_user()->mutable_groups());
  for (const UserRecord::Key& key : record.user().access_keys()) {
    const auto id = AccessKeyId::parse(key.id());
    if (!id) return damaged();
    const auto status = key.inactive() ? AccessKeyStatus::kInactive : AccessKeyStatus::kActive;
    user.access_keys.push_back({*id, status, from_ms(key.created_ms())});
  }
  return user;
}

Result<Group> decode_group(std::string_view value) {
  COFFER_ASSIGN(EntityRecord record, read(value, EntityRecord::kGroup));
  Group group;
  take_holder(record, group);
  return group;
}

Result<Role> decode_role(std::string_view value) {
  COFFER_ASSIGN(EntityRecord record, read(value, EntityRecord::kRole));
  Role role;
  take_holder(record, role);
  role.tags = tags_of(record);
  role.boundary = std::move(*record.mutable_boundary());
  role.description = std::move(*record.mutable_description());
  RoleRecord& own = *record.mutable_role();
  role.trust_policy = std::move(*own.mutable_trust_policy());
  for (BindingRecord& binding : *own.mutable_trust_bindings())
    role.trust_bindings.push_back({std::move(*binding.mutable_text()), std::move(*binding.mutable_unique_id())});
  role.max_session_duration = Duration(own.max_session_ms());
  return role;
}

Result<ManagedPolicy> decode_policy(std::string_view value) {
  COFFER_ASSIGN(EntityRecord record, read(value, EntityRecord::kPolicy));
  ManagedPolicy policy;
  take_basics(record, policy);
  policy.tags = tags_of(record);
  policy.description = std::move(*record.mutable_description());
  ManagedPolicyRecord& own = *record.mutable_policy();
  for (ManagedPolicyRecord::Version& version : *own.mutable_versions())
    policy.versions.push_back({version.number(), std::move(*version.mutable_text()), from_ms(version.created_ms())});
  policy.default_version = own.default_version();
  policy.last_version = own.last_version();
  policy.updated = from_ms(own.updated_ms());
  if (policy.version(policy.default_version) == nullptr) return damaged();
  return policy;
}

Result<OidcProvider> decode_provider(std::string_view value) {
  COFFER_ASSIGN(EntityRecord record, read(value, EntityRecord::kProvider));
  OidcProvider provider;
  take_basics(record, provider);
  provider.tags = tags_of(record);
  provider.client_ids = texts_of(*record.mutable_provider()->mutable_client_ids());
  provider.thumbprints = texts_of(*record.mutable_provider()->mutable_thumbprints());
  return provider;
}

Result<uint64_t> generation_of(std::string_view key, std::string_view value) {
  if (row_name(key).empty()) {
    COFFER_ASSIGN(const AccountRow row, decode_account(value));
    return row.generation;
  }
  EntityRecord record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return damaged();
  return record.generation();
}

std::string encode(const AccountRow& row) {
  IdentitiesRecord record;
  record.set_generation(row.generation);
  record.set_alias(row.alias);
  return record.SerializeAsString();
}

Result<AccountRow> decode_account(std::string_view value) {
  IdentitiesRecord record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) return damaged();
  return AccountRow{record.generation(), record.alias()};
}

}  // namespace coffer::iam
