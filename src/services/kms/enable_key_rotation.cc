// Lets a key get new material by itself, again and again; the first time after a whole period from now.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
#include "kms/key_rotation.h"
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct EnableKeyRotation {
  static constexpr std::string_view kName = "EnableKeyRotation";
  static constexpr std::string_view kAction = "kms:EnableKeyRotation";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kDisabled, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kUnsupportedOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<int64_t> rotation_period_in_days;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::rotation_period_in_days>("RotationPeriodInDays",
                                                       {.min = kms::kMinRotationDays, .max = kms::kMaxRotationDays})};
  };

  using Response = NoMembers;

  static int period_of(const Request& request) {
    return static_cast<int>(request.rotation_period_in_days.value_or(kms::kDefaultRotationDays));
  }

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<EnableKeyRotation>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add_number("kms:RotationPeriodInDays", period_of(asked.request));
    return {};
  }

  static Result<Response> handle(const api::Authorized<EnableKeyRotation>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    COFFER_TRY(kms::enable_rotation(rooms.keyring, key, period_of(authorized.request())));
    return Response{};
  }
};

}  // namespace

api::Operation enable_key_rotation() {
  return api::operation<EnableKeyRotation>();
}

}  // namespace coffer::kms_service
