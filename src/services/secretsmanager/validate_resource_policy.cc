// Tells what PutResourcePolicy with BlockPublicPolicy would hold against a policy, without storing it. What is no
// policy document, or names principals that do not exist, is an error and not a finding.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_actions.h"
#include "services/secretsmanager/common_policy.h"

namespace coffer::secretsmanager {
namespace {

struct ValidateResourcePolicy {
  static constexpr std::string_view kName = "ValidateResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:ValidateResourcePolicy";
  static constexpr api::Effect kEffect = api::Effect::kScans;  // a policy may name more than a thousand principals
  static constexpr ErrorCode kErrors[] = {ErrorCode::kMalformedPolicyDocument, ErrorCode::kResourceNotFound,
                                          ErrorCode::kInvalidParameter, ErrorCode::kInternalServiceError,
                                          ErrorCode::kInvalidRequest};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::optional<std::string> secret_id;
    std::string resource_policy;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::resource_policy>("ResourcePolicy", kResourcePolicyBounds)};
  };

  struct Finding {
    std::string check_name;
    std::string error_message;
    static constexpr wire::Field kFields[] = {wire::field<&Finding::check_name>("CheckName"),
                                              wire::field<&Finding::error_message>("ErrorMessage")};
  };

  struct Response {
    bool policy_validation_passed;
    std::vector<Finding> validation_errors;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::policy_validation_passed>("PolicyValidationPassed"),
        wire::field<&Response::validation_errors>("ValidationErrors")};
  };

  static Result<void> check(const Request& request) {
    return request.secret_id ? check_secret_id(*request.secret_id) : Result<void>();
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    if (!request.secret_id) return api::Resource{"*", caller.account};
    return secret_resource(*request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ValidateResourcePolicy>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_TRY(api::Pipeline::permit<action::PutResourcePolicy>(authorized.authority(), authorized.resource()));
    api::Resource secret = authorized.resource();
    if (request.secret_id) {
      COFFER_TRY(find_secret(target(authorized), rooms));
    } else {
      // One that no policy names but by wildcards.
      secret.name = secrets::secret_arn(rooms.region, authorized.caller().account, "any", "??????");
    }
    COFFER_ASSIGN(const ResourcePolicy policy, read_resource_policy(request.resource_policy, rooms));
    Response response{true, {}};
    if (policy::grants_public_access(policy.document)) {
      response.validation_errors.push_back({"BROAD_ACCESS_CHECK", broad_access().message});
    }
    COFFER_ASSIGN(const bool may_again, may_replace_again(authorized.authority(), secret, policy, std::nullopt));
    if (!may_again) {
      response.validation_errors.push_back({"LOCK_OUT_CHECK", lock_out().message});
    }
    response.policy_validation_passed = response.validation_errors.empty();
    return response;
  }
};

}  // namespace

api::Operation validate_resource_policy() {
  return api::operation<ValidateResourcePolicy>();
}

}  // namespace coffer::secretsmanager
