// Detaches a policy from the root, a unit or an account. The caller must be allowed to do so to both. The last policy
// of its type stays. https://docs.aws.amazon.com/organizations/latest/APIReference/API_DetachPolicy.html
#include "organizations/attachments.h"
#include "services/organizations/common.h"

namespace coffer::organizations_service {
namespace {

struct DetachPolicy : CardBasics {
  static constexpr std::string_view kName = "DetachPolicy";
  static constexpr std::string_view kAction = "organizations:DetachPolicy";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kPolicyNotAttached,
                                          ErrorCode::kPolicyNotFound,         ErrorCode::kTargetNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string policy_id;
    std::string target_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::policy_id>("PolicyId", kPolicyIdBounds),
                                              wire::field<&Request::target_id>("TargetId", kTargetIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.policy_id, caller, rooms);
  }

  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_policy_type_key(resource, keys);
  }

  static Result<Response> handle(const api::Authorized<DetachPolicy>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const Request& request = authorized.request();
    COFFER_TRY(permit_also(authorized, node_resource(request.target_id, authorized.caller(), rooms)));
    const organizations::Attachment attachment{*PolicyId::parse(request.policy_id), *NodeId::parse(request.target_id)};
    COFFER_TRY(organizations::detach_policy(rooms.organizations, id, attachment));
    return Response{};
  }
};

}  // namespace

api::Operation detach_policy() {
  return api::operation<DetachPolicy>();
}

}  // namespace coffer::organizations_service
