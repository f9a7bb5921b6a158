// Limits a user to what a managed policy allows: whatever else its policies say, no more than that.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
#include "services/iam/common_holders.h"

namespace coffer::iam_service {
namespace {

struct PutUserPermissionsBoundary {
  static constexpr std::string_view kName = "PutUserPermissionsBoundary";
  static constexpr std::string_view kAction = "iam:PutUserPermissionsBoundary";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kInvalidInput,
                                          ErrorCode::kPolicyNotAttachable, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string boundary;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kUserNameBounds),
                                              wire::field<&Request::boundary>("PermissionsBoundary", kArnBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_resource(request.name, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_boundary_key(request.boundary, keys);
  }

  static Result<Response> handle(const api::Authorized<PutUserPermissionsBoundary>& authorized, Rooms& rooms) {
    COFFER_TRY(iam::put_boundary(rooms.identities, target<OfUser>(authorized), authorized.request().boundary));
    return Response{};
  }
};

}  // namespace

api::Operation put_user_permissions_boundary() {
  return api::operation<PutUserPermissionsBoundary>();
}

}  // namespace coffer::iam_service
