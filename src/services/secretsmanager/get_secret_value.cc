// Reads a value by version, by staging label, or both. The hot path.
// Difference from AWS: none known; KMS permissions are not asked for, because only the default key exists.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
#include <algorithm>

#include "secrets/version_stages.h"
#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {
namespace {

struct GetSecretValue {
  static constexpr std::string_view kName = "GetSecretValue";
  static constexpr std::string_view kAction = "secretsmanager:GetSecretValue";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInvalidRequest, ErrorCode::kDecryptionFailure,
                                          ErrorCode::kInternalServiceError};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<std::string> version_id;
    std::optional<std::string> version_stage;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::version_id>("VersionId", kVersionIdBounds),
                                              wire::field<&Request::version_stage>("VersionStage", kStageBounds)};
  };

  struct Response {
    secrets::SecretPointer view;  // keeps alive what the next three point to
    std::string_view arn;
    std::string_view name;
    std::string_view version_id;
    std::optional<wire::SecretBlob> secret_binary;
    std::optional<wire::SecretText> secret_string;
    std::optional<std::vector<std::string>> version_stages;
    Time created_date;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"),
                                              wire::field<&Response::name>("Name"),
                                              wire::field<&Response::version_id>("VersionId"),
                                              wire::field<&Response::secret_binary>("SecretBinary"),
                                              wire::field<&Response::secret_string>("SecretString"),
                                              wire::field<&Response::version_stages>("VersionStages"),
                                              wire::field<&Response::created_date>("CreatedDate")};
  };

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static bool has_value(const secrets::Version* version) {
    return version != nullptr && version->kind != secrets::ValueKind::kNone;
  }

  static Result<const secrets::Version*> pick(const secrets::Secret& secret, const Request& request) {
    const std::string_view stage = request.version_stage ? *request.version_stage : secrets::kAwsCurrent;
    const secrets::Version* version = nullptr;
    if (request.version_id) {
      const auto id = VersionId::parse(*request.version_id);
      version = id ? secret.version(*id) : nullptr;
      // A version that waits for its value cannot be found by its label either, which is what rotation functions test.
      if (version == nullptr || (!has_value(version) && !request.version_stage)) {
        return version_not_found(*request.version_id);
      }
      if (request.version_stage && std::ranges::find(version->stages, stage) == version->stages.end()) {
        return Error{ErrorCode::kInvalidRequest,
                     "You provided a VersionStage that is not associated to the provided VersionId."};
      }
    } else {
      version = secret.version_with(stage);
    }
    if (has_value(version)) return version;
    return Error{ErrorCode::kResourceNotFound,
                 "Secrets Manager can't find the specified secret value for staging label: " + std::string(stage)};
  }

  static Result<Response> read(const api::Authorized<GetSecretValue>& authorized, const Rooms& rooms) {
    COFFER_ASSIGN(const secrets::SecretPointer view, find_secret(target(authorized), rooms));
    COFFER_TRY(refuse_pending_deletion(*view));
    COFFER_TRY(refuse_foreign_default_key(*view, authorized.caller()));
    COFFER_ASSIGN(const secrets::Version* const version, pick(view->secret, authorized.request()));
    COFFER_ASSIGN(SecretBytes value, rooms.secrets.read_value(*view, version->id));
    rooms.secrets.note_access(*view, version->id);
    Response response;
    response.arn = view->arn;
    response.name = view->secret.name;
    response.version_id = version->id.text();
    if (version->kind == secrets::ValueKind::kBinary) {
      response.secret_binary = wire::SecretBlob{std::move(value)};
    } else {
      response.secret_string = wire::SecretText{std::move(value)};
    }
    if (!version->stages.empty()) response.version_stages = version->stages;
    response.created_date = version->created;
    response.view = view;
    return response;
  }

  static Result<Response> handle(const api::Authorized<GetSecretValue>& authorized, Rooms& rooms) {
    Result<Response> response = read(authorized, rooms);
    // Deleted, or made again, between the look at the record and the one at the value: then a second look tells. If it
    // does not, the error stays one of the server (5xx): a client must not conclude that the secret is gone.
    if (!response.ok() && response.error().code == ErrorCode::kNotFound) return read(authorized, rooms);
    return response;
  }
};

}  // namespace

api::Operation get_secret_value() {
  return api::operation<GetSecretValue>();
}

}  // namespace coffer::secretsmanager
