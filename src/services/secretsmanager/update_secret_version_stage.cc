// Moves one staging label between versions, attaches it or removes it. Whoever loses AWSCURRENT becomes AWSPREVIOUS.
// Difference from AWS: a label cannot be moved to a version that has no value yet.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
#include "secrets/version_stages.h"
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_values.h"

namespace coffer::secretsmanager {
namespace {

struct UpdateSecretVersionStage {
  static constexpr std::string_view kName = "UpdateSecretVersionStage";
  static constexpr std::string_view kAction = "secretsmanager:UpdateSecretVersionStage";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInvalidRequest, ErrorCode::kLimitExceeded,
                                          ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::string version_stage;
    std::optional<std::string> remove_from_version_id;
    std::optional<std::string> move_to_version_id;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::version_stage>("VersionStage", kStageBounds),
        wire::field<&Request::remove_from_version_id>("RemoveFromVersionId", kVersionIdBounds),
        wire::field<&Request::move_to_version_id>("MoveToVersionId", kVersionIdBounds)};
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

  static Result<std::optional<VersionId>> known_id(const std::optional<std::string>& text) {
    if (!text) return std::optional<VersionId>();
    auto id = VersionId::parse(*text);
    if (!id) return version_not_found(*text);
    return id;
  }

  static Result<secrets::StageMap> moved(const secrets::Secret& secret, const Request& request) {
    secrets::StageMove move{request.version_stage, std::nullopt, std::nullopt};
    COFFER_ASSIGN(move.remove_from, known_id(request.remove_from_version_id));
    COFFER_ASSIGN(move.move_to, known_id(request.move_to_version_id));
    if (move.move_to) {
      const secrets::Version* const version = secret.version(*move.move_to);
      const bool has_value = version != nullptr && version->kind != secrets::ValueKind::kNone;
      if (!has_value) return version_not_found(move.move_to->text());
    }
    return secrets::move_stage(stages_of(secret), move);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add("secretsmanager:VersionStage", request.version_stage);
  }

  static Result<Response> handle(const api::Authorized<UpdateSecretVersionStage>& authorized, Rooms& rooms) {
    const auto move = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_replica(view));
      COFFER_ASSIGN(const secrets::StageMap map, moved(view.secret, authorized.request()));
      if (map == stages_of(view.secret)) return std::optional<secrets::Change>();
      secrets::Change change = change_of(view);
      set_stages(map, change.secret);
      return std::optional(std::move(change));
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, move));
    return Response{view->arn, view->secret.name};
  }
};

}  // namespace

api::Operation update_secret_version_stage() {
  return api::operation<UpdateSecretVersionStage>();
}

}  // namespace coffer::secretsmanager
