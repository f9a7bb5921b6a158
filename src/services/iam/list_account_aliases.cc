// The alias of the account, if it has one.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html
#include "services/iam/common.h"
#include "services/iam/common_pages.h"

namespace coffer::iam_service {
namespace {

struct ListAccountAliases {
  static constexpr std::string_view kName = "ListAccountAliases";
  static constexpr std::string_view kAction = "iam:ListAccountAliases";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<std::string> aliases;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::aliases>("AccountAliases"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<ListAccountAliases>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(authorized.caller().account));
    Response response;
    if (!snapshot->entities().alias.empty()) response.aliases.push_back(snapshot->entities().alias);
    COFFER_TRY(cut_page(response.aliases, {request.marker, request.max_items}, std::identity()));
    return response;
  }
};

}  // namespace

api::Operation list_account_aliases() {
  return api::operation<ListAccountAliases>();
}

}  // namespace coffer::iam_service
