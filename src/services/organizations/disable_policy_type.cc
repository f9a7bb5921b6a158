// Ends that policies of a type count. All of them are detached, also when the type is enabled again. It is done when
// the answer comes. https://docs.aws.amazon.com/organizations/latest/APIReference/API_DisablePolicyType.html
#include "organizations/lifecycle.h"
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct DisablePolicyType : CardBasics {
  static constexpr std::string_view kName = "DisablePolicyType";
  static constexpr std::string_view kAction = "organizations:DisablePolicyType";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kPolicyTypeNotEnabled,
                                          ErrorCode::kRootNotFound,           ErrorCode::kInternalServiceError};

  struct Request {
    std::string root_id;
    std::string policy_type;
    static constexpr wire::Field kFields[] = {wire::field<&Request::root_id>("RootId", kRootIdBounds),
                                              wire::field<&Request::policy_type>("PolicyType", kPolicyTypeBounds)};
  };

  struct Response {
    RootEntry root;
    static constexpr wire::Field kFields[] = {wire::field<&Response::root>("Root")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.root_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_policy_type_key(request.policy_type, keys);
  }

  static Result<Response> handle(const api::Authorized<DisablePolicyType>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    const auto type = organizations::parse_policy_type(authorized.request().policy_type);
    if (!type) return Error{ErrorCode::kPolicyTypeNotEnabled, "The specified policy type is not currently enabled."};
    const organizations::RootPolicyType wanted{*NodeId::parse(authorized.request().root_id), *type};
    COFFER_TRY(organizations::disable_policy_type(rooms.organizations, id, wanted));
    COFFER_ASSIGN(const auto snapshot, rooms.organizations.parts().cache.snapshot(id));
    if (snapshot == nullptr) return organizations::not_in_use();
    return Response{root_entry(*snapshot)};
  }
};

}  // namespace

api::Operation disable_policy_type() {
  return api::operation<DisablePolicyType>();
}

}  // namespace coffer::organizations_service
