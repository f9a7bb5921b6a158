// Everything of an account at once: users, groups, roles and managed policies, with all their policies. Of AWS's
// policies those that somebody has.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
#include "iam/aws_managed_policies.h"
#include "services/iam/common_details.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

constexpr std::string_view kKinds[] = {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"};
constexpr wire::Constraint kKindBounds{.values = kKinds};

struct GetAccountAuthorizationDetails {
  static constexpr std::string_view kName = "GetAccountAuthorizationDetails";
  static constexpr std::string_view kAction = "iam:GetAccountAuthorizationDetails";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::vector<std::string>> kinds;
    std::optional<int64_t> max_items;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Request::kinds>("Filter", {.item = &kKindBounds}),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds)};
  };

  struct Response {
    std::vector<UserDetail> users;
    std::vector<GroupDetail> groups;
    std::vector<RoleDetail> roles;
    std::vector<ManagedPolicyDetail> policies;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::users>("UserDetailList"),     wire::field<&Response::groups>("GroupDetailList"),
        wire::field<&Response::roles>("RoleDetailList"),     wire::field<&Response::policies>("Policies"),
        wire::field<&Response::is_truncated>("IsTruncated"), wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  // All kinds make one list, which pages are cut from. One of the pointers is set.
  struct Item {
    std::string key;
    const iam::User* user = nullptr;
    const iam::Group* group = nullptr;
    const iam::Role* role = nullptr;
    const iam::ManagedPolicy* policy = nullptr;
  };

  static std::vector<Item> items(const Request& request, const iam::IdentitySnapshot& snapshot) {
    const auto wants = [&](std::string_view kind) {
      return !request.kinds || request.kinds->empty() ||
             std::ranges::find(*request.kinds, kind) != request.kinds->end();
    };
    const iam::AccountEntities& entities = snapshot.entities();
    std::vector<Item> all;
    if (wants("User")) {
      for (const auto& user : entities.users)
        all.push_back({.key = "1" + iam::small(user->name), .user = user.get()});
    }
    if (wants("Group")) {
      for (const auto& group : entities.groups)
        all.push_back({.key = "2" + iam::small(group->name), .group = group.get()});
    }
    if (wants("Role")) {
      for (const auto& role : entities.roles)
        all.push_back({.key = "3" + iam::small(role->name), .role = role.get()});
    }
    if (wants("LocalManagedPolicy")) {
      for (const auto& policy : entities.policies)
        all.push_back({.key = "4" + iam::small(policy->name), .policy = policy.get()});
    }
    if (wants("AWSManagedPolicy")) {
      for (const auto& policy : snapshot.aws_policies().all()) {
        const iam::PolicyUsage usage = iam::usage_of(entities, iam::AwsManagedPolicies::arn_of(*policy));
        if (usage.attachments + usage.boundaries == 0) continue;
        all.push_back({.key = "5" + iam::small(policy->name), .policy = policy.get()});
      }
    }
    return all;
  }

  static Result<Response> handle(const api::Authorized<GetAccountAuthorizationDetails>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(authorized.caller().account));
    std::vector<Item> all = items(request, *snapshot);
    Response response;
    COFFER_ASSIGN(response.marker, cut_page(all, {request.marker, request.max_items}, &Item::key));
    for (const Item& item : all) {
      if (item.user != nullptr) response.users.push_back(user_detail(*snapshot, *item.user));
      if (item.group != nullptr) response.groups.push_back(group_detail(*snapshot, *item.group));
      if (item.policy != nullptr) response.policies.push_back(policy_detail(*snapshot, *item.policy));
      if (item.role != nullptr) {
        COFFER_ASSIGN(RoleDetail role, role_detail({*snapshot, *item.role}, rooms));
        response.roles.push_back(std::move(role));
      }
    }
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation get_account_authorization_details() {
  return api::operation<GetAccountAuthorizationDetails>();
}

}  // namespace coffer::iam_service
