// Changes description, KMS key and value of a secret, whichever are given; a new value becomes AWSCURRENT as with
// PutSecretValue. On a replica only the key may change. Without arguments it only moves LastChangedDate.
// Difference from AWS: managed external secrets (Type) do not exist and are refused.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_condition_keys.h"
#include "services/secretsmanager/common_kms.h"
#include "services/secretsmanager/common_values.h"

namespace coffer::secretsmanager {
namespace {

struct UpdateSecret {
  static constexpr std::string_view kName = "UpdateSecret";
  static constexpr std::string_view kAction = "secretsmanager:UpdateSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter,     ErrorCode::kInvalidRequest,
                                          ErrorCode::kLimitExceeded,        ErrorCode::kEncryptionFailure,
                                          ErrorCode::kResourceExists,       ErrorCode::kResourceNotFound,
                                          ErrorCode::kPreconditionNotMet,   ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kInternalServiceError, ErrorCode::kDecryptionFailure};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string secret_id;
    std::optional<std::string> client_request_token;
    std::optional<std::string> description;
    std::optional<std::string> kms_key_id;
    std::optional<wire::SecretBlob> secret_binary;
    std::optional<wire::SecretText> secret_string;
    std::optional<std::string> type;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::secret_id>("SecretId", kSecretIdBounds),
        wire::field<&Request::client_request_token>("ClientRequestToken", kClientRequestTokenBounds),
        wire::field<&Request::description>("Description", kDescriptionBounds),
        wire::field<&Request::kms_key_id>("KmsKeyId", kKmsKeyIdBounds),
        wire::field<&Request::secret_binary>("SecretBinary", kSecretBinaryBounds),
        wire::field<&Request::secret_string>("SecretString", kSecretStringBounds),
        wire::field<&Request::type>("Type", kTypeBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    std::optional<VersionId> version_id;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::version_id>("VersionId")};
  };

  static Result<void> check(const Request& request) {
    COFFER_TRY(check_secret_id(request.secret_id));
    COFFER_TRY(check_client_request_token(request.client_request_token));
    COFFER_TRY(check_given_value(request.secret_string, request.secret_binary));
    return refuse_type(request.type);
  }

  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    COFFER_ASSIGN(api::Resource secret, secret_resource(request.secret_id, caller, rooms));
    COFFER_ASSIGN(secret.other, named_key(request.kms_key_id, caller, rooms));
    return secret;
  }

  static Result<void> keys(const api::Asked<UpdateSecret>& asked, api::ConditionKeys& keys) {
    keys.add_given("secretsmanager:Description", asked.request.description);
    add_kms_keys(asked.request.kms_key_id, asked.caller, asked.resource, keys);
    return {};
  }

  static bool changes_only_key(const Request& request) {
    return request.kms_key_id && !request.description && !request.secret_binary && !request.secret_string;
  }

  // nullopt: the value is there already, and nothing else was asked for.
  static Result<std::optional<secrets::Change>> changed(const api::Authorized<UpdateSecret>& authorized,
                                                        const secrets::SecretView& view, const Rooms& rooms) {
    const Request& request = authorized.request();
    secrets::Change change = change_of(view);
    if (request.description) change.secret.description = *request.description;
    const api::Authority& authority = authorized.authority();
    if (request.kms_key_id) {
      if (view.secret.role == secrets::Role::kReplica) {
        COFFER_TRY(check_replica_kms_key(*request.kms_key_id, view.secret.account, rooms.region));
      }
      // The default key is not tried, and is for nobody of another account.
      if (!request.kms_key_id->empty() || view.secret.account != authority.caller().account)
        COFFER_TRY(try_key(authority, authorized.resource(), {view.secret.account, view.arn}, rooms));
      if (view.secret.cross_account_primary) {
        COFFER_TRY(check_customer_key(*request.kms_key_id, view.secret.account, rooms));
      }
      change.secret.kms_key_id = *request.kms_key_id;
    }
    const kms::KeyPointer named = usable_key(authorized.resource(), authorized.caller());
    if (const GivenValue value = given_value(request.secret_string, request.secret_binary)) {
      const VersionId token = *VersionId::parse(*request.client_request_token);
      COFFER_TRY(choose_key(authority, named, rooms, change));
      COFFER_ASSIGN(const bool is_new, write_value(view, {authority, token, value, {}}, rooms, change));
      if (!is_new && !request.description && !request.kms_key_id) return std::optional<secrets::Change>();
    }
    if (!request.kms_key_id) return std::optional(std::move(change));
    const Result<void> chosen = choose_key(authority, named, rooms, change);
    if (chosen.ok()) {
      COFFER_TRY(reseal_values(authority, view, rooms, change));
    } else if (!is_refusal(chosen.error())) {
      return chosen.error();
    }
    return std::optional(std::move(change));
  }

  static Result<Response> handle(const api::Authorized<UpdateSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const auto update = [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      COFFER_TRY(refuse_pending_deletion(view));
      if (!changes_only_key(request)) COFFER_TRY(refuse_replica(view));
      return changed(authorized, view, rooms);
    };
    COFFER_ASSIGN(const secrets::SecretPointer view, change_secret(target(authorized), rooms, update));
    Response response{view->arn, view->secret.name, std::nullopt};
    if (given_value(request.secret_string, request.secret_binary)) {
      response.version_id = VersionId::parse(*request.client_request_token);
    }
    return response;
  }
};

}  // namespace

api::Operation update_secret() {
  return api::operation<UpdateSecret>();
}

}  // namespace coffer::secretsmanager
