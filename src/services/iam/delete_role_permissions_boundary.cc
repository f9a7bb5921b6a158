// Takes the permissions boundary away from a role.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePermissionsBoundary.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct DeleteRolePermissionsBoundary {
  static constexpr std::string_view kName = "DeleteRolePermissionsBoundary";
  static constexpr std::string_view kAction = "iam:DeleteRolePermissionsBoundary";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kUnmodifiableEntity,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("RoleName", kRoleNameBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return role_resource(request.name, caller, rooms);
  }

  static void keys(const Request&, const api::Resource& resource, api::ConditionKeys& keys) {
    add_own_boundary_key<iam::Role>(resource, keys);
  }

  static Result<Response> handle(const api::Authorized<DeleteRolePermissionsBoundary>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::delete_boundary(rooms.identities, target<OfRole>(authorized)));
    return Response{};
  }
};

}  // namespace

api::Operation delete_role_permissions_boundary() {
  return api::operation<DeleteRolePermissionsBoundary>();
}

}  // namespace coffer::iam_service
