// A group and its members.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html
#include "services/iam/common_entries.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct GetGroup {
  static constexpr std::string_view kName = "GetGroup";
  static constexpr std::string_view kAction = "iam:GetGroup";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("GroupName", kGroupNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    GroupEntry group;
    std::vector<UserEntry> users;
    bool is_truncated = false;
    std::optional<std::string> marker;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::group>("Group"), wire::field<&Response::users>("Users"),
        wire::field<&Response::is_truncated>("IsTruncated"), wire::field<&Response::marker>("Marker")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return group_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<GetGroup>& authorized, Rooms&) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const auto* const group, found_group(authorized.resource(), request.name));
    const iam::Entities<iam::User> members = iam::members_of(group->snapshot->entities(), *group->entity);
    COFFER_ASSIGN(const auto found, page(members, {request.marker, request.max_items}, {}));
    Response response{.group = group_entry(account, *group->entity)};
    for (const auto& user : found.entities)
      response.users.push_back(user_entry(account, *user, Shown::kListed));
    response.marker = encode_marker(found.next);
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation get_group() {
  return api::operation<GetGroup>();
}

}  // namespace coffer::iam_service
