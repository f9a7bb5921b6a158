// Would delete the password of a user: users have none, which is what tools that delete users want to hear.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct DeleteLoginProfile {
  static constexpr std::string_view kName = "DeleteLoginProfile";
  static constexpr std::string_view kAction = "iam:DeleteLoginProfile";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kEntityTemporarilyUnmodifiable, ErrorCode::kNoSuchEntity,
                                          ErrorCode::kLimitExceeded, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kUserNameBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(const std::string name, name_or_caller(request.name, caller, rooms));
    return user_resource(name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DeleteLoginProfile>& authorized, Rooms&) {
    const std::string given = authorized.request().name.value_or("");
    COFFER_ASSIGN(const auto* const user, found_user(authorized.resource(), given));
    return iam::no_login_profile(user->entity->name);
  }
};

}  // namespace

api::Operation delete_login_profile() {
  return api::operation<DeleteLoginProfile>();
}

}  // namespace coffer::iam_service
