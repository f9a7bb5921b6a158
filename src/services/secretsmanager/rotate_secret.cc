// Sets up rotation, and asks for one at once unless RotateImmediately is false: a version of the token is announced,
// AWSPENDING and without a value, for the rotation function to fill. The same token again resumes.
// Differences from AWS: nothing calls rotation functions yet, nor is it checked that one may be called; managed
// external secrets are refused. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
#include <algorithm>

#include "secrets/version_stages.h"
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_rotation.h"
#include "services/secretsmanager/common_values.h"

namespace coffer::secretsmanager {
namespace {

struct RotateSecret {
  static constexpr std::string_view kName = "RotateSecret";
  static constexpr std::string_view kAction = "secretsmanager:RotateSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInternalServiceError, ErrorCode::kInvalidRequest};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<std::string> client_request_token;
    std::optional<std::string> rotation_lambda_arn;
    std::optional<RotationRules> rotation_rules;
    std::optional<bool> rotate_immediately;
    std::optional<std::vector<ExternalRotationItem>> external_rotation_metadata;
    std::optional<std::string> external_rotation_role_arn;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::client_request_token>("ClientRequestToken", kClientRequestTokenBounds),
        wire::field<&Request::rotation_lambda_arn>("RotationLambdaARN", {.min = 0, .max = 2048}),
        wire::field<&Request::rotation_rules>("RotationRules"),
        wire::field<&Request::rotate_immediately>("RotateImmediately"),
        wire::field<&Request::external_rotation_metadata>("ExternalSecretRotationMetadata"),
        wire::field<&Request::external_rotation_role_arn>("ExternalSecretRotationRoleArn", {.min = 20, .max = 2048})};
  };

  struct Response {
    std::string arn;
    std::string name;
    VersionId version_id;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::version_id>("VersionId")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_secret_id(request.secret_id));
    // AWS has another code here than the other operations that need a token.
    Result<void> token = check_client_request_token(request.client_request_token);
    if (!token.ok()) return Error{ErrorCode::kInvalidParameter, token.error().message};
    if (request.external_rotation_metadata || request.external_rotation_role_arn) {
      return Error{ErrorCode::kInvalidParameter,
                   "ExternalSecretRotationMetadata and ExternalSecretRotationRoleArn are not supported: there are no "
                   "managed external secrets."};
    }
    return {};
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add_given("secretsmanager:RotationLambdaARN", request.rotation_lambda_arn);
    keys.add_given("secretsmanager:RotateImmediately", request.rotate_immediately);
    if (request.rotation_rules) keys.add_flag("secretsmanager:ModifyRotationRules", true);
  }

  static Result<void> refuse_unfinished(const secrets::Secret& secret, const VersionId& token) {
    const secrets::Version* const rotating = rotating_version(secret);
    if (rotating == nullptr || rotating->id == token) return {};
    return Error{ErrorCode::kInvalidRequest, "A previous rotation isn't complete. That rotation will be reattempted."};
  }

  // Makes the token's version wait for its value, unless it does so already, or its rotation has finished.
  static Result<void> announce(const VersionId& token, Time now, secrets::Secret& secret) {
    const secrets::Version* const rotating = rotating_version(secret);
    if (rotating != nullptr && rotating->id == token) {
      secret.rotation->pending = token;  // not any more, if it was cancelled meanwhile
      return {};
    }
    const secrets::Version* const known = secret.version(token);
    if (known != nullptr && known->kind != secrets::ValueKind::kNone) {
      if (known == secret.version_with(secrets::kAwsCurrent)) return {};
      return Error{ErrorCode::kInvalidRequest,
                   "You can't use ClientRequestToken " + token.text() +
                       " because that value is already in use for a version of the secret."};
    }
    if (known == nullptr) secret.versions.push_back({.id = token, .stages = {}, .created = now});
    COFFER_ASSIGN(const secrets::StageMap map, secrets::announce_version(stages_of(secret), token));
    set_stages(map, secret);
    secret.rotation->pending = token;
    return {};
  }

  static Result<Response> handle(const api::Authorized<RotateSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const VersionId token = *VersionId::parse(*request.client_request_token);
    const auto rotate = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_replica(view));
      secrets::Change change = change_of(view);
      COFFER_ASSIGN(change.secret.rotation,
                    with_settings(view.secret, {request.rotation_lambda_arn, request.rotation_rules}, rooms.region,
                                  authorized.now()));
      COFFER_TRY(refuse_unfinished(view.secret, token));
      if (request.rotate_immediately.value_or(true)) COFFER_TRY(announce(token, authorized.now(), change.secret));
      return std::optional(std::move(change));
    };
    Result<secrets::SecretPointer> rotated = change_secret(target(authorized), rooms, rotate);
    // Too many labels or versions: of LimitExceededException the model of this operation knows nothing.
    if (!rotated.ok() && rotated.error().code == ErrorCode::kLimitExceeded) {
      rotated = Error{ErrorCode::kInvalidRequest, rotated.error().message};
    }
    COFFER_ASSIGN(const secrets::SecretPointer view, std::move(rotated));
    return Response{view->arn, view->secret.name, token};
  }
};

}  // namespace

api::Operation rotate_secret() {
  return api::operation<RotateSecret>();
}

}  // namespace coffer::secretsmanager
