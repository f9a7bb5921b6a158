// Takes back a scheduled deletion. Succeeds when there is none.
// Difference from AWS: none known.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html
#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {
namespace {

struct RestoreSecret {
  static constexpr std::string_view kName = "RestoreSecret";
  static constexpr std::string_view kAction = "secretsmanager:RestoreSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInvalidRequest, ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<RestoreSecret>& authorized, Rooms& rooms) {
    const auto restore = [](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_replica(view));
      if (!view.secret.pending_deletion()) return std::optional<secrets::Change>();
      secrets::Change change = change_of(view);
      change.secret.deletion_requested.reset();
      change.secret.deletion_date.reset();
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, restore));
    return Response{view->arn, view->secret.name};
  }
};

}  // namespace

api::Operation restore_secret() {
  return api::operation<RestoreSecret>();
}

}  // namespace coffer::secretsmanager
