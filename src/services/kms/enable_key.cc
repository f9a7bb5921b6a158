// Lets a key that was disabled be used again.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKey.html
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct EnableKey {
  static constexpr std::string_view kName = "EnableKey";
  static constexpr std::string_view kAction = "kms:EnableKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn, ErrorCode::kLimitExceeded,
                                          ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds)};
  };

  using Response = NoMembers;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<EnableKey>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<EnableKey>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(rooms.keyring.enable(key));
    return Response{};
  }
};

}  // namespace

api::Operation enable_key() {
  return api::operation<EnableKey>();
}

}  // namespace coffer::kms_service
