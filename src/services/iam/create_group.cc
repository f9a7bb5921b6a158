// Makes a group, without members and policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateGroup.html
#include "iam/groups.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {
namespace {

struct CreateGroup {
  static constexpr std::string_view kName = "CreateGroup";
  static constexpr std::string_view kAction = "iam:CreateGroup";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kLimitExceeded, ErrorCode::kEntityAlreadyExists,
                                          ErrorCode::kNoSuchEntity, ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> path;
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::path>("Path", kPathBounds),
                                              wire::field<&Request::name>("GroupName", kGroupNameBounds)};
  };

  struct Response {
    GroupEntry group;
    static constexpr wire::Field kFields[] = {wire::field<&Response::group>("Group")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms&) {
    return new_resource<iam::Group>(caller.account, {request.path, request.name});
  }

  static Result<Response> handle(const api::Authorized<CreateGroup>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    COFFER_ASSIGN(const iam::Group group,
                  iam::create_group(rooms.identities, account, {request.name, request.path.value_or("/")}));
    return Response{group_entry(account, group)};
  }
};

}  // namespace

api::Operation create_group() {
  return api::operation<CreateGroup>();
}

}  // namespace coffer::iam_service
