// Changes the description of a role. UpdateRole does the same.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRoleDescription.html
#include "iam/roles.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct UpdateRoleDescription {
  static constexpr std::string_view kName = "UpdateRoleDescription";
  static constexpr std::string_view kAction = "iam:UpdateRoleDescription";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kUnmodifiableEntity,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::string name;
    std::string description;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::name>("RoleName", kRoleNameBounds),
        wire::field<&Request::description>("Description", kRoleDescriptionBounds)};
  };

  struct Response {
    RoleEntry role;
    static constexpr wire::Field kFields[] = {wire::field<&Response::role>("Role")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return role_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateRoleDescription>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_TRY(
        iam::update_role(rooms.identities, target<iam::Role>(authorized, request.name), {request.description, {}}));
    COFFER_ASSIGN(const auto snapshot, rooms.identities.snapshot(account));
    const iam::Role* const role = snapshot->entities().role(request.name);
    if (role == nullptr) return iam::no_such_role(request.name);
    COFFER_ASSIGN(RoleEntry entry, role_entry(account, *role, Shown::kAlone, rooms));
    return Response{std::move(entry)};
  }
};

}  // namespace

api::Operation update_role_description() {
  return api::operation<UpdateRoleDescription>();
}

}  // namespace coffer::iam_service
