// Says which account an access key belongs to, whoever's it is. A temporary key's id carries that.
// Differences from AWS: a long-term key's id does not, so one that does not exist has no account; AWS reads one out of
// any id.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html
#include <array>

#include "iam/access_keys.h"
#include "services/sts/common_session.h"
#include "sts/access_key_ids.h"

namespace coffer::sts_service {
namespace {

struct GetAccessKeyInfo {
  static constexpr std::string_view kName = "GetAccessKeyInfo";
  static constexpr std::string_view kAction = "sts:GetAccessKeyInfo";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr std::array<ErrorCode, 0> kErrors = {};
  using Rooms = sts_service::Rooms;

  struct Request {
    std::string access_key_id;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::access_key_id>("AccessKeyId", {.min = 16, .max = 128, .pattern = &kAccessKeyIdPattern})};
  };

  struct Response {
    AccountId account;
    static constexpr wire::Field kFields[] = {wire::field<&Response::account>("Account")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    COFFER_TRY(sts::refuse_user_session(caller, kAction, "*"));
    return api::Resource{.name = "*", .account = caller.account};
  }

  static Result<Response> handle(const api::Authorized<GetAccessKeyInfo>& authorized, Rooms& rooms) {
    const std::string& id = authorized.request().access_key_id;
    if (auto account = sts::account_of_temporary_key(id)) return Response{*std::move(account)};
    COFFER_ASSIGN(auto owner, iam::access_key_owner(rooms.store, id));
    if (!owner) return Error{ErrorCode::kValidation, "The access key ID " + id + " does not exist."};
    return Response{std::move(owner->account)};
  }
};

}  // namespace

api::Operation get_access_key_info() {
  return api::operation<GetAccessKeyInfo>();
}

}  // namespace coffer::sts_service
