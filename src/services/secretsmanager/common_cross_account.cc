#include "services/secretsmanager/common_cross_account.h"

#include "services/secretsmanager/common_kms.h"
#include "services/secretsmanager/common_policy.h"

namespace coffer::secretsmanager {
namespace {

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidParameter, std::move(message)};
}

// Null when there is none, or another by its name.
Result<secrets::SecretPointer> find(const secrets::ForeignSecret& secret, const Rooms& rooms) {
  return rooms.secrets.find(
      secrets::SecretId{.account = secret.account, .name = secret.name, .suffix = secret.suffix, .given = secret.name});
}

}  // namespace

Result<secrets::ForeignSecret> parse_foreign_secret(std::string_view member, std::string_view arn, const AccountId& own,
                                                    const Rooms& rooms) {
  const auto id = secrets::parse_secret_id(arn, own, rooms.region);
  if (!id.ok() && id.error().code == ErrorCode::kResourceNotFound) {
    return invalid(std::string(member) + " must be the ARN of a secret in Region " + rooms.region.text() +
                   ": a secret and its cross-account replica are in the same Region.");
  }
  if (!id.ok() || !id->suffix) {
    return invalid(std::string(member) + " must be the complete ARN of a secret.");
  }
  if (id->account == own) {
    return invalid(std::string(member) +
                   " must be the ARN of a secret in another account than the cross-account replica's or primary's.");
  }
  return secrets::ForeignSecret{id->account, std::string(id->name), std::string(*id->suffix)};
}

Result<secrets::CrossAccountPrimary> new_cross_account_primary(std::string_view arn, const secrets::Secret& replica,
                                                               const Rooms& rooms) {
  COFFER_TRY(check_customer_key(replica.kms_key_id, replica.account, rooms));
  secrets::CrossAccountPrimary primary;
  COFFER_ASSIGN(primary.primary, parse_foreign_secret("CrossAccountPrimaryARN", arn, replica.account, rooms));
  COFFER_TRY(read_resource_policy(secrets::cross_account_policy(primary), rooms));
  return primary;
}

std::string arn_of(const secrets::ForeignSecret& secret, const Rooms& rooms) {
  return secrets::secret_arn(rooms.region, secret.account, secret.name, secret.suffix);
}

Result<std::optional<CrossAccountPrimaryEntry>> cross_account_primary(const secrets::SecretView& view,
                                                                      const Rooms& rooms) {
  const auto& primary = view.secret.cross_account_primary;
  if (!primary) return std::optional<CrossAccountPrimaryEntry>();
  COFFER_ASSIGN(const secrets::SecretPointer found, find(primary->primary, rooms));
  auto [status, message] = secrets::status_of_primary(view, found.get());
  CrossAccountPrimaryEntry entry{arn_of(primary->primary, rooms), std::string(status), std::nullopt};
  if (!message.empty()) entry.status_message = std::move(message);
  return std::optional(std::move(entry));
}

Result<std::optional<std::vector<CrossAccountReplicaEntry>>> cross_account_replicas(const secrets::SecretView& view,
                                                                                    const Rooms& rooms) {
  using Entries = std::vector<CrossAccountReplicaEntry>;
  const auto& replica = view.secret.cross_account_replica;
  if (!replica) return std::optional<Entries>();
  COFFER_ASSIGN(const secrets::SecretPointer found, find(replica->replica, rooms));
  auto [status, message] = secrets::status_of_replica(view, found.get());
  CrossAccountReplicaEntry entry{arn_of(replica->replica, rooms), std::nullopt, std::string(status), std::nullopt};
  if (!replica->role_arn.empty()) entry.replication_role_arn = replica->role_arn;
  if (!message.empty()) entry.status_message = std::move(message);
  return std::optional(Entries{std::move(entry)});
}

Error cross_account_primary_stands_alone() {
  return {ErrorCode::kInvalidParameter,
          "You can't use CrossAccountPrimaryARN in conjunction with SecretString, SecretBinary, Description, "
          "AddReplicaRegions, ForceOverwriteReplicaSecret, or Type."};
}

void add_cross_account_policy_keys(api::ConditionKeys& keys) {
  keys.add("secretsmanager:PolicyName", secrets::kCrossAccountPolicyName);
}

}  // namespace coffer::secretsmanager
