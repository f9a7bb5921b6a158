// The users, groups and roles that have a managed policy, as permissions or as boundary.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html
#include "services/iam/common.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListEntitiesForPolicy {
  static constexpr std::string_view kName = "ListEntitiesForPolicy";
  static constexpr std::string_view kAction = "iam:ListEntitiesForPolicy";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  static constexpr std::string_view kKinds[] = {"User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"};
  static constexpr std::string_view kUses[] = {"PermissionsPolicy", "PermissionsBoundary"};

  struct Request {
    std::string arn;
    std::optional<std::string> kind;
    std::optional<std::string> path_prefix;
    std::optional<std::string> usage;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::arn>("PolicyArn", kArnBounds),
                                              wire::field<&Request::kind>("EntityFilter", {.values = kKinds}),
                                              wire::field<&Request::path_prefix>("PathPrefix", kPathBounds),
                                              wire::field<&Request::usage>("PolicyUsageFilter", {.values = kUses}),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct GroupName {
    std::string name;
    std::string id;
    static constexpr wire::Field kFields[] = {wire::field<&GroupName::name>("GroupName"),
                                              wire::field<&GroupName::id>("GroupId")};
  };
  struct UserName {
    std::string name;
    std::string id;
    static constexpr wire::Field kFields[] = {wire::field<&UserName::name>("UserName"),
                                              wire::field<&UserName::id>("UserId")};
  };
  struct RoleName {
    std::string name;
    std::string id;
    static constexpr wire::Field kFields[] = {wire::field<&RoleName::name>("RoleName"),
                                              wire::field<&RoleName::id>("RoleId")};
  };
  struct Response {
    std::vector<GroupName> groups;
    std::vector<UserName> users;
    std::vector<RoleName> roles;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::groups>("PolicyGroups"), wire::field<&Response::users>("PolicyUsers"),
        wire::field<&Response::roles>("PolicyRoles"), wire::field<&Response::is_truncated>("IsTruncated"),
        wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return policy_resource(request.arn, caller, rooms);
  }

  // All three kinds make one list, which pages are cut from.
  struct Item {
    EntityKind kind;
    std::string name;
    std::string id;
  };

  static std::vector<Item> items(const Request& request, const iam::IdentitySnapshot& snapshot) {
    std::vector<Item> all;
    const auto add = [&](std::string_view kind, const auto& entities) {
      if (request.kind && *request.kind != kind) return;
      for (const auto& entity : entities) {
        if (!entity->path.starts_with(request.path_prefix.value_or("/"))) continue;
        all.push_back({iam::kind_of(*entity), entity->name, entity->unique_id});
      }
    };
    for (const iam::PolicyUse use : {iam::PolicyUse::kPermissions, iam::PolicyUse::kBoundary}) {
      const bool is_boundary = use == iam::PolicyUse::kBoundary;
      if (request.usage && is_boundary != (*request.usage == "PermissionsBoundary")) continue;
      const iam::PolicyEntities found = iam::entities_for(snapshot.entities(), request.arn, use);
      add("Group", found.groups);
      add("User", found.users);
      add("Role", found.roles);
    }
    // Who has it in both ways is one.
    std::ranges::sort(all, {}, &Item::id);
    const auto is_same = [](const Item& one, const Item& other) { return one.id == other.id; };
    all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
    return all;
  }

  static Result<Response> handle(const api::Authorized<ListEntitiesForPolicy>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const policy, found_policy(authorized.resource(), request.arn));
    std::vector<Item> all = items(request, *policy->snapshot);
    Response response;
    COFFER_ASSIGN(response.marker, cut_page(all, {request.marker, request.max_items}, [](const Item& item) {
                    return std::string(1, static_cast<char>(item.kind)) + iam::small(item.name);
                  }));
    for (Item& item : all) {
      if (item.kind == EntityKind::kGroup) response.groups.push_back({std::move(item.name), std::move(item.id)});
      if (item.kind == EntityKind::kUser) response.users.push_back({std::move(item.name), std::move(item.id)});
      if (item.kind == EntityKind::kRole) response.roles.push_back({std::move(item.name), std::move(item.id)});
    }
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation list_entities_for_policy() {
  return api::operation<ListEntitiesForPolicy>();
}

}  // namespace coffer::iam_service
