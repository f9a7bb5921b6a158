// Gives a group another name or path. Its members and policies stay, and so does its unique id.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateGroup.html
#include "iam/groups.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct UpdateGroup {
  static constexpr std::string_view kName = "UpdateGroup";
  static constexpr std::string_view kAction = "iam:UpdateGroup";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kEntityAlreadyExists,
                                          ErrorCode::kLimitExceeded, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> new_path;
    std::optional<std::string> new_name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("GroupName", kGroupNameBounds),
                                              wire::field<&Request::new_path>("NewPath", kPathBounds),
                                              wire::field<&Request::new_name>("NewGroupName", kGroupNameBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return group_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateGroup>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const EntityRef group = target<iam::Group>(authorized, request.name);
    COFFER_TRY(permit_renamed<iam::Group>(authorized));
    COFFER_TRY(iam::update_group(rooms.identities, group, {request.new_name, request.new_path}));
    return Response{};
  }
};

}  // namespace

api::Operation update_group() {
  return api::operation<UpdateGroup>();
}

}  // namespace coffer::iam_service
