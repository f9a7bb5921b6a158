// Deletes an access key of a user, or of who asks.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html
#include "iam/access_keys.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct DeleteAccessKey {
  static constexpr std::string_view kName = "DeleteAccessKey";
  static constexpr std::string_view kAction = "iam:DeleteAccessKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    std::string key;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds),
                                              wire::field<&Request::key>("AccessKeyId", kAccessKeyIdBounds)};
  };
  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<DeleteAccessKey>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_ASSIGN(const std::string name, name_or_caller(request.name, authorized.caller(), rooms));
    const auto id = AccessKeyId::parse(request.key);
    if (!id) return iam::no_such_access_key(request.key);
    COFFER_TRY(iam::delete_access_key(rooms.identities, target<iam::User>(authorized, name), *id));
    return Response{};
  }
};

}  // namespace

api::Operation delete_access_key() {
  return api::operation<DeleteAccessKey>();
}

}  // namespace coffer::iam_service
