// Reads a value by version, by staging label, or both. The hot path.
// Difference from AWS: none known.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
#include "services/secretsmanager/common_read.h"

namespace coffer::secretsmanager {
namespace {

struct GetSecretValue {
  static constexpr std::string_view kName = "GetSecretValue";
  static constexpr std::string_view kAction = "secretsmanager:GetSecretValue";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound, ErrorCode::kInvalidParameter,
                                          ErrorCode::kInvalidRequest, ErrorCode::kDecryptionFailure,
                                          ErrorCode::kInternalServiceError};
  static constexpr bool kHeedsFreshness = true;
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<std::string> version_id;
    std::optional<std::string> version_stage;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
                                              wire::field<&Request::version_id>("VersionId", kVersionIdBounds),
                                              wire::field<&Request::version_stage>("VersionStage", kStageBounds)};
  };
  using Response = SecretValue;

  static Result<void> check(const Request&) { return {}; }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    return secret_resource(request.secret_id, caller, rooms);
  }

  static void keys(const Request& request, const api::Resource&, api::ConditionKeys& keys) {
    keys.add_given("secretsmanager:VersionId", request.version_id);
    keys.add_given("secretsmanager:VersionStage", request.version_stage);
  }

  static Result<Response> handle(const api::Authorized<GetSecretValue>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    return read_secret_value(Readable(authorized), {request.version_id, request.version_stage}, rooms);
  }
};

}  // namespace

api::Operation get_secret_value() {
  return api::operation<GetSecretValue>();
}

}  // namespace coffer::secretsmanager
