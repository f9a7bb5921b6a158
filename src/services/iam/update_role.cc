// Changes what a role says about itself, and how long its sessions may be.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
#include "iam/roles.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct UpdateRole {
  static constexpr std::string_view kName = "UpdateRole";
  static constexpr std::string_view kAction = "iam:UpdateRole";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kUnmodifiableEntity, ErrorCode::kNoSuchEntity,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> description;
    std::optional<int64_t> max_session_duration;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::name>("RoleName", kRoleNameBounds),
        wire::field<&Request::description>("Description", kRoleDescriptionBounds),
        wire::field<&Request::max_session_duration>("MaxSessionDuration", kMaxSessionDurationBounds)};
  };
  using Response = EmptyResult;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return role_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateRole>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const EntityRef role = target<iam::Role>(authorized, request.name);
    iam::RoleUpdate update{request.description, {}};
    if (request.max_session_duration) update.max_session_duration = std::chrono::seconds(*request.max_session_duration);
    COFFER_TRY(iam::update_role(rooms.identities, role, update));
    return Response{};
  }
};

}  // namespace

api::Operation update_role() {
  return api::operation<UpdateRole>();
}

}  // namespace coffer::iam_service
