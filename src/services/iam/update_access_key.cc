// Makes an access key inactive, so that nothing can be signed with it, or active again.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html
#include "iam/access_keys.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct UpdateAccessKey {
  static constexpr std::string_view kName = "UpdateAccessKey";
  static constexpr std::string_view kAction = "iam:UpdateAccessKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidInput, ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  static constexpr std::string_view kStatuses[] = {"Active", "Inactive", "Expired"};

  struct Request {
    std::optional<std::string> name;
    std::string key;
    std::string status;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::key>("AccessKeyId", kAccessKeyIdBounds),
                                              wire::field<&Request::status>("Status", {.values = kStatuses})};
  };
  using Response = NoMembers;

  // Keys expire by AWS's doing only.
  static Result<void> check(const Request& request) {
    if (request.status != "Expired") return {};
    return Error{ErrorCode::kInvalidInput, "The status of an access key can be set to Active or Inactive only."};
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<UpdateAccessKey>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const std::string name, name_or_caller(request.name, authorized.caller(), rooms));
    const auto id = AccessKeyId::parse(request.key);
    if (!id) return iam::no_such_access_key(request.key);
    const auto status = request.status == "Active" ? iam::AccessKeyStatus::kActive : iam::AccessKeyStatus::kInactive;
    COFFER_TRY(iam::update_access_key(rooms.identities, target<iam::User>(authorized, name), *id, status));
    return Response{};
  }
};

}  // namespace

api::Operation update_access_key() {
  return api::operation<UpdateAccessKey>();
}

}  // namespace coffer::iam_service
