// Whether and when a key gets new material by itself. Not while its deletion is pending. Since when a rotation on
// demand is in progress, which it is as long as not all replicas have the new material.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
#include "services/kms/common.h"

namespace coffer::kms_service {
namespace {

struct GetKeyRotationStatus {
  static constexpr std::string_view kName = "GetKeyRotationStatus";
  static constexpr std::string_view kAction = "kms:GetKeyRotationStatus";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState, ErrorCode::kUnsupportedOperation};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::key_id>("KeyId", kKeyIdBounds)};
  };

  struct Response {
    bool key_rotation_enabled;
    std::string key_id;
    std::optional<int64_t> rotation_period_in_days;
    std::optional<Time> next_rotation_date;
    std::optional<Time> on_demand_rotation_start_date;
    static constexpr wire::Field kFields[] = {
        wire::field<&Response::key_rotation_enabled>("KeyRotationEnabled"), wire::field<&Response::key_id>("KeyId"),
        wire::field<&Response::rotation_period_in_days>("RotationPeriodInDays"),
        wire::field<&Response::next_rotation_date>("NextRotationDate"),
        wire::field<&Response::on_demand_rotation_start_date>("OnDemandRotationStartDate")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<GetKeyRotationStatus>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    return {};
  }

  static Result<Response> handle(const api::Authorized<GetKeyRotationStatus>& authorized, Rooms&) {
    COFFER_ASSIGN(const kms::KeyPointer key, found_key(authorized.resource()));
    Response response{false, authorized.resource().name, std::nullopt, std::nullopt, key->info.on_demand_rotation};
    const auto& rotation = key->info.rotation;
    const bool is_pending = key->info.deletion_date || key->info.waiting_days;
    if (!rotation || is_pending) return response;
    response.key_rotation_enabled = true;
    response.rotation_period_in_days = rotation->period_days;
    response.next_rotation_date = rotation->next;
    return response;
  }
};

}  // namespace

api::Operation get_key_rotation_status() {
  return api::operation<GetKeyRotationStatus>();
}

}  // namespace coffer::kms_service
