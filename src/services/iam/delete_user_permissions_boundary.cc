// Takes the permissions boundary away from a user.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeleteUserPermissionsBoundary {
  static constexpr std::string_view kName = "DeleteUserPermissionsBoundary";
  static constexpr std::string_view kAction = "iam:DeleteUserPermissionsBoundary";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kUserNameBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_resource(request.name, caller, rooms);
  }

  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_own_boundary_key<iam::User>(resource, keys);
  }

  static Result<Response> handle(const api::Authorized<DeleteUserPermissionsBoundary>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_boundary(rooms.identities, target<OfUser>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_user_permissions_boundary() {
  return api::operation<DeleteUserPermissionsBoundary>();
}

}  // namespace coffer::iam_service
