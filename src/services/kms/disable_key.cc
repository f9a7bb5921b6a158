// Keeps a key from being used until it is enabled again, from the moment of the answer on.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKey.html
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct DisableKey {
  static constexpr std::string_view kName = "DisableKey";
  static constexpr std::string_view kAction = "kms:DisableKey";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
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

  static Result<void> keys(const api::Asked<DisableKey>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<DisableKey>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(rooms.keyring.disable(key));
    return Response{};
  }
};

}  // namespace

api::Operation disable_key() {
  return api::operation<DisableKey>();
}

}  // namespace coffer::kms_service
