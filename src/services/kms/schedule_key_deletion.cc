// Deletes a key after a waiting period, in which it cannot be used and deletion can be cancelled. What it encrypted is
// gone then. The waiting period of a primary begins when its last replica is gone.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
#include "services/kms/common.h"
#include "services/kms/common_metadata.h"

namespace coffer::kms_service {
namespace {

struct ScheduleKeyDeletion {
  static constexpr std::string_view kName = "ScheduleKeyDeletion";
  static constexpr std::string_view kAction = "kms:ScheduleKeyDeletion";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kNotFoundOnWire, ErrorCode::kInvalidArn,
                                          ErrorCode::kKmsInvalidState};
  using Rooms = kms_service::Rooms;

  struct Request {
    std::string key_id;
    std::optional<int64_t> pending_window_in_days;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::key_id>("KeyId", kKeyIdBounds),
        wire::field<&Request::pending_window_in_days>("PendingWindowInDays", {.min = 1, .max = 365})};
  };

  struct Response {
    std::string key_id;
    std::optional<Time> deletion_date;
    std::string_view key_state;
    int64_t pending_window_in_days;
    static constexpr wire::Field kFields[] = {wire::field<&Response::key_id>("KeyId"),
                                              wire::field<&Response::deletion_date>("DeletionDate"),
                                              wire::field<&Response::key_state>("KeyState"),
                                              wire::field<&Response::pending_window_in_days>("PendingWindowInDays")};
  };

  static int64_t window_of(const Request& request) { return request.pending_window_in_days.value_or(30); }

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return key_resource(request.key_id, KeyNames::kKeys, caller, rooms);
  }

  static Result<void> keys(const api::Asked<ScheduleKeyDeletion>& asked, api::ConditionKeys& keys) {
    add_key_id_keys(asked.request.key_id, asked.caller, keys);
    keys.add_number("kms:ScheduleKeyDeletionPendingWindowInDays", window_of(asked.request));
    return {};
  }

  static Result<Response> handle(const api::Authorized<ScheduleKeyDeletion>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(const kms::KeyName key, found_name(authorized.resource()));
    const int64_t window = window_of(authorized.request());
    COFFER_ASSIGN(const auto date, rooms.keyring.schedule_deletion(key, static_cast<int>(window)));
    const auto state = date ? kms::KeyState::kPendingDeletion : kms::KeyState::kPendingReplicaDeletion;
    return Response{authorized.resource().name, date, name_of(state), window};
  }
};

}  // namespace

api::Operation schedule_key_deletion() {
  return api::operation<ScheduleKeyDeletion>();
}

}  // namespace coffer::kms_service
