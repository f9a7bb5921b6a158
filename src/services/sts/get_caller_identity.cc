// Says whose credentials these are. Needs no permission, and no policy forbids it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
#include <array>

#include "services/sts/common_session.h"

namespace coffer::sts_service {
namespace {

struct GetCallerIdentity {
  static constexpr std::string_view kName = "GetCallerIdentity";
  static constexpr std::string_view kAction = "sts:GetCallerIdentity";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr std::array<ErrorCode, 0> kErrors = {};
  using Rooms = sts_service::Rooms;

  struct Request {
    static constexpr std::array<wire::Field, 0> kFields = {};
  };

  struct Response {
    std::string user_id;
    AccountId account;
    std::string arn;
    static constexpr wire::Field kFields[] = {wire::field<&Response::user_id>("UserId"),
                                              wire::field<&Response::account>("Account"),
                                              wire::field<&Response::arn>("Arn")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return api::Resource{.name = "*", .account = caller.account};
  }

  static Result<Response> handle(const api::Authorized<GetCallerIdentity>& authorized, Rooms&) {
    const auth::Caller& caller = authorized.caller();
    return Response{caller.user_id, caller.account, caller.arn};
  }
};

}  // namespace

api::Operation get_caller_identity() {
  return api::operation<GetCallerIdentity>();
}

}  // namespace coffer::sts_service
