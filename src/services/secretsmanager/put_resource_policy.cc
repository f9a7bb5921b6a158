// Attaches a resource policy to a secret, in place of the one that is there. It is stored as it was given, its users
// and roles bound to their unique ids, and goes to the secret's replicas. Refused: what is no policy document,
// principals that do not exist, and what would keep the caller from ever changing it; with BlockPublicPolicy also what
// gives access to everybody. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_policy.h"

namespace coffer::secretsmanager {
namespace {

struct PutResourcePolicy {
  static constexpr std::string_view kName = "PutResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:PutResourcePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kMalformedPolicyDocument, ErrorCode::kResourceNotFound,
                                          ErrorCode::kInvalidParameter,        ErrorCode::kInternalServiceError,
                                          ErrorCode::kInvalidRequest,          ErrorCode::kPublicPolicy};
  static constexpr std::string_view kRefused[] = {"PolicyName"};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::string resource_policy;
    std::optional<bool> block_public_policy;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::resource_policy>("ResourcePolicy", kResourcePolicyBounds),
        wire::field<&Request::block_public_policy>("BlockPublicPolicy")};
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

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add_given("secretsmanager:BlockPublicPolicy", request.block_public_policy);
  }

  static Result<Response> handle(const api::Authorized<PutResourcePolicy>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const auto put = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_region_replica(view));
      COFFER_ASSIGN(ResourcePolicy policy, read_resource_policy(request.resource_policy, rooms));
      const bool blocks_public = request.block_public_policy.value_or(false);
      if (blocks_public && policy::grants_public_access(policy.document)) return broad_access();
      COFFER_ASSIGN(const bool may_again, may_replace_again(authorized.authority(), authorized.resource(), policy,
                                                            request.block_public_policy));
      if (!may_again) return lock_out();
      secrets::Change change = change_of(view);
      change.secret.resource_policy = request.resource_policy;
      change.secret.policy_bindings = std::move(policy.bindings);
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, put));
    return Response{view->arn, view->secret.name};
  }
};

}  // namespace

api::Operation put_resource_policy() {
  return api::operation<PutResourcePolicy>();
}

}  // namespace coffer::secretsmanager
