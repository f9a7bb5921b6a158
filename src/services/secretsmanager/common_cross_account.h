// Replicas in other accounts, as requests name them and answers show them. Follows the API's CrossAccountReplicaEntry
// and CrossAccountPrimaryType.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "secrets/cross_account.h"
#include "services/secretsmanager/rooms.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

inline constexpr wire::Constraint kSecretArnBounds{.min = 20, .max = 2048};
inline constexpr wire::Constraint kRoleArnBounds{.min = 20, .max = 2048};

struct CrossAccountPrimaryEntry {
  std::string primary_secret_arn;
  std::string replication_status;
  std::optional<std::string> status_message;
  static constexpr wire::Field kFields[] = {
      wire::field<&CrossAccountPrimaryEntry::primary_secret_arn>("PrimarySecretARN"),
      wire::field<&CrossAccountPrimaryEntry::replication_status>("ReplicationStatus"),
      wire::field<&CrossAccountPrimaryEntry::status_message>("StatusMessage")};
};

struct CrossAccountReplicaEntry {
  std::string replica_secret_arn;
  std::optional<std::string> replication_role_arn;
  std::string replication_status;
  std::optional<std::string> status_message;
  static constexpr wire::Field kFields[] = {
      wire::field<&CrossAccountReplicaEntry::replica_secret_arn>("ReplicaSecretARN"),
      wire::field<&CrossAccountReplicaEntry::replication_role_arn>("ReplicationRoleARN"),
      wire::field<&CrossAccountReplicaEntry::replication_status>("ReplicationStatus"),
      wire::field<&CrossAccountReplicaEntry::status_message>("StatusMessage")};
};

// The secret of another account that `arn` names in full. kInvalidParameter when it does not, or names one of another
// region, or one of `own`; `member` is what the request calls it.
Result<secrets::ForeignSecret> parse_foreign_secret(std::string_view member, std::string_view arn, const AccountId& own,
                                                    const Rooms& rooms);
// What makes the new secret a replica of the primary of that ARN. Further errors: kInvalidParameter unless its KMS key
// is a customer key of its account, kMalformedPolicyDocument when the primary's account, which its policy lets in, does
// not exist.
Result<secrets::CrossAccountPrimary> new_cross_account_primary(std::string_view arn, const secrets::Secret& replica,
                                                               const Rooms& rooms);
std::string arn_of(const secrets::ForeignSecret& secret, const Rooms& rooms);

// Of a secret that has one, absent of others: with the status, for which the other secret is looked at, too.
Result<std::optional<CrossAccountPrimaryEntry>> cross_account_primary(const secrets::SecretView& view,
                                                                      const Rooms& rooms);
Result<std::optional<std::vector<CrossAccountReplicaEntry>>> cross_account_replicas(const secrets::SecretView& view,
                                                                                    const Rooms& rooms);

// Of CreateSecret with CrossAccountPrimaryARN and members that say what the replica is to contain.
Error cross_account_primary_stands_alone();
// It comes with a policy that lets the primary's account in.
void add_cross_account_policy_keys(api::ConditionKeys& keys);

}  // namespace coffer::secretsmanager
