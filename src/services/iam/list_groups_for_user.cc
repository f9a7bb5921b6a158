// The groups that a user is in.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroupsForUser.html
#include "services/iam/common_entries.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListGroupsForUser {
  static constexpr std::string_view kName = "ListGroupsForUser";
  static constexpr std::string_view kAction = "iam:ListGroupsForUser";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<GroupEntry> groups;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {wire::field<&Response::groups>("Groups"),
                                              wire::field<&Response::is_truncated>("IsTruncated"),
                                              wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListGroupsForUser>& authorized, Rooms&) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto* const user, found_user(authorized.resource(), request.name));
    const iam::Entities<iam::Group> groups = iam::groups_of(user->snapshot->entities(), *user->entity);
    COFFER_ASSIGN(const auto found, page(groups, {request.marker, request.max_items}, {}));
    Response response;
    for (const auto& group : found.entities)
      response.groups.push_back(group_entry(authorized.caller().account, *group));
    response.marker = encode_marker(found.next);
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation list_groups_for_user() {
  return api::operation<ListGroupsForUser>();
}

}  // namespace coffer::iam_service
