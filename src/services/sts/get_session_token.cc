// Gives temporary credentials of the caller itself. Needs no permission.
// Difference from AWS: there are no devices for a second factor, so one that is shown is refused.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
#include "services/sts/common_session.h"
#include "sts/user_session.h"

namespace coffer::sts_service {
namespace {

struct GetSessionToken {
  static constexpr std::string_view kName = "GetSessionToken";
  static constexpr std::string_view kAction = "sts:GetSessionToken";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kRegionDisabled};
  using Rooms = sts_service::Rooms;

  struct Request {
    std::optional<int64_t> duration_seconds;
    std::optional<std::string> serial_number;
    std::optional<std::string> token_code;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::duration_seconds>("DurationSeconds", kUserDurationBounds),
        wire::field<&Request::serial_number>("SerialNumber", kSerialNumberBounds),
        wire::field<&Request::token_code>("TokenCode", kTokenCodeBounds)};
  };

  struct Response {
    Credentials credentials;
    static constexpr wire::Field kFields[] = {wire::field<&Response::credentials>("Credentials")};
  };

  static Result<void> check(const Request& request) {
    return refuse_second_factor(request.serial_number, request.token_code);
  }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    COFFER_TRY(sts::refuse_session(caller, kName));
    return api::Resource{.name = "*", .account = caller.account};
  }

  static Result<Response> handle(const api::Authorized<GetSessionToken>& authorized, Rooms& rooms) {
    const auth::Caller& caller = authorized.caller();
    const Duration duration = sts::user_session_duration(authorized.request().duration_seconds, caller);
    COFFER_ASSIGN(auto issued, rooms.issuer.issue(sts::make_user_session(caller), authorized.now(), duration));
    return Response{credentials_of(std::move(issued))};
  }
};

}  // namespace

api::Operation get_session_token() {
  return api::operation<GetSessionToken>();
}

}  // namespace coffer::sts_service
