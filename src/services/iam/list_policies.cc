// Managed policies of the account and of AWS, by scope, path and use.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
#include "iam/aws_managed_policies.h"
#include "services/iam/common_entries.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListPolicies {
  static constexpr std::string_view kName = "ListPolicies";
  static constexpr std::string_view kAction = "iam:ListPolicies";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  static constexpr std::string_view kScopes[] = {"All", "AWS", "Local"};
  static constexpr std::string_view kUses[] = {"PermissionsPolicy", "PermissionsBoundary"};

  struct Request {
    std::optional<std::string> scope;
    std::optional<bool> only_attached;
    std::optional<std::string> path_prefix;
    std::optional<std::string> usage;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::scope>("Scope", {.values = kScopes}),
                                              wire::field<&Request::only_attached>("OnlyAttached"),
                                              wire::field<&Request::path_prefix>("PathPrefix", kPolicyPathBounds),
                                              wire::field<&Request::usage>("PolicyUsageFilter", {.values = kUses}),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<PolicyEntry> policies;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Response::policies>("Policies"),
                                              wire::field<&Response::is_truncated>("IsTruncated"),
                                              wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  // Whether a policy that is in the scope is asked for.
  static bool is_wanted(const PolicyEntry& entry, const Request& request) {
    if (!entry.path.starts_with(request.path_prefix.value_or("/"))) return false;
    const bool is_used = request.usage == "PermissionsBoundary" ? entry.boundary_uses != 0
                         : request.usage == "PermissionsPolicy" ? entry.attachments != 0
                                                                : entry.attachments + entry.boundary_uses != 0;
    return is_used || (!request.usage && !request.only_attached.value_or(false));
  }

  static Result<Response> handle(const api::Authorized<ListPolicies>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(authorized.caller().account));
    Response response;
    const auto add = [&](const iam::Entities<iam::ManagedPolicy>& policies) {
      for (const auto& policy : policies) {
        PolicyEntry entry = policy_entry(*snapshot, *policy, Shown::kListed);
        if (is_wanted(entry, request)) response.policies.push_back(std::move(entry));
      }
    };
    if (request.scope != "AWS") add(snapshot->entities().policies);
    if (request.scope != "Local") add(snapshot->aws_policies().all());
    COFFER_ASSIGN(response.marker,
                  cut_page(response.policies, {request.marker, request.max_items},
                           [](const PolicyEntry& entry) { return iam::small(entry.name) + " " + entry.id; }));
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation list_policies() {
  return api::operation<ListPolicies>();
}

}  // namespace coffer::iam_service
