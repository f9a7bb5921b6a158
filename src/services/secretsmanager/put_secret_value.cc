// Stores a value as a new version and moves labels to it; AWSCURRENT unless others are asked for. The same token and
// value again change nothing. A version that rotation has announced (AWSPENDING, no value yet) is filled.
// Difference from AWS: RotationToken is refused, because rotation functions cannot assume roles yet.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_kms.h"
#include "services/secretsmanager/common_values.h"

namespace coffer::secretsmanager {
namespace {

constexpr std::string_view kTokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
constexpr wire::Pattern kTokenPattern{R"(^[a-zA-Z0-9\-]+$)", [](std::string_view text) {
                                        return !text.empty() && text.find_first_not_of(kTokenCharacters) == text.npos;
                                      }};
constexpr wire::Constraint kRotationTokenBounds{.min = 36, .max = 256, .pattern = &kTokenPattern};

struct PutSecretValue {
  static constexpr std::string_view kName = "PutSecretValue";
  static constexpr std::string_view kAction = "secretsmanager:PutSecretValue";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter,     ErrorCode::kInvalidRequest,
                                          ErrorCode::kLimitExceeded,        ErrorCode::kEncryptionFailure,
                                          ErrorCode::kResourceExists,       ErrorCode::kResourceNotFound,
                                          ErrorCode::kInternalServiceError, ErrorCode::kDecryptionFailure};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<std::string> client_request_token;
    std::optional<wire::SecretBlob> secret_binary;
    std::optional<wire::SecretText> secret_string;
    std::optional<std::vector<std::string>> version_stages;
    std::optional<wire::SecretText> rotation_token;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::client_request_token>("ClientRequestToken", kClientRequestTokenBounds),
        wire::field<&Request::secret_binary>("SecretBinary", kSecretBinaryBounds),
        wire::field<&Request::secret_string>("SecretString", kSecretStringBounds),
        wire::field<&Request::version_stages>("VersionStages", {.min = 1, .max = 20, .item = &kStageBounds}),
        wire::field<&Request::rotation_token>("RotationToken", kRotationTokenBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    VersionId version_id;
    std::optional<std::vector<std::string>> version_stages;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::version_id>("VersionId"),
                                              wire::field<&Response::version_stages>("VersionStages")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_secret_id(request.secret_id));
    COFFER_TRY(check_client_request_token(request.client_request_token));
    COFFER_TRY(check_given_value(request.secret_string, request.secret_binary));
    if (request.rotation_token) {
      return Error{ErrorCode::kInvalidParameter,
                   "RotationToken is not supported: call PutSecretValue with the rotation function's own credentials."};
    }
    if (given_value(request.secret_string, request.secret_binary)) return {};
    return Error{ErrorCode::kInvalidRequest, "You must provide either SecretString or SecretBinary."};
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static Result<Response> handle(const api::Authorized<PutSecretValue>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const VersionId token = *VersionId::parse(*request.client_request_token);
    const GivenValue value = given_value(request.secret_string, request.secret_binary);
    const std::vector<std::string> stages = request.version_stages.value_or(std::vector<std::string>());
    const auto store = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      COFFER_TRY(refuse_replica(view));
      secrets::Change change = change_of(view);
      COFFER_TRY(choose_key(authorized.authority(), nullptr, rooms, change));
      COFFER_ASSIGN(const bool is_new,
                    write_value(view, {authorized.authority(), token, value, stages}, rooms, change));
      return is_new ? std::optional(std::move(change)) : std::nullopt;
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, store));
    Response response{view->arn, view->secret.name, token, std::nullopt};
    // Absent when others have moved all labels on since.
    const secrets::Version* const version = view->secret.version(token);
    if (version != nullptr && !version->stages.empty()) response.version_stages = version->stages;
    return response;
  }
};

}  // namespace

api::Operation put_secret_value() {
  return api::operation<PutSecretValue>();
}

}  // namespace coffer::secretsmanager
