// Ends the rotation of a key by itself; material that it has stays.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_DisableKeyRotation.html
#include "kms/key_rotation.h"
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct DisableKeyRotation {
  static constexpr std::string_view kName = "DisableKeyRotation";
  static constexpr std::string_view kAction = "kms:DisableKeyRotation";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kDisabled, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kUnsupportedOperation};
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

  static Result<void> keys(const api::Asked<DisableKeyRotation>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<DisableKeyRotation>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(kms::disable_rotation(rooms.keyring, key));
    return Response{};
  }
};

}  // namespace

api::Operation disable_key_rotation() {
  return api::operation<DisableKeyRotation>();
}

}  // namespace coffer::kms_service
