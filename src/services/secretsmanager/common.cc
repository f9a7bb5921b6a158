#include "services/secretsmanager/common.h"

#include <algorithm>

#include "services/secretsmanager/common_requester.h"
#include "services/secretsmanager/cross_account_permission.h"

namespace coffer::secretsmanager {
namespace {

// What was authorized must be what is used: a secret that was deleted and made again has another ARN, and with it
// other policies.
bool is_meant(const secrets::SecretView& view, const secrets::SecretId& id, const Target& target) {
  return (!id.suffix || *id.suffix == view.secret.suffix) && view.arn == target.resource().name;
}

const secrets::SecretView& secret_of(const api::Resource& resource) {
  return *static_cast<const secrets::SecretView*>(resource.found.get());
}

// Follows "Actions, resources, and condition keys for AWS Secrets Manager".
void describe_secret(const api::Resource& resource, api::ConditionKeys& keys) {
  const secrets::SecretView& view = secret_of(resource);
  const secrets::Secret& secret = view.secret;
  keys.add("secretsmanager:SecretId", view.arn);
  for (const secrets::Tag& tag : secret.tags) {
    keys.add_tag("aws:ResourceTag/", tag.key, tag.value);
    keys.add_tag("secretsmanager:ResourceTag/", tag.key, tag.value);
  }
  if (secret.is_region_replica() || !secret.replicas.empty()) {
    keys.add("secretsmanager:SecretPrimaryRegion", secret.primary_region.text());
  }
  if (secret.rotation && !secret.rotation->lambda_arn.empty()) {
    keys.add("secretsmanager:resource/AllowRotationLambdaArn", secret.rotation->lambda_arn);
  }
}

// In whose name the change goes to another account.
void note_requester(const auth::Caller& caller, secrets::Secret& secret) {
  auto& link = secret.cross_account_replica;
  if (link && link->role_arn.empty()) link->requester = requester_of(caller);
}

// Something that travels, or the key that it is read with. Whoever changes tags or policies sends nothing in his name.
bool changes_values(const secrets::Secret& before, const secrets::Change& change) {
  const auto is_same = [](const secrets::Version& a, const secrets::Version& b) {
    return a.id == b.id && a.stages == b.stages;
  };
  return !change.values.empty() || !change.resealed.empty() || before.kms_key_id != change.secret.kms_key_id ||
         !std::ranges::equal(before.versions, change.secret.versions, is_same);
}

}  // namespace

Error secret_not_found() {
  return Error{ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
}

Error version_not_found(std::string_view version_id) {
  return Error{ErrorCode::kResourceNotFound,
               "Secrets Manager can't find the specified secret value for VersionId: " + std::string(version_id)};
}

Result<void> check_secret_id(std::string_view secret_id) {
  // Account and region matter for what is found, not for the characters.
  const auto parsed = secrets::parse_secret_id(secret_id, AccountId(), Region());
  if (parsed.ok() || parsed.error().code == ErrorCode::kResourceNotFound) return {};
  return parsed.error();
}

Result<void> check_client_request_token(const std::optional<std::string>& token) {
  if (!token) {
    return Error{ErrorCode::kInvalidRequest,
                 "You must provide a ClientRequestToken value. We recommend a UUID-type value."};
  }
  if (VersionId::parse(*token)) return {};
  return Error{ErrorCode::kInvalidParameter,
               "The ClientRequestToken must be 32 to 64 printable ASCII characters, without spaces and slashes."};
}

Result<api::Resource> secret_resource(std::string_view secret_id, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(secrets::SecretId id, secrets::parse_secret_id(secret_id, caller.account, rooms.region));
  if (id.account != caller.account && !id.suffix) return api::Resource{std::string(id.given), std::move(id.account)};
  COFFER_ASSIGN(const secrets::SecretPointer view, rooms.secrets.find(id));
  if (view == nullptr) return api::Resource{std::string(id.given), std::move(id.account)};
  return api::Resource{.name = view->arn,
                       .account = std::move(id.account),
                       .found = view,
                       .policy = view->policy,
                       .describe = describe_secret};
}

Result<secrets::SecretPointer> find_secret(const Target& target, const Rooms& rooms) {
  auto found = std::static_pointer_cast<const secrets::SecretView>(target.resource().found);
  return found ? Result<secrets::SecretPointer>(std::move(found)) : find_secret_again(target, rooms);
}

Result<secrets::SecretPointer> find_secret_again(const Target& target, const Rooms& rooms) {
  COFFER_ASSIGN(const auto id, secrets::parse_secret_id(target.secret_id(), target.caller().account, rooms.region));
  COFFER_ASSIGN(secrets::SecretPointer view, rooms.secrets.find(id));
  if (!view || !is_meant(*view, id, target)) return secret_not_found();
  return view;
}

Result<secrets::SecretPointer> change_secret(const Target& target, const Rooms& rooms,
                                             const secrets::SecretStore::Edit& edit) {
  COFFER_ASSIGN(const auto id, secrets::parse_secret_id(target.secret_id(), target.caller().account, rooms.region));
  return rooms.secrets.update(id.account, id.name,
                              [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                                if (!is_meant(view, id, target)) return secret_not_found();
                                COFFER_ASSIGN(std::optional<secrets::Change> change, edit(view));
                                if (change && changes_values(view.secret, *change)) {
                                  note_requester(target.caller(), change->secret);
                                }
                                return change;
                              });
}

Result<secrets::SecretPointer> erase_secret(const Target& target, const Rooms& rooms,
                                            const secrets::SecretStore::Check& check) {
  COFFER_ASSIGN(const auto id, secrets::parse_secret_id(target.secret_id(), target.caller().account, rooms.region));
  return rooms.secrets.erase(id.account, id.name, [&](const secrets::SecretView& view) -> Result<void> {
    if (!is_meant(view, id, target)) return secret_not_found();
    return check(view);
  });
}

Result<void> refuse_type(const std::optional<std::string>& type) {
  if (!type || type->empty()) return {};
  return Error{ErrorCode::kInvalidParameter, "Type is not supported: there are no managed external secrets."};
}

Result<void> refuse_pending_deletion(const secrets::SecretView& view) {
  if (!view.secret.pending_deletion()) return {};
  return Error{ErrorCode::kInvalidRequest,
               "You can't perform this operation on the secret because it was marked for deletion."};
}

Result<void> refuse_replica(const secrets::SecretView& view) {
  if (!view.secret.cross_account_primary) return refuse_region_replica(view);
  return Error{ErrorCode::kInvalidParameter,
               "Operation not permitted on a cross-account replica secret. Call must be made on the primary secret, or "
               "after StopReplicationToReplica."};
}

Result<void> refuse_other_account(const auth::Caller& caller, const AccountId& owner) {
  if (caller.account == owner) return {};
  return Error{ErrorCode::kInvalidRequest, "Call must be made from the account that owns the primary secret."};
}

Result<void> refuse_region_replica(const secrets::SecretView& view) {
  if (!view.secret.is_region_replica()) return {};
  return Error{ErrorCode::kInvalidParameter,
               "Operation not permitted on a replica secret. Call must be made in primary secret's region."};
}

}  // namespace coffer::secretsmanager
