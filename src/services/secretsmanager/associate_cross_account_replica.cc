// Links a secret to its replica in another account, and starts to replicate it. The same again begins afresh: that is
// how a replication that failed is repaired.
// Difference from AWS: without a ReplicationRoleARN it refuses a caller whose session has policies of its own, or more
// than is kept of it until a copy is made. What AWS answers where is only documented in part.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_AssociateCrossAccountReplica.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_actions.h"
#include "services/secretsmanager/common_cross_account.h"
#include "services/secretsmanager/common_requester.h"
#include "services/secretsmanager/cross_account_permission.h"
#include "sts/arns.h"

namespace coffer::secretsmanager {
namespace {

constexpr std::string_view kRestrictions[] = {"SameOrg", "NoRestriction"};

struct AssociateCrossAccountReplica {
  static constexpr std::string_view kName = "AssociateCrossAccountReplica";
  static constexpr std::string_view kAction = "secretsmanager:AssociateCrossAccountReplica";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::string cross_account_replica_arn;
    std::optional<std::string> replica_restriction;
    std::optional<std::string> replication_role_arn;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::cross_account_replica_arn>("CrossAccountReplicaARN", kSecretArnBounds),
        wire::field<&Request::replica_restriction>("ReplicaRestriction", {.values = kRestrictions}),
        wire::field<&Request::replication_role_arn>("ReplicationRoleARN", kRoleArnBounds)};
  };

  struct Response {
    std::string arn;
    std::string cross_account_replica_arn;
    std::string replication_status;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::arn>("ARN"), wire::field<&Response::cross_account_replica_arn>("CrossAccountReplicaARN"),
        wire::field<&Response::replication_status>("ReplicationStatus")};
  };

  static Result<void> check(const Request& request) { return check_secret_id(request.secret_id); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  // A role may be handed to the service by those only who may hand it on.
  static Result<void> permit_role(const api::Authority& authority, const std::string& role_arn,
                                  const AccountId& account) {
    const auto role = sts::parse_role_arn(role_arn);
    if (!role || role->account != account) {
      return Error{ErrorCode::kInvalidParameter,
                   "ReplicationRoleARN must be the ARN of a role in the account of the primary secret."};
    }
    const auto add_keys = [](api::ConditionKeys& keys) {
      keys.add("iam:PassedToService", "secretsmanager.amazonaws.com");
    };
    COFFER_TRY(api::Pipeline::permit<action::PassRole>(authority, api::Resource{role_arn, account}, add_keys));
    return {};
  }

  static Result<void> refuse_other_replica(const secrets::SecretView& primary, const secrets::ForeignSecret& replica) {
    const auto& link = primary.secret.cross_account_replica;
    if (!link || link->replica == replica) return {};
    return Error{ErrorCode::kLimitExceeded,
                 "A secret can't have more than one cross-account replica. Call DisassociateCrossAccountReplica for "
                 "the other one first."};
  }

  static Result<void> refuse_other_primary(const secrets::SecretView& replica, const secrets::SecretView& primary) {
    const auto& known = replica.secret.cross_account_primary;
    if (known && known->primary == secrets::foreign_secret(primary.secret)) return {};
    return Error{ErrorCode::kInvalidRequest, "Secret " + replica.arn + " is not a cross-account replica of secret " +
                                                 primary.arn +
                                                 ". Create it with CreateSecret and CrossAccountPrimaryARN."};
  }

  static Result<void> refuse(const secrets::SecretView& primary, const secrets::SecretView& replica) {
    COFFER_TRY(refuse_pending_deletion(primary));
    COFFER_TRY(refuse_replica(primary));
    COFFER_TRY(refuse_other_replica(primary, secrets::foreign_secret(replica.secret)));
    return refuse_other_primary(replica, primary);
  }

  static Result<Response> handle(const api::Authorized<AssociateCrossAccountReplica>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const api::Authority& authority = authorized.authority();
    COFFER_ASSIGN(const secrets::SecretPointer primary, find_secret(target(authorized), rooms));
    const AccountId& account = primary->secret.account;
    COFFER_TRY(refuse_other_account(authorized.caller(), account));
    COFFER_TRY(refuse_pending_deletion(*primary));
    COFFER_TRY(refuse_replica(*primary));
    const std::string_view member = "CrossAccountReplicaARN";
    COFFER_ASSIGN(const secrets::ForeignSecret named,
                  parse_foreign_secret(member, request.cross_account_replica_arn, account, rooms));
    COFFER_TRY(api::Pipeline::permit<action::GetSecretValue>(authority, authorized.resource()));
    COFFER_ASSIGN(api::Resource accepting,
                  secret_resource(request.cross_account_replica_arn, authorized.caller(), rooms));
    // Who may not know the replica is told the same as if it were not there.
    COFFER_ASSIGN(const auto accepted,
                  api::Pipeline::permit<action::AcceptCrossAccountReplication>(authority, std::move(accepting)));
    COFFER_ASSIGN(const secrets::SecretPointer replica, find_secret(target(accepted), rooms));
    COFFER_TRY(refuse(*primary, *replica));

    secrets::CrossAccountReplica link;
    link.role_arn = request.replication_role_arn.value_or("");
    link.same_organization = request.replica_restriction.value_or("SameOrg") == "SameOrg";
    if (link.role_arn.empty()) {
      link.requester = requester_of(authorized.caller());
      // Its copies would all be refused: said now rather than in a status that nobody reads.
      COFFER_TRY(check_can_copy(*link.requester));
    } else {
      COFFER_TRY(permit_role(authority, link.role_arn, account));
    }
    if (rooms.cross_account == nullptr) {
      return Error{ErrorCode::kServiceUnavailable, "this region replicates nothing to other accounts"};
    }
    if (link.same_organization) COFFER_TRY(rooms.cross_account->check_organization(account, named.account));
    COFFER_TRY(rooms.cross_account->try_copy(authority, *primary, *replica, link));

    COFFER_ASSIGN(const secrets::SecretPointer view,
                  rooms.secrets.associate({.primary = secrets::foreign_secret(primary->secret),
                                           .replica = named,
                                           .link = std::move(link),
                                           .check = refuse}));
    return Response{view->arn, replica->arn, "InProgress"};
  }
};

}  // namespace

api::Operation associate_cross_account_replica() {
  return api::operation<AssociateCrossAccountReplica>();
}

}  // namespace coffer::secretsmanager
