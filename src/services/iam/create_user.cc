// Makes a user, without policies and access keys. Tags need iam:TagUser as well.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
#include "iam/tags.h"
#include "iam/users.h"
#include "services/iam/common_condition_keys.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct CreateUser {
  static constexpr std::string_view kName = "CreateUser";
  static constexpr std::string_view kAction = "iam:CreateUser";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kLimitExceeded,          ErrorCode::kEntityAlreadyExists,
                                          ErrorCode::kNoSuchEntity,           ErrorCode::kInvalidInput,
                                          ErrorCode::kConcurrentModification, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> path;
    std::string name;
    std::optional<std::string> boundary;
    std::optional<std::vector<TagEntry>> tags;
    static constexpr wire::Field kFields[] = {wire::field<&Request::path>("Path", kPathBounds),
                                              wire::field<&Request::name>("UserName", kUserNameBounds),
                                              wire::field<&Request::boundary>("PermissionsBoundary", kArnBounds),
                                              wire::field<&Request::tags>("Tags", kTagsBounds)};
  };

  struct Response {
    UserEntry user;
    static constexpr wire::Field kFields[] = {wire::field<&Response::user>("User")};
  };

  static Result<void> check(const Request& request) { return iam::check_tags(to_tags(request.tags)); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    return new_resource<iam::User>(caller.account, {request.path, request.name});
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    add_tag_keys(request.tags, keys);
    if (request.boundary) add_boundary_key(*request.boundary, keys);
  }

  static Result<Response> handle(const api::Authorized<CreateUser>& authorized, Rooms& rooms) {
    COFFER_TRY(permit_tags<action::TagUser>(authorized));
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const iam::User user, iam::create_user(rooms.identities, account,
                                                         {.name = request.name,
                                                          .path = request.path.value_or("/"),
                                                          .boundary = request.boundary.value_or(""),
                                                          .tags = to_tags(request.tags)}));
    return Response{user_entry(account, user, Shown::kAlone)};
  }
};

}  // namespace

api::Operation create_user() {
  return api::operation<CreateUser>();
}

}  // namespace coffer::iam_service
