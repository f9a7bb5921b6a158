// The resource policy of a secret as it was given, but for users and roles that were deleted since; replicas have their
// primary's.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_freshness.h"
#include "services/secretsmanager/common_policy.h"

namespace coffer::secretsmanager {
namespace {

struct GetResourcePolicy {
  static constexpr std::string_view kName = "GetResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:GetResourcePolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInternalServiceError,
                                          ErrorCode::kInvalidRequest, ErrorCode::kInvalidParameter};
  static constexpr std::string_view kRefused[] = {"PolicyName"};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    std::optional<std::string> resource_policy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::resource_policy>("ResourcePolicy")};
  };

  static Result<void> check(const Request& request) { return check_secret_id(request.secret_id); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<GetResourcePolicy>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const secrets::SecretPointer view, find_fresh_secret(target(authorized), rooms));
    COFFER_TRY(refuse_pending_deletion(*view));
    COFFER_ASSIGN(auto policy, shown_policy(view->secret, rooms));
    return Response{view->arn, view->secret.name, std::move(policy)};
  }
};

}  // namespace

api::Operation get_resource_policy() {
  return api::operation<GetResourcePolicy>();
}

}  // namespace coffer::secretsmanager
