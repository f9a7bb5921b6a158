// Makes policies of a type count in the whole tree: AWS's own policy of the type, which allows everything, is attached
// to every node from then on. It is done when the answer comes.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnablePolicyType.html
#include "organizations/lifecycle.h"
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct EnablePolicyType : CardBasics {
  static constexpr std::string_view kName = "EnablePolicyType";
  static constexpr std::string_view kAction = "organizations:EnablePolicyType";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied,           ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kConcurrentModification, ErrorCode::kConstraintViolation,
                                          ErrorCode::kInvalidInput,           ErrorCode::kPolicyTypeAlreadyEnabled,
                                          ErrorCode::kRootNotFound,           ErrorCode::kPolicyTypeUnknown,
                                          ErrorCode::kInternalServiceError};

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

  static Result<Response> handle(const api::Authorized<EnablePolicyType>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const auto id, managed_id(authorized));
    COFFER_ASSIGN(const PolicyType type, available_type(authorized.request().policy_type));
    const organizations::RootPolicyType wanted{*NodeId::parse(authorized.request().root_id), type};
    COFFER_TRY(organizations::enable_policy_type(rooms.organizations, id, wanted));
    COFFER_ASSIGN(const auto snapshot, rooms.organizations.parts().cache.snapshot(id));
    if (snapshot == nullptr) return organizations::not_in_use();
    return Response{root_entry(*snapshot)};
  }
};

}  // namespace

api::Operation enable_policy_type() {
  return api::operation<EnablePolicyType>();
}

}  // namespace coffer::organizations_service
