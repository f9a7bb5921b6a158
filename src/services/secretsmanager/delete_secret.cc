// Schedules a secret's deletion, or deletes it at once. Forced deletion of a name that does not exist succeeds.
// Difference from AWS: a forced deletion has happened when the answer arrives.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {
namespace {

constexpr int64_t kDefaultWindow = 30;
constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

struct DeleteSecret {
  static constexpr std::string_view kName = "DeleteSecret";
  static constexpr std::string_view kAction = "secretsmanager:DeleteSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInvalidRequest, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<int64_t> recovery_window_in_days;
    std::optional<bool> force_delete_without_recovery;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::recovery_window_in_days>("RecoveryWindowInDays"),
        wire::field<&Request::force_delete_without_recovery>("ForceDeleteWithoutRecovery")};
  };

  struct Response {
    std::string arn;
    std::string name;
    Time deletion_date;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::deletion_date>("DeletionDate")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_secret_id(request.secret_id));
    const std::optional<int64_t>& window = request.recovery_window_in_days;
    if (window && (*window < 7 || *window > 30)) {
      return Error{ErrorCode::kInvalidParameter,
                   "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."};
    }
    if (window && request.force_delete_without_recovery.value_or(false)) {
      return Error{ErrorCode::kInvalidParameter,
                   "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays."};
    }
    return {};
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  // What a forced deletion answers when there is nothing to delete.
  static Result<Response> nothing_deleted(const api::Authorized<DeleteSecret>& authorized, const Rooms& rooms) {
    COFFER_ASSIGN(const auto id,
                  secrets::parse_secret_id(authorized.request().secret_id, authorized.caller().account, rooms.region));
    const std::string suffix = id.suffix ? std::string(*id.suffix) : rooms.random.text(6, kAlphabet);
    return Response{secrets::secret_arn(rooms.region, id.account, id.name, suffix), std::string(id.name),
                    authorized.now()};
  }

  static Result<void> refuse(const secrets::SecretView& view) {
    COFFER_TRY(refuse_replica(view));
    return secrets::check_has_no_replicas(view);
  }

  static Result<Response> delete_now(const api::Authorized<DeleteSecret>& authorized, const Rooms& rooms) {
    const auto erased = erase_secret(target(authorized), rooms, refuse);
    if (erased.ok()) return Response{(*erased)->arn, (*erased)->secret.name, authorized.now()};
    if (erased.error().code == ErrorCode::kResourceNotFound) return nothing_deleted(authorized, rooms);
    return erased.error();
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add_given("secretsmanager:ForceDeleteWithoutRecovery", request.force_delete_without_recovery);
    keys.add_given("secretsmanager:RecoveryWindowInDays", request.recovery_window_in_days);
  }

  static Result<Response> handle(const api::Authorized<DeleteSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    if (request.force_delete_without_recovery.value_or(false)) return delete_now(authorized, rooms);
    const Time due = authorized.now() + std::chrono::days(request.recovery_window_in_days.value_or(kDefaultWindow));
    const auto schedule = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse(view));
      secrets::Change change = change_of(view);
      change.secret.deletion_requested = authorized.now();
      change.secret.deletion_date = due;
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, schedule));
    return Response{view->arn, view->secret.name, due};
  }
};

}  // namespace

api::Operation delete_secret() {
  return api::operation<DeleteSecret>();
}

}  // namespace coffer::secretsmanager
