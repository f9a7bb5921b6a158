// Credentials of a user for services that have their own: there are none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListServiceSpecificCredentials {
  static constexpr std::string_view kName = "ListServiceSpecificCredentials";
  static constexpr std::string_view kAction = "iam:ListServiceSpecificCredentials";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::optional<std::string> service;
    std::optional<bool> all_users;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::name>("UserName", kUserNameBounds), wire::field<&Request::service>("ServiceName"),
        wire::field<&Request::all_users>("AllUsers"), wire::field<&Request::marker>("Marker", kMarkerBounds),
        wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<NoMembers> none;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("ServiceSpecificCredentials"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    if (request.all_users.value_or(false)) return account_resource(caller);
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListServiceSpecificCredentials>& authorized, Rooms&) {
    const Request& request = authorized.request();
    const bool is_of_one = request.name && !request.all_users.value_or(false);
    if (is_of_one) COFFER_TRY(found_user(authorized.resource(), *request.name));
    return Response{};
  }
};

}  // namespace

api::Operation list_service_specific_credentials() {
  return api::operation<ListServiceSpecificCredentials>();
}

}  // namespace coffer::iam_service
