// The MFA devices of a user: there are none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct ListMFADevices {
  static constexpr std::string_view kName = "ListMFADevices";
  static constexpr std::string_view kAction = "iam:ListMFADevices";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::optional<std::string> marker;
    std::optional<int64_t> max_items;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::marker>("Marker", kMarkerBounds),
                                              wire::field<&Request::max_items>("MaxItems", kMaxItemsBounds)};
  };

  struct Response {
    std::vector<NoMembers> none;
    bool is_truncated = false;
    static constexpr wire::Field kFields[] = {wire::field<&Response::none>("MFADevices"),
                                              wire::field<&Response::is_truncated>("IsTruncated")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<ListMFADevices>& authorized, Rooms&) {
    const std::optional<std::string>& name = authorized.request().name;
    if (name) COFFER_TRY(found_user(authorized.resource(), *name));
    return Response{};
  }
};

}  // namespace

api::Operation list_mfa_devices() {
  return api::operation<ListMFADevices>();
}

}  // namespace coffer::iam_service
