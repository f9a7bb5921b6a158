// Makes an access key of a user, or of who asks. Its secret is shown here and nowhere else.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html
#include "iam/access_keys.h"
#include "services/iam/common.h"

namespace coffer::iam_service {
namespace {

struct CreateAccessKey {
  static constexpr std::string_view kName = "CreateAccessKey";
  static constexpr std::string_view kAction = "iam:CreateAccessKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNoSuchEntity, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = iam_service::Rooms;

  struct Request {
    std::optional<std::string> name;
    static constexpr wire::Field kFields[] = {wire::field<&Request::name>("UserName", kExistingUserNameBounds)};
  };

  struct AccessKey {
    std::string user;
    AccessKeyId id;
    std::string status;
    wire::SecretText secret;
    Time created;
    static constexpr wire::Field kFields[] = {
        wire::field<&AccessKey::user>("UserName"), wire::field<&AccessKey::id>("AccessKeyId"),
        wire::field<&AccessKey::status>("Status"), wire::field<&AccessKey::secret>("SecretAccessKey"),
        wire::field<&AccessKey::created>("CreateDate")};
  };
  struct Response {
    AccessKey key;
    static constexpr wire::Field kFields[] = {wire::field<&Response::key>("AccessKey")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return user_or_caller_resource(request.name, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<CreateAccessKey>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(std::string name, name_or_caller(authorized.request().name, authorized.caller(), rooms));
    const EntityRef user = target<iam::User>(authorized, name);
    COFFER_ASSIGN(iam::NewAccessKey made, iam::create_access_key(rooms.identities, user));
    return Response{{std::move(name), made.key.id, "Active", {std::move(made.secret)}, made.key.created}};
  }
};

}  // namespace

api::Operation create_access_key() {
  return api::operation<CreateAccessKey>();
}

}  // namespace coffer::iam_service
