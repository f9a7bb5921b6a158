// Takes a user out of a group.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_RemoveUserFromGroup.html
#include "iam/groups.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct RemoveUserFromGroup {
  static constexpr std::string_view kName = "RemoveUserFromGroup";
  static constexpr std::string_view kAction = "iam:RemoveUserFromGroup";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string user;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("GroupName", kGroupNameBounds),
                                              wire::field<&Request::user>("UserName", kExistingUserNameBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return group_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<RemoveUserFromGroup>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const EntityRef group = target<iam::Group>(authorized, request.name);
    COFFER_TRY(iam::remove_user_from_group(rooms.identities, group, request.user));
    return Response{};
  }
};

}  // namespace

api::Operation remove_user_from_group() {
  return api::operation<RemoveUserFromGroup>();
}

}  // namespace coffer::iam_service
