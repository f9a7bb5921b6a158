// Gives a user another name or path. Its policies, groups and keys stay, and so does its unique id.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
#include "iam/users.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct UpdateUser {
  static constexpr std::string_view kName = "UpdateUser";
  static constexpr std::string_view kAction = "iam:UpdateUser";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity,           ErrorCode::kLimitExceeded,
                                          ErrorCode::kEntityAlreadyExists,    ErrorCode::kEntityTemporarilyUnmodifiable,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> new_path;
    std::optional<std::string> new_name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::new_path>("NewPath", kPathBounds),
                                              wire::field<&Request::new_name>("NewUserName", kUserNameBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateUser>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const EntityRef user = target<iam::User>(authorized, request.name);
    COFFER_TRY(permit_renamed<iam::User>(authorized));
    COFFER_TRY(iam::update_user(rooms.identities, user, {request.new_name, request.new_path}));
    return Response{};
  }
};

}  // namespace

api::Operation update_user() {
  return api::operation<UpdateUser>();
}

}  // namespace coffer::iam_service
