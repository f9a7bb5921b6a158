// Promotes a replica: it becomes a secret of its own in this region, with the same ARN and versions, and accepts
// writes. The raised lineage epoch fences off the old primary, whose state is refused from now on. A replica in another
// account also loses its managed policy, which is a permission of its own. Difference from AWS:
// on a secret that is no replica the text is ours; AWS's is not known.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html
#include "secrets/promotion.h"
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_actions.h"
#include "services/secretsmanager/common_cross_account.h"

namespace coffer::secretsmanager {
namespace {

struct StopReplicationToReplica {
  static constexpr std::string_view kName = "StopReplicationToReplica";
  static constexpr std::string_view kAction = "secretsmanager:StopReplicationToReplica";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidRequest,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds)};
  };

  struct Response {
    std::string arn;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<void> permit_without_policy(const api::Authorized<StopReplicationToReplica>& authorized) {
    const auto add_keys = [](api::ConditionKeys& keys) {
      keys.add("secretsmanager:PolicyName", secrets::kCrossAccountPolicyName);
    };
    COFFER_TRY(
        api::Pipeline::permit<action::DeleteResourcePolicy>(authorized.authority(), authorized.resource(), add_keys));
    return {};
  }

  static Result<Response> handle(const api::Authorized<StopReplicationToReplica>& authorized, Rooms& rooms) {
    const auto promote = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      if (view.secret.cross_account_primary) COFFER_TRY(permit_without_policy(authorized));
      COFFER_ASSIGN(secrets::Change change, secrets::promoted(view, rooms.region));
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, promote));
    return Response{view->arn};
  }
};

}  // namespace

api::Operation stop_replication_to_replica() {
  return api::operation<StopReplicationToReplica>();
}

}  // namespace coffer::secretsmanager
