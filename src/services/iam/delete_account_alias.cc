// Takes its alias away from the account.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html
#include "iam/account_alias.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct DeleteAccountAlias {
  static constexpr std::string_view kName = "DeleteAccountAlias";
  static constexpr std::string_view kAction = "iam:DeleteAccountAlias";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kConcurrentModification, ErrorCode::kNoSuchEntity,
                                          ErrorCode::kLimitExceeded, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string alias;
    static constexpr wire::Field kFields[] = {wire::field<&Request::alias>("AccountAlias", kAliasBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<DeleteAccountAlias>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_account_alias(rooms.identities, authorized.caller().account, authorized.request().alias));
    return Response{};
  }
};

}  // namespace

api::Operation delete_account_alias() {
  return api::operation<DeleteAccountAlias>();
}

}  // namespace coffer::iam_service
