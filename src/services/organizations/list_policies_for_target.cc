// The policies of a type that are attached to the root, a unit or an account itself: at most five.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html
#include <algorithm>

#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListPoliciesForTarget : CardBasics {
  static constexpr std::string_view kName = "ListPoliciesForTarget";
  static constexpr std::string_view kAction = "organizations:ListPoliciesForTarget";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kTargetNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string target_id;
    std::string filter;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::target_id>("TargetId", kTargetIdBounds),
                                              wire::field<&Request::filter>("Filter", kPolicyTypeBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<PolicySummaryEntry> policies;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policies>("Policies"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return node_resource(request.target_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_policy_type_key(request.filter, keys);
  }

  static Result<Response> handle(const api::Authorized<ListPoliciesForTarget>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Node* const target = found(authorized.resource()).node;
    if (target == nullptr) return organizations::target_not_found();
    const Request& request = authorized.request();
    Response response;
    if (const auto type = organizations::parse_policy_type(request.filter)) {
      for (const organizations::Policy* policy : snapshot->attached(*target, *type))
        response.policies.push_back(summary_entry(snapshot->organization(), *policy));
    }
    std::ranges::sort(response.policies, {}, &PolicySummaryEntry::id);
    const std::string list = std::string(kName) + " " + request.filter + " " + request.target_id;
    COFFER_ASSIGN(response.next_token, cut_page(response.policies, {list, request.next_token, request.max_results},
                                                &PolicySummaryEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_policies_for_target() {
  return api::operation<ListPoliciesForTarget>();
}

}  // namespace coffer::organizations_service
