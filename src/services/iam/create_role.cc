// Makes a role that the principals of its trust policy may assume. Tags need iam:TagRole as well.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
#include "iam/roles.h"
#include "iam/tags.h"
#include "services/iam/common_condition_keys.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct CreateRole {
  static constexpr std::string_view kName = "CreateRole";
  static constexpr std::string_view kAction = "iam:CreateRole";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kLimitExceeded,          ErrorCode::kInvalidInput,
                                          ErrorCode::kEntityAlreadyExists,    ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> path;
    std::string name;
    std::string trust_policy;
    std::optional<std::string> description;
    std::optional<int64_t> max_session_duration;
    std::optional<std::string> boundary;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::path>("Path", kPathBounds),
        wire::field<&Request::name>("RoleName", kRoleNameBounds),
        wire::field<&Request::trust_policy>("AssumeRolePolicyDocument", kPolicyTextBounds),
        wire::field<&Request::description>("Description", kRoleDescriptionBounds),
        wire::field<&Request::max_session_duration>("MaxSessionDuration", kMaxSessionDurationBounds),
        wire::field<&Request::boundary>("PermissionsBoundary", kArnBounds),
        wire::field<&Request::tags>("Tags", kTagsBounds)};
  };

  struct Response {
    RoleEntry role;
    static constexpr wire::Field kFields[] = {wire::field<&Response::role>("Role")};
  };

  static Result<void> check(const Request& request) { return iam::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    return new_resource<iam::Role>(caller.account, {request.path, request.name});
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
    if (request.boundary) add_boundary_key(*request.boundary, keys);
  }

  static Result<Response> handle(const api::Authorized<CreateRole>& authorized, Rooms& rooms) {
    COFFER_TRY(permit_tags<action::TagRole>(authorized));
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    iam::NewRole wanted{.name = request.name,
                        .path = request.path.value_or("/"),
                        .trust_policy = request.trust_policy,
                        .description = request.description.value_or(""),
                        .boundary = request.boundary.value_or(""),
                        .tags = to_tags(request.tags)};
    if (request.max_session_duration) wanted.max_session_duration = std::chrono::seconds(*request.max_session_duration);
    COFFER_ASSIGN(const iam::Role role, iam::create_role(rooms.identities, account, wanted));
    COFFER_ASSIGN(RoleEntry entry, role_entry(account, role, Shown::kAlone, rooms));
    return Response{std::move(entry)};
  }
};

}  // namespace

api::Operation create_role() {
  return api::operation<CreateRole>();
}

}  // namespace coffer::iam_service
