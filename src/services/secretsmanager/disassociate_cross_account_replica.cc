// Takes a secret and its replica in another account apart: nothing more is sent. The replica stays a replica, Detached,
// until its own account calls StopReplicationToReplica.
// Difference from AWS: none known; the text for a replica that is not associated is ours.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DisassociateCrossAccountReplica.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_cross_account.h"

namespace coffer::secretsmanager {
namespace {

struct DisassociateCrossAccountReplica {
  static constexpr std::string_view kName = "DisassociateCrossAccountReplica";
  static constexpr std::string_view kAction = "secretsmanager:DisassociateCrossAccountReplica";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::string cross_account_replica_arn;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::cross_account_replica_arn>("CrossAccountReplicaARN", kSecretArnBounds)};
  };

  struct Response {
    std::string arn;
    std::string cross_account_replica_arn;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::arn>("ARN"),
        wire::field<&Response::cross_account_replica_arn>("CrossAccountReplicaARN")};
  };

  static Result<void> check(const Request& request) { return check_secret_id(request.secret_id); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DisassociateCrossAccountReplica>& authorized, Rooms& rooms) {
    const std::string& replica_arn = authorized.request().cross_account_replica_arn;
    COFFER_ASSIGN(const secrets::SecretPointer primary, find_secret(target(authorized), rooms));
    COFFER_TRY(refuse_other_account(authorized.caller(), primary->secret.account));
    COFFER_ASSIGN(const secrets::ForeignSecret named,
                  parse_foreign_secret("CrossAccountReplicaARN", replica_arn, primary->secret.account, rooms));
    const auto disassociate = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_replica(view));
      const auto& link = view.secret.cross_account_replica;
      if (!link || link->replica != named) {
        return Error{ErrorCode::kInvalidRequest,
                     "Secret " + view.arn + " has no cross-account replica " + replica_arn + "."};
      }
      secrets::Change change = change_of(view);
      change.secret.cross_account_replica.reset();
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, disassociate));
    return Response{view->arn, replica_arn};
  }
};

}  // namespace

api::Operation disassociate_cross_account_replica() {
  return api::operation<DisassociateCrossAccountReplica>();
}

}  // namespace coffer::secretsmanager
