// A user, or who asks, if that is a user or the root user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct GetUser {
  static constexpr std::string_view kName = "GetUser";
  static constexpr std::string_view kAction = "iam:GetUser";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds)};
  };

  struct Response {
    UserEntry user;
    static constexpr wire::Field kFields[] = {wire::field<&Response::user>("User")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  // The root user is no entity: it is as old as its account.
  static Result<UserEntry> root(const auth::Caller& caller, const Rooms& rooms) {
    COFFER_ASSIGN(const auto account, rooms.accounts.describe(caller.account));
    if (!account) return iam::no_such_user(caller.account.text());
    return UserEntry{{}, {}, caller.account.text(), caller.arn, account->created, {}, {}};
  }

  static Result<Response> handle(const api::Authorized<GetUser>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const auth::Caller& caller = authorized.caller();
    if (!request.name && caller.kind == auth::PrincipalKind::kRoot) {
      COFFER_ASSIGN(UserEntry entry, root(caller, rooms));
      return Response{std::move(entry)};
    }
    COFFER_ASSIGN(const auto* const user, found_user(authorized.resource(), request.name.value_or("")));
    return Response{user_entry(caller.account, *user->entity, Shown::kAlone)};
  }
};

}  // namespace

api::Operation get_user() {
  return api::operation<GetUser>();
}

}  // namespace coffer::iam_service
