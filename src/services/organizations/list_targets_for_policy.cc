// The root, units and accounts that a policy is attached to.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTargetsForPolicy.html
#include "organizations/refusals.h"
#include "services/organizations/common.h"
#include "services/organizations/common_entries.h"
#include "services/organizations/common_pages.h"

namespace coffer::organizations_service {
namespace {

struct ListTargetsForPolicy : CardBasics {
  static constexpr std::string_view kName = "ListTargetsForPolicy";
  static constexpr std::string_view kAction = "organizations:ListTargetsForPolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kAccessDenied, ErrorCode::kAwsOrganizationsNotInUse,
                                          ErrorCode::kInvalidInput, ErrorCode::kPolicyNotFound,
                                          ErrorCode::kInternalServiceError};

  struct Request {
    std::string policy_id;
    std::optional<std::string> next_token;
    std::optional<int64_t> max_results;
    static constexpr wire::Field kFields[] = {wire::field<&Request::policy_id>("PolicyId", kPolicyIdBounds),
                                              wire::field<&Request::next_token>("NextToken", kNextTokenBounds),
                                              wire::field<&Request::max_results>("MaxResults", kMaxResultsBounds)};
  };

  struct Response {
    std::vector<TargetEntry> targets;
    std::optional<std::string> next_token;
    static constexpr wire::Field kFields[] = {wire::field<&Response::targets>("Targets"),
                                              wire::field<&Response::next_token>("NextToken")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.policy_id, caller, rooms);
  }

  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_policy_type_key(resource, keys);
  }

  static Result<Response> handle(const api::Authorized<ListTargetsForPolicy>& authorized, Rooms&) {
    COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
    const organizations::Policy* const policy = found(authorized.resource()).policy;
    if (policy == nullptr) return organizations::policy_not_found();
    const Request& request = authorized.request();
    Response response;
    for (const organizations::Node* target : snapshot->targets(*policy))
      response.targets.push_back(target_entry(snapshot->organization(), *target));
    const std::string list = std::string(kName) + " " + request.policy_id;
    COFFER_ASSIGN(response.next_token,
                  cut_page(response.targets, {list, request.next_token, request.max_results}, &TargetEntry::id));
    return response;
  }
};

}  // namespace

api::Operation list_targets_for_policy() {
  return api::operation<ListTargetsForPolicy>();
}

}  // namespace coffer::organizations_service
