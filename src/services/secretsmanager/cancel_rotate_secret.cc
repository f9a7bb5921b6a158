// Switches rotation off: what it was set up with stays, and so do the labels of a rotation that was under way.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_rotation.h"

namespace coffer::secretsmanager {
namespace {

struct CancelRotateSecret {
  static constexpr std::string_view kName = "CancelRotateSecret";
  static constexpr std::string_view kAction = "secretsmanager:CancelRotateSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInternalServiceError, ErrorCode::kInvalidRequest};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    std::optional<VersionId> version_id;  // of the rotation that was under way
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::version_id>("VersionId")};
  };

  static Result<void> check(const Request& request) { return check_secret_id(request.secret_id); }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<CancelRotateSecret>& authorized, Rooms& rooms) {
    const auto cancel = [](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_replica(view));
      const auto& rotation = view.secret.rotation;
      if (!rotation) {
        return Error{ErrorCode::kInvalidRequest,
                     "You can't cancel rotation because it was never set up for this secret."};
      }
      if (!rotation->enabled) return std::optional<secrets::Change>();
      secrets::Change change = change_of(view);
      change.secret.rotation->enabled = false;
      change.secret.rotation->pending.reset();
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, cancel));
    Response response{view->arn, view->secret.name, std::nullopt};
    if (const secrets::Version* const rotating = rotating_version(view->secret)) response.version_id = rotating->id;
    return response;
  }
};

}  // namespace

api::Operation cancel_rotate_secret() {
  return api::operation<CancelRotateSecret>();
}

}  // namespace coffer::secretsmanager
