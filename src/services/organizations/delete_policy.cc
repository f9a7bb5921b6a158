// Deletes a policy that is attached nowhere.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DeletePolicy.html
#include "organizations/policies.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct DeletePolicy : CardBasics {
  static constexpr std::string_view kName = "DeletePolicy";
  static constexpr std::string_view kAction = "organizations:DeletePolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,
                                          ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification,
                                          ErrorCode::kInvalidInput,
                                          ErrorCode::kPolicyInUse,
                                          ErrorCode::kPolicyNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string policy_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::policy_id>("PolicyId", kPolicyIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.policy_id, caller, rooms);
  }

  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_policy_type_key(resource, keys);
  }

  static Result<Response> handle(const api::Authorized<DeletePolicy>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    COFFER_TRY(organizations::delete_policy(rooms.organizations, id, *PolicyId::parse(authorized.request().policy_id)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_policy() {
  return api::operation<DeletePolicy>();
}

}  // namespace coffer::organizations_service
