#include "secrets/record_codec.h"

#include "secrets/records.pb.h"

namespace coffer::secrets {
namespace {

using std::chrono::days;

Error damaged(std::string_view what) {
  return Error{ErrorCode::kCorrupt, "the row of " + std::string(what) + " is damaged"};
}

int64_t to_ms(Time time) {
  return time.time_since_epoch().count();
}
Time from_ms(int64_t milliseconds) {
  return Time(Duration(milliseconds));
}
int32_t to_day(Time time) {
  return static_cast<int32_t>(std::chrono::floor<days>(time).time_since_epoch().count());
}
Time from_day(int32_t day) {
  return std::chrono::sys_days(days(day));
}

rows::KindRecord to_record(ValueKind kind) {
  switch (kind) {
    case ValueKind::kString:
      return rows::KIND_STRING;
    case ValueKind::kBinary:
      return rows::KIND_BINARY;
    case ValueKind::kNone:
      break;
  }
  return rows::KIND_NONE;
}

Result<ValueKind> from_record(rows::KindRecord kind) {
  switch (kind) {
    case rows::KIND_NONE:
      return ValueKind::kNone;
    case rows::KIND_STRING:
      return ValueKind::kString;
    case rows::KIND_BINARY:
      return ValueKind::kBinary;
    default:
      return damaged("a secret's version");
  }
}

Result<Version> from_record(const rows::VersionRecord& record) {
  auto id = VersionId::parse(record.id());
  if (!id) return damaged("a secret's version");
  COFFER_ASSIGN(const ValueKind kind, from_record(record.kind()));
  return Version{std::move(*id),
                 {record.stages().begin(), record.stages().end()},
                 from_ms(record.created_ms()),
                 kind,
                 record.generation(),
                 record.kms_key_arn()};
}

void to_record(const Rotation& rotation, rows::RotationRecord& record) {
  record.set_enabled(rotation.enabled);
  record.set_lambda_arn(rotation.lambda_arn);
  const RotationRules& rules = rotation.rules;
  if (rules.automatically_after_days) record.set_automatically_after_days(*rules.automatically_after_days);
  record.set_duration(rules.duration);
  record.set_schedule_expression(rules.schedule_expression);
  if (rotation.last_rotated) record.set_last_rotated_ms(to_ms(*rotation.last_rotated));
  record.set_counted_from_ms(to_ms(rotation.counted_from));
  if (rotation.pending) record.set_pending(rotation.pending->text());
}

Result<Rotation> from_record(const rows::RotationRecord& record) {
  Rotation rotation;
  rotation.enabled = record.enabled();
  rotation.lambda_arn = record.lambda_arn();
  if (record.has_automatically_after_days()) {
    rotation.rules.automatically_after_days = record.automatically_after_days();
  }
  rotation.rules.duration = record.duration();
  rotation.rules.schedule_expression = record.schedule_expression();
  if (record.has_last_rotated_ms()) rotation.last_rotated = from_ms(record.last_rotated_ms());
  rotation.counted_from = from_ms(record.counted_from_ms());
  if (!record.pending().empty()) {
    rotation.pending = VersionId::parse(record.pending());
    if (!rotation.pending) return damaged("a secret's rotation");
  }
  return rotation;
}

void to_record(const ReplicaRegion& replica, rows::ReplicaRecord& record) {
  record.set_region(replica.region.text());
  record.set_kms_key_id(replica.kms_key_id);
  record.set_force_overwrite(replica.force_overwrite);
}

// False if one is damaged.
template <class Records>
bool from_records(const Records& records, std::vector<ReplicaRegion>& replicas) {
  for (const rows::ReplicaRecord& record : records) {
    auto region = Region::parse(record.region());
    if (!region) return false;
    replicas.push_back({std::move(*region), record.kms_key_id(), record.force_overwrite()});
  }
  return true;
}

void to_record(const ForeignSecret& secret, rows::ForeignSecretRecord& record) {
  record.set_account(secret.account.text());
  record.set_name(secret.name);
  record.set_suffix(secret.suffix);
}

std::optional<ForeignSecret> from_record(const rows::ForeignSecretRecord& record) {
  auto account = AccountId::parse(record.account());
  if (!account || record.name().empty() || record.suffix().empty()) return std::nullopt;
  return ForeignSecret{std::move(*account), record.name(), record.suffix()};
}

rows::RequesterKindRecord to_record(Requester::Kind kind) {
  switch (kind) {
    case Requester::Kind::kRoot:
      return rows::REQUESTER_ROOT;
    case Requester::Kind::kUser:
      return rows::REQUESTER_USER;
    case Requester::Kind::kRoleSession:
      return rows::REQUESTER_ROLE_SESSION;
  }
  std::abort();
}

std::optional<Requester::Kind> from_record(rows::RequesterKindRecord kind) {
  switch (kind) {
    case rows::REQUESTER_ROOT:
      return Requester::Kind::kRoot;
    case rows::REQUESTER_USER:
      return Requester::Kind::kUser;
    case rows::REQUESTER_ROLE_SESSION:
      return Requester::Kind::kRoleSession;
    default:
      return std::nullopt;
  }
}

void to_record(const Requester& requester, rows::RequesterRecord& record) {
  record.set_kind(to_record(requester.kind));
  record.set_arn(requester.arn);
  record.set_user_id(requester.user_id);
  if (requester.issued) record.set_issued_ms(to_ms(*requester.issued));
  for (const auto& [key, value] : requester.session_tags) {
    rows::TagRecord& to = *record.add_session_tags();
    to.set_key(key);
    to.set_value(value);
  }
  record.set_limited(requester.is_limited);
}

std::optional<Requester> from_record(const rows::RequesterRecord& record) {
  const auto kind = from_record(record.kind());
  if (!kind) return std::nullopt;
  Requester requester{.kind = *kind,
                      .arn = record.arn(),
                      .user_id = record.user_id(),
                      .issued = std::nullopt,
                      .session_tags = {},
                      .is_limited = record.limited()};
  if (record.has_issued_ms()) requester.issued = from_ms(record.issued_ms());
  for (const rows::TagRecord& tag : record.session_tags())
    requester.session_tags.emplace_back(tag.key(), tag.value());
  return requester;
}

void to_record(const CrossAccountReplica& link, rows::CrossAccountReplicaRecord& record) {
  to_record(link.replica, *record.mutable_replica());
  record.set_association(link.association);
  record.set_role_arn(link.role_arn);
  record.set_same_organization(link.same_organization);
  if (link.requester) to_record(*link.requester, *record.mutable_requester());
  record.set_acknowledged_generation(link.acknowledged_generation);
  record.set_failed(link.failed);
  record.set_message(link.message);
  record.set_message_for_replica(link.message_for_replica);
}

// nullopt if it is damaged.
std::optional<CrossAccountReplica> from_record(const rows::CrossAccountReplicaRecord& record) {
  auto replica = from_record(record.replica());
  if (!replica || record.association() == 0) return std::nullopt;
  CrossAccountReplica link{.replica = std::move(*replica),
                           .association = record.association(),
                           .role_arn = record.role_arn(),
                           .same_organization = record.same_organization(),
                           .requester = std::nullopt,
                           .acknowledged_generation = record.acknowledged_generation(),
                           .failed = record.failed(),
                           .message = record.message(),
                           .message_for_replica = record.message_for_replica()};
  if (!record.has_requester()) return link;
  link.requester = from_record(record.requester());
  return link.requester ? std::optional(std::move(link)) : std::nullopt;
}

}  // namespace

std::string encode_secret(const Secret& secret) {
  rows::SecretRecord record;
  record.set_suffix(secret.suffix);
  record.set_description(secret.description);
  for (const Tag& tag : secret.tags) {
    rows::TagRecord& to = *record.add_tags();
    to.set_key(tag.key);
    to.set_value(tag.value);
  }
  record.set_tagged(secret.tagged);
  record.set_kms_key_id(secret.kms_key_id);
  record.set_created_ms(to_ms(secret.created));
  record.set_changed_ms(to_ms(secret.changed));
  if (secret.deletion_requested) record.set_deletion_requested_ms(to_ms(*secret.deletion_requested));
  if (secret.deletion_date) record.set_deletion_date_ms(to_ms(*secret.deletion_date));
  for (const Version& version : secret.versions) {
    rows::VersionRecord& to = *record.add_versions();
    to.set_id(version.id.text());
    for (const std::string& stage : version.stages)
      to.add_stages(stage);
    to.set_created_ms(to_ms(version.created));
    to.set_kind(to_record(version.kind));
    to.set_generation(version.generation);
    to.set_kms_key_arn(version.kms_key_arn);
  }
  record.set_role(secret.role == Role::kPrimary ? rows::ROLE_PRIMARY : rows::ROLE_REPLICA);
  record.set_primary_region(secret.primary_region.text());
  for (const ReplicaRegion& replica : secret.replicas)
    to_record(replica, *record.add_replicas());
  for (const ReplicaRegion& sibling : secret.siblings)
    to_record(sibling, *record.add_siblings());
  record.set_primarys_foreign_replica(secret.primarys_foreign_replica);
  record.set_lineage_epoch(secret.lineage_epoch);
  record.set_generation(secret.generation);
  record.set_state_id(secret.state_id);
  record.set_base_state_id(secret.base_state_id);
  record.set_resource_policy(secret.resource_policy);
  for (const policy::PrincipalBinding& binding : secret.policy_bindings) {
    rows::PolicyBindingRecord& to = *record.add_policy_bindings();
    to.set_text(binding.text);
    to.set_unique_id(binding.unique_id);
  }
  record.set_received_kms_key_id(secret.received_kms_key_id);
  if (secret.rotation) to_record(*secret.rotation, *record.mutable_rotation());
  if (secret.cross_account_replica) {
    to_record(*secret.cross_account_replica, *record.mutable_cross_account_replica());
  }
  if (const auto& primary = secret.cross_account_primary) {
    to_record(primary->primary, *record.mutable_cross_account_primary()->mutable_primary());
    record.mutable_cross_account_primary()->set_association(primary->association);
  }
  return record.SerializeAsString();
}

Result<Secret> decode_secret(const AccountId& account, std::string_view name, std::string_view row) {
  // Parsing into the same message again and again reuses its memory. It holds no value.
  thread_local rows::SecretRecord record;
  const std::string what = "secret " + std::string(name);
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) return damaged(what);
  if (record.role() != rows::ROLE_PRIMARY && record.role() != rows::ROLE_REPLICA) return damaged(what);
  auto primary_region = Region::parse(record.primary_region());
  if (!primary_region || record.suffix().empty()) return damaged(what);
  Secret secret;
  secret.account = account;
  secret.name = name;
  secret.suffix = record.suffix();
  secret.description = record.description();
  secret.tags.reserve(static_cast<size_t>(record.tags_size()));
  for (const rows::TagRecord& tag : record.tags())
    secret.tags.push_back({tag.key(), tag.value()});
  secret.tagged = record.tagged();
  secret.kms_key_id = record.kms_key_id();
  secret.created = from_ms(record.created_ms());
  secret.changed = from_ms(record.changed_ms());
  if (record.has_deletion_requested_ms()) secret.deletion_requested = from_ms(record.deletion_requested_ms());
  if (record.has_deletion_date_ms()) secret.deletion_date = from_ms(record.deletion_date_ms());
  secret.versions.reserve(static_cast<size_t>(record.versions_size()));
  for (const rows::VersionRecord& version : record.versions()) {
    COFFER_ASSIGN(Version decoded, from_record(version));
    secret.versions.push_back(std::move(decoded));
  }
  secret.role = record.role() == rows::ROLE_PRIMARY ? Role::kPrimary : Role::kReplica;
  secret.primary_region = std::move(*primary_region);
  if (!from_records(record.replicas(), secret.replicas)) return damaged(what);
  if (!from_records(record.siblings(), secret.siblings)) return damaged(what);
  secret.primarys_foreign_replica = record.primarys_foreign_replica();
  secret.lineage_epoch = record.lineage_epoch();
  secret.generation = record.generation();
  secret.state_id = record.state_id();
  secret.base_state_id = record.base_state_id();
  secret.resource_policy = record.resource_policy();
  for (const rows::PolicyBindingRecord& binding : record.policy_bindings())
    secret.policy_bindings.push_back({binding.text(), binding.unique_id()});
  secret.received_kms_key_id = record.received_kms_key_id();
  if (record.has_rotation()) {
    COFFER_ASSIGN(secret.rotation, from_record(record.rotation()));
  }
  if (record.has_cross_account_replica()) {
    secret.cross_account_replica = from_record(record.cross_account_replica());
    if (!secret.cross_account_replica) return damaged(what);
  }
  if (record.has_cross_account_primary()) {
    auto primary = from_record(record.cross_account_primary().primary());
    if (!primary) return damaged(what);
    secret.cross_account_primary =
        CrossAccountPrimary{std::move(*primary), record.cross_account_primary().association()};
  }
  return secret;
}

std::string encode_progress(const ReplicaProgress& progress) {
  rows::ProgressRecord record;
  record.set_acknowledged_generation(progress.acknowledged_generation);
  record.set_acknowledged_state_id(progress.acknowledged_state_id);
  record.set_failed(progress.failed);
  record.set_message(progress.message);
  record.set_last_attempt_ms(to_ms(progress.last_attempt));
  if (progress.replaced_by) {
    record.set_replaced_by(progress.replaced_by->region.text());
    record.set_replaced_by_epoch(progress.replaced_by->lineage_epoch);
  }
  return record.SerializeAsString();
}

Result<ReplicaProgress> decode_progress(std::string_view row) {
  rows::ProgressRecord record;
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) return damaged("a replica's progress");
  ReplicaProgress progress{.acknowledged_generation = record.acknowledged_generation(),
                           .acknowledged_state_id = record.acknowledged_state_id(),
                           .failed = record.failed(),
                           .message = record.message(),
                           .last_attempt = from_ms(record.last_attempt_ms()),
                           .replaced_by = {}};
  if (!record.replaced_by().empty()) {
    const auto region = Region::parse(record.replaced_by());
    if (!region) return damaged("a replica's progress");
    progress.replaced_by = {*region, record.replaced_by_epoch()};
  }
  return progress;
}

std::string encode_access(const AccessDates& dates) {
  rows::AccessRecord record;
  if (dates.secret) record.set_day(to_day(*dates.secret));
  for (const auto& [id, time] : dates.versions) {
    rows::AccessRecord::VersionAccess& to = *record.add_versions();
    to.set_id(id.text());
    to.set_day(to_day(time));
  }
  for (const auto& [region, time] : dates.copies) {
    rows::AccessRecord::CopyAccess& to = *record.add_copies();
    to.set_region(region.text());
    to.set_day(to_day(time));
  }
  return record.SerializeAsString();
}

Result<AccessDates> decode_access(std::string_view row) {
  rows::AccessRecord record;
  if (!record.ParseFromArray(row.data(), static_cast<int>(row.size()))) return damaged("a secret's access dates");
  AccessDates dates;
  if (record.has_day()) dates.secret = from_day(record.day());
  for (const auto& version : record.versions()) {
    auto id = VersionId::parse(version.id());
    if (!id) return damaged("a secret's access dates");
    dates.versions.emplace_back(std::move(*id), from_day(version.day()));
  }
  for (const auto& copy : record.copies()) {
    auto region = Region::parse(copy.region());
    if (!region) return damaged("a secret's access dates");
    dates.copies.emplace_back(std::move(*region), from_day(copy.day()));
  }
  return dates;
}

}  // namespace coffer::secrets
