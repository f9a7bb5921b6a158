// Changes name, description or content of a policy. What it says counts from the next request on, wherever it is
// attached. https://docs.aws.amazon.com/organizations/latest/APIReference/API_UpdatePolicy.html
#include "organizations/policies.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct UpdatePolicy : CardBasics {
  static constexpr std::string_view kName = "UpdatePolicy";
  static constexpr std::string_view kAction = "organizations:UpdatePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,
                                          ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification,
                                          ErrorCode::kConstraintViolation,
                                          ErrorCode::kDuplicatePolicy,
                                          ErrorCode::kInvalidInput,
                                          ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kPolicyNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string policy_id;
    std::optional<std::string> name;
    std::optional<std::string> description;
    std::optional<std::string> content;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::policy_id>("PolicyId", kPolicyIdBounds),
        wire::field<&Request::name>("Name", kPolicyNameBounds),
        wire::field<&Request::description>("Description", kPolicyDescriptionBounds),
        wire::field<&Request::content>("Content", kPolicyContentBounds)};
  };

  struct Response {
    PolicyEntry policy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy>("Policy")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.policy_id, caller, rooms);
  }

  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_policy_type_key(resource, keys);
  }

  static Result<Response> handle(const api::Authorized<UpdatePolicy>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    const organizations::PolicyUpdate update{.policy = *PolicyId::parse(request.policy_id),
                                             .name = request.name,
                                             .description = request.description,
                                             .content = request.content};
    const organizations::Organization& organization = snapshot->organization();
    COFFER_ASSIGN(const auto updated, organizations::update_policy(rooms.organizations, organization.id, update));
    return Response{policy_entry(organization, updated)};
  }
};

}  // namespace

api::Operation update_policy() {
  return api::operation<UpdatePolicy>();
}

}  // namespace coffer::organizations_service
