// The policies of a type, AWS's own among them. Of types that do not exist here there are none.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPolicies.html
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListPolicies : CardBasics {
  static constexpr std::string_view kName = "ListPolicies";
  static constexpr std::string_view kAction = "organizations:ListPolicies";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kInternalServiceError};

  struct Request {
    std::string filter;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::filter>("Filter", kPolicyTypeBounds),
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

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return organization_resource(caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_policy_type_key(request.filter, keys);
  }

  static Result<Response> handle(const api::Authorized<ListPolicies>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const Request& request = authorized.request();
    Response response;
    if (const auto type = organizations::parse_policy_type(request.filter)) {
      for (const organizations::Policy* policy : snapshot->policies(*type))
        response.policies.push_back(summary_entry(snapshot->organization(), *policy));
    }
    const std::string list = std::string(kName) + " " + request.filter;
    COFFER_ASSIGN(response.next_token, cut_page(response.policies, {list, request.next_token, request.max_results},
                                                &PolicySummaryEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_policies() {
  return api::operation<ListPolicies>();
}

}  // namespace coffer::organizations_service
