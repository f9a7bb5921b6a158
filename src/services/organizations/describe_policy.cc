// A policy with its document, as it was given.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribePolicy.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"

namespace coffer::organizations_service {
namespace {

struct DescribePolicy : CardBasics {
  static constexpr std::string_view kName = "DescribePolicy";
  static constexpr std::string_view kAction = "organizations:DescribePolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kPolicyNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string policy_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::policy_id>("PolicyId", kPolicyIdBounds)};
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

  static Result<Response> handle(const api::Authorized<DescribePolicy>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Policy* const policy = found(authorized.resource()).policy;
    if (policy == nullptr) return organizations::policy_not_found();
    return Response{policy_entry(snapshot->organization(), *policy)};
  }
};

}  // namespace

api::Operation describe_policy() {
  return api::operation<DescribePolicy>();
}

}  // namespace coffer::organizations_service
