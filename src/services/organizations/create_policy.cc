// Makes a policy, which does nothing until it is attached. Tags need organizations:TagResource as well.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
#include "organizations/policies.h"
#include "organizations/tags.h"
#include "services/organizations/common_tags.h"

namespace coffer::organizations_service {
namespace {

struct CreatePolicy : CardBasics {
  static constexpr std::string_view kName = "CreatePolicy";
  static constexpr std::string_view kAction = "organizations:CreatePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,
                                          ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification,
                                          ErrorCode::kConstraintViolation,
                                          ErrorCode::kDuplicatePolicy,
                                          ErrorCode::kInvalidInput,
                                          ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kPolicyTypeUnknown,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string content;
    std::string description;
    std::string name;
    std::string type;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::content>("Content", kPolicyContentBounds),
        wire::field<&Request::description>("Description", kPolicyDescriptionBounds),
        wire::field<&Request::name>("Name", kPolicyNameBounds), wire::field<&Request::type>("Type", kPolicyTypeBounds),
        wire::field<&Request::tags>("Tags")};
  };

  struct Response {
    PolicyEntry policy;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policy>("Policy")};
  };

  static Result<void> check(const Request& request) { return organizations::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_policy_type_key(request.type, keys);
    add_tag_keys(request.tags, keys);
  }

  static Result<Response> handle(const api::Authorized<CreatePolicy>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    COFFER_TRY(permit_tags(authorized));
    const Request& request = authorized.request();
    COFFER_ASSIGN(const PolicyType type, available_type(request.type));
    const organizations::NewPolicy wanted{.type = type,
                                          .name = request.name,
                                          .description = request.description,
                                          .content = request.content,
                                          .tags = to_tags(request.tags)};
    const organizations::Organization& organization = snapshot->organization();
    COFFER_ASSIGN(const auto made, organizations::create_policy(rooms.organizations, organization.id, wanted));
    return Response{policy_entry(organization, made)};
  }
};

}  // namespace

api::Operation create_policy() {
  return api::operation<CreatePolicy>();
}

}  // namespace coffer::organizations_service
