// Limits a role to what a managed policy allows: whatever else its policies say, no more than that.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct PutRolePermissionsBoundary {
  static constexpr std::string_view kName = "PutRolePermissionsBoundary";
  static constexpr std::string_view kAction = "iam:PutRolePermissionsBoundary";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kUnmodifiableEntity, ErrorCode::kPolicyNotAttachable,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string boundary;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("RoleName", kRoleNameBounds),
                                              wire::field<&Request::boundary>("PermissionsBoundary", kArnBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return role_resource(request.name, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_boundary_key(request.boundary, keys);
  }

  static Result<Response> handle(const api::Authorized<PutRolePermissionsBoundary>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::put_boundary(rooms.identities, target<OfRole>(authorized), authorized.request().boundary));
    return Response{};
  }
};

}  // namespace

api::Operation put_role_permissions_boundary() {
  return api::operation<PutRolePermissionsBoundary>();
}

}  // namespace coffer::iam_service
