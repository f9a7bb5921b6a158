// What the account asks of passwords: nothing, for users have none.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct GetAccountPasswordPolicy {
  static constexpr std::string_view kName = "GetAccountPasswordPolicy";
  static constexpr std::string_view kAction = "iam:GetAccountPasswordPolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  using Request = NoMembers;
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms&) {
    return account_resource(caller);
  }

  static Result<Response> handle(const api::Authorized<GetAccountPasswordPolicy>& authorized, Rooms&) {
    const std::string& account = authorized.caller().account.text();
    return Error{ErrorCode::kNoSuchEntity, "The Password Policy with domain name " + account + " cannot be found."};
  }
};

}  // namespace

api::Operation get_account_password_policy() {
  return api::operation<GetAccountPasswordPolicy>();
}

}  // namespace coffer::iam_service
