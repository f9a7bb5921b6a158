// The password of a user: users have none, and sign with access keys.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct GetLoginProfile {
  static constexpr std::string_view kName = "GetLoginProfile";
  static constexpr std::string_view kAction = "iam:GetLoginProfile";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
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

  static Result<Response> handle(const api::Authorized<GetLoginProfile>& authorized, Rooms&) {
    const std::string given = authorized.request().name.value_or("");
    COFFER_ASSIGN(const auto* const user, found_user(authorized.resource(), given));
    return iam::no_login_profile(user->entity->name);
  }
};

}  // namespace

api::Operation get_login_profile() {
  return api::operation<GetLoginProfile>();
}

}  // namespace coffer::iam_service
