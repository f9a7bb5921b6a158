// Takes the resource policy off a secret; fine when there is none.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteResourcePolicy.html
#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {
namespace {

struct DeleteResourcePolicy {
  static constexpr std::string_view kName = "DeleteResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:DeleteResourcePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInternalServiceError,
                                          ErrorCode::kInvalidRequest, ErrorCode::kInvalidParameter};
  static constexpr std::string_view kRefused[] = {"PolicyName"};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name")};
  };

  static Result<void> check(const Request& request) { return check_secret_id(request.secret_id); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DeleteResourcePolicy>& authorized, Rooms& rooms) {
    const auto remove = [](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_region_replica(view));
      if (view.secret.resource_policy.empty()) return std::optional<secrets::Change>();
      secrets::Change change = change_of(view);
      change.secret.resource_policy.clear();
      change.secret.policy_bindings.clear();
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, remove));
    return Response{view->arn, view->secret.name};
  }
};

}  // namespace

api::Operation delete_resource_policy() {
  return api::operation<DeleteResourcePolicy>();
}

}  // namespace coffer::secretsmanager
