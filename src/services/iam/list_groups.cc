// The groups of the account whose paths begin with a prefix.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListGroups.html
#include "services/iam/common_entries.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListGroups {
  static constexpr std::string_view kName = "ListGroups";
  static constexpr std::string_view kAction = "iam:ListGroups";
  static constexpr api::Effect kEffect = api::Effect::kScans;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> path_prefix;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::path_prefix>("PathPrefix", kPathPrefixBounds),
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

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<ListGroups>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(account));
    COFFER_ASSIGN(const auto found,
                  page(snapshot->entities().groups, {request.marker, request.max_items}, request.path_prefix));
    Response response;
    for (const auto& group : found.entities)
      response.groups.push_back(group_entry(account, *group));
    response.marker = encode_marker(found.next);
    response.is_truncated = response.marker.has_value();
    return response;
  }
};

}  // namespace

api::Operation list_groups() {
  return api::operation<ListGroups>();
}

}  // namespace coffer::iam_service
