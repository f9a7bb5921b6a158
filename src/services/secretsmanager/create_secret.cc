// Makes a secret, with a first version if there is a value. The same token and value again answer as the first time.
// Difference from AWS: managed external secrets (Type) do not exist and are refused.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html
#include "services/secretsmanager/common.h"
#include "services/secretsmanager/common_actions.h"
#include "services/secretsmanager/common_condition_keys.h"
#include "services/secretsmanager/common_cross_account.h"
#include "services/secretsmanager/common_kms.h"
#include "services/secretsmanager/common_replicas.h"
#include "services/secretsmanager/common_tags.h"
#include "services/secretsmanager/common_values.h"

namespace coffer::secretsmanager {
namespace {

struct CreateSecret {
  static constexpr std::string_view kName = "CreateSecret";
  static constexpr std::string_view kAction = "secretsmanager:CreateSecret";
  static constexpr api::Effect kEffect = api::Effect::kWrites;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter,     ErrorCode::kInvalidRequest,
                                          ErrorCode::kLimitExceeded,        ErrorCode::kEncryptionFailure,
                                          ErrorCode::kResourceExists,       ErrorCode::kResourceNotFound,
                                          ErrorCode::kPreconditionNotMet,   ErrorCode::kMalformedPolicyDocument,
                                          ErrorCode::kInternalServiceError, ErrorCode::kDecryptionFailure};
  using Rooms = secretsmanager::Rooms;

  struct Request {
    std::string name;
    std::optional<std::string> client_request_token;
    std::optional<std::string> description;
    std::optional<std::string> kms_key_id;
    std::optional<wire::SecretBlob> secret_binary;
    std::optional<wire::SecretText> secret_string;
    std::optional<std::vector<TagEntry>> tags;
    std::optional<std::vector<ReplicaRegionEntry>> add_replica_regions;
    std::optional<bool> force_overwrite_replica_secret;
    std::optional<std::string> type;
    std::optional<std::string> cross_account_primary_arn;
    static constexpr wire::Field kFields[] = {
        wire::field<&Request::name>("Name", {.min = 1, .max = 512}),
        wire::field<&Request::client_request_token>("ClientRequestToken", kClientRequestTokenBounds),
        wire::field<&Request::description>("Description", kDescriptionBounds),
        wire::field<&Request::kms_key_id>("KmsKeyId", kKmsKeyIdBounds),
        wire::field<&Request::secret_binary>("SecretBinary", kSecretBinaryBounds),
        wire::field<&Request::secret_string>("SecretString", kSecretStringBounds),
        wire::field<&Request::tags>("Tags"),
        wire::field<&Request::add_replica_regions>("AddReplicaRegions", {.min = 1}),
        wire::field<&Request::force_overwrite_replica_secret>("ForceOverwriteReplicaSecret"),
        wire::field<&Request::type>("Type", kTypeBounds),
        wire::field<&Request::cross_account_primary_arn>("CrossAccountPrimaryARN", kSecretArnBounds)};
  };

  struct Response {
    std::string arn;
    std::string name;
    std::optional<VersionId> version_id;
    std::optional<std::vector<ReplicationStatusEntry>> replication_status;
    static constexpr wire::Field kFields[] = {wire::field<&Response::arn>("ARN"), wire::field<&Response::name>("Name"),
                                              wire::field<&Response::version_id>("VersionId"),
                                              wire::field<&Response::replication_status>("ReplicationStatus")};
  };

  static Result<void> check_cross_account_replica(const Request& request) {
    const bool is_more = request.secret_string || request.secret_binary || request.description ||
                         request.add_replica_regions || request.force_overwrite_replica_secret || request.type;
    return is_more ? Result<void>(cross_account_primary_stands_alone()) : Result<void>();
  }

  static Result<void> check(const Request& request) {
    COFFER_TRY(secrets::check_name(request.name));
    COFFER_TRY(check_client_request_token(request.client_request_token));
    COFFER_TRY(check_given_value(request.secret_string, request.secret_binary));
    COFFER_TRY(refuse_type(request.type));
    if (request.cross_account_primary_arn) COFFER_TRY(check_cross_account_replica(request));
    return request.tags ? check_tags(*request.tags) : Result<void>();
  }

  // The six characters are not known yet; policies are written with "-??????" as well.
  static Result<api::Resource> resource(const Request& request, const auth::Caller& caller, Rooms& rooms) {
    api::Resource secret{secrets::secret_arn(rooms.region, caller.account, request.name, "??????"), caller.account};
    COFFER_ASSIGN(secret.other, named_key(request.kms_key_id, caller, rooms));
    return secret;
  }

  static Result<void> keys(const api::Asked<CreateSecret>& asked, api::ConditionKeys& keys) {
    const Request& request = asked.request;
    keys.add("secretsmanager:Name", request.name);
    keys.add_given("secretsmanager:Description", request.description);
    add_kms_keys(request.kms_key_id, asked.caller, asked.resource, keys);
    if (request.tags) add_tag_keys(*request.tags, TagsAre::kOfTheResource, keys);
    if (request.add_replica_regions) add_replica_keys(*request.add_replica_regions, keys);
    keys.add_given("secretsmanager:ForceOverwriteReplicaSecret", request.force_overwrite_replica_secret);
    return {};
  }

  // Tags and replicas are each an action of their own, with the same keys.
  static Result<void> permit_more(const api::Authorized<CreateSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    const auto add_keys = [&](api::ConditionKeys& all) {
      return keys({request, authorized.resource(), authorized.caller(), rooms}, all);
    };
    const api::Authority& authority = authorized.authority();
    if (request.tags && !request.tags->empty())
      COFFER_TRY(api::Pipeline::permit<action::TagResource>(authority, authorized.resource(), add_keys));
    if (request.add_replica_regions) {
      COFFER_TRY(api::Pipeline::permit<action::ReplicateSecretToRegions>(authority, authorized.resource(), add_keys));
    }
    if (request.cross_account_primary_arn) {
      const auto add_policy_keys = [&](api::ConditionKeys& all) {
        add_cross_account_policy_keys(all);
        return add_keys(all);
      };
      COFFER_TRY(api::Pipeline::permit<action::PutResourcePolicy>(authority, authorized.resource(), add_policy_keys));
    }
    return {};
  }

  static Result<secrets::Change> change(const api::Authorized<CreateSecret>& authorized, const Rooms& rooms) {
    const Request& request = authorized.request();
    const AccountId& account = authorized.caller().account;
    const std::string& arn = authorized.resource().name;
    secrets::Change change;
    secrets::Secret& secret = change.secret;
    secret.account = account;
    secret.name = request.name;
    secret.description = request.description.value_or("");
    secret.kms_key_id = request.kms_key_id.value_or("");
    // The default key is not tried.
    if (!secret.kms_key_id.empty())
      COFFER_TRY(try_key(authorized.authority(), authorized.resource(), {account, arn}, rooms));
    if (request.cross_account_primary_arn) {
      COFFER_ASSIGN(secret.cross_account_primary,
                    new_cross_account_primary(*request.cross_account_primary_arn, secret, rooms));
    }
    if (request.tags) COFFER_TRY(merge_tags(*request.tags, secret));
    if (const GivenValue value = given_value(request.secret_string, request.secret_binary)) {
      const VersionId token = *VersionId::parse(*request.client_request_token);
      const kms::KeyPointer named = usable_key(authorized.resource(), authorized.caller());
      COFFER_TRY(choose_key(authorized.authority(), named, rooms, change));
      COFFER_TRY(permit_sealing(authorized.authority(), change, {arn, token.text()}, rooms));
      COFFER_TRY(add_value(token, value, {}, change));
    }
    if (request.add_replica_regions) {
      const bool force = request.force_overwrite_replica_secret.value_or(false);
      COFFER_TRY(add_replicas({*request.add_replica_regions, force}, rooms, change));
    }
    return change;
  }

  // The name is taken: by an earlier attempt of this very call, or by something else.
  static Result<secrets::SecretPointer> repeated(const api::Authorized<CreateSecret>& authorized, Rooms& rooms,
                                                 const Error& taken) {
    const Request& request = authorized.request();
    const GivenValue value = given_value(request.secret_string, request.secret_binary);
    if (!value) return taken;
    // What is compared with is a secret that was not known when the caller was authorized.
    COFFER_ASSIGN(api::Resource found, secret_resource(request.name, authorized.caller(), rooms));
    found.other = authorized.resource().other;
    const auto add_keys = [&](api::ConditionKeys& all) {
      return keys({request, found, authorized.caller(), rooms}, all);
    };
    const auto permitted = api::Pipeline::permit<action::CreateSecret>(authorized.authority(), found, add_keys);
    if (!permitted.ok()) return permitted.error().code == ErrorCode::kAccessDenied ? taken : permitted.error();
    // update(), to see the secret as it is and not as a cache has it; nothing is changed.
    return rooms.secrets.update(authorized.caller().account, request.name,
                                [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                                  if (view.secret.role != secrets::Role::kPrimary) return taken;
                                  const VersionId token = *VersionId::parse(*request.client_request_token);
                                  COFFER_ASSIGN(const bool is_repeated,
                                                is_repeated_write(authorized.authority(), view, token, value, rooms));
                                  if (!is_repeated) return taken;
                                  return std::optional<secrets::Change>();
                                });
  }

  static Result<Response> handle(const api::Authorized<CreateSecret>& authorized, Rooms& rooms) {
    const Request& request = authorized.request();
    COFFER_TRY(permit_more(authorized, rooms));
    COFFER_ASSIGN(secrets::Change wanted, change(authorized, rooms));
    auto made = rooms.secrets.create(std::move(wanted));
    if (!made.ok() && made.error().code == ErrorCode::kResourceExists) {
      made = repeated(authorized, rooms, made.error());
    }
    COFFER_ASSIGN(const secrets::SecretPointer view, std::move(made));
    Response response{view->arn, view->secret.name, std::nullopt, std::nullopt};
    if (given_value(request.secret_string, request.secret_binary)) {
      response.version_id = VersionId::parse(*request.client_request_token);
    }
    if (!view->secret.replicas.empty()) response.replication_status = replication_status(*view);
    return response;
  }
};

}  // namespace

api::Operation create_secret() {
  return api::operation<CreateSecret>();
}

}  // namespace coffer::secretsmanager
