#include "services/secretsmanager/cross_account_permission.h"

#include "access/caller_side.h"
#include "access/key_resource.h"
#include "services/secretsmanager/common_kms.h"
#include "services/secretsmanager/common_requester.h"
#include "sts/service_role.h"

namespace coffer::secretsmanager {
namespace {

constexpr std::string_view kService = "secretsmanager.amazonaws.com";
constexpr std::string_view kSessionName = "SecretsManagerReplication";

// One use of a KMS key that has to be allowed.
struct KeyUse {
  std::string_view action;
  kms::GrantOperation operation;
  kms::KeyPointer key;
  std::string_view secret_arn;
  std::string_view version_id;
};

template <class Action>
KeyUse use_of(kms::KeyPointer key, std::string_view secret_arn, std::string_view version_id) {
  return {Action::kAction, Action::kOperation, std::move(key), secret_arn, version_id};
}

Error refusal(std::string_view who, std::string_view action, std::string_view resource) {
  return Error{ErrorCode::kAccessDenied, std::string(who) + " is not authorized to perform: " + std::string(action) +
                                             " on resource: " + std::string(resource)};
}

// A key that is gone needs no permission, and the copy fails for that reason.
void add_decrypt(kms::KeyPointer key, const secrets::SecretView& primary, std::string_view version_id,
                 std::vector<KeyUse>& uses) {
  if (key != nullptr) uses.push_back(use_of<action::Decrypt>(std::move(key), primary.arn, version_id));
}
void add_encrypt(kms::KeyPointer key, const secrets::SecretView& replica, std::string_view version_id,
                 std::vector<KeyUse>& uses) {
  if (key != nullptr) uses.push_back(use_of<action::Encrypt>(std::move(key), replica.arn, version_id));
}

// Decides the uses for somebody. Not by the pipeline: nobody has asked for it with a request.
class KeyUser {
 public:
  KeyUser(const auth::Caller& caller, const CrossAccountPermission::Parts& parts) : caller_(caller), parts_(parts) {}

  Result<void> permit(const KeyUse& use) const {
    api::Resource resource = access::key_resource(parts_.region, use.key);
    const policy::RequestPrincipal principal = access::principal_of(caller_);
    const kms::EncryptionContext context = {{"SecretARN", use.secret_arn}, {"SecretVersionId", use.version_id}};
    COFFER_ASSIGN(resource.granted, parts_.grants.allow({use.key->info.name, principal, use.operation, context}));
    const std::string via = "secretsmanager." + parts_.region.text() + ".amazonaws.com";
    api::ConditionKeys keys;
    if (resource.describe != nullptr) resource.describe(resource, keys);
    keys.add("kms:ViaService", via);
    keys.add("kms:CallerAccount", caller_.account.text());
    keys.add("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    keys.add_tag("kms:EncryptionContext:", "SecretARN", use.secret_arn);
    keys.add_tag("kms:EncryptionContext:", "SecretVersionId", use.version_id);
    keys.add_list("kms:EncryptionContextKeys", {"SecretARN", "SecretVersionId"});
    const api::Client client{.address = {}, .user_agent = kService, .referer = {}, .uses_tls = true};
    // A trial: there is no request whose denial anybody could ask to be explained.
    const Result<void> decision = parts_.authorizer.authorize({.caller = caller_,
                                                               .client = client,
                                                               .now = parts_.clock.now(),
                                                               .request_id = {},
                                                               .action = use.action,
                                                               .resource = resource,
                                                               .via = api::Via::kSecretsManager,
                                                               .is_trial = true},
                                                              keys);
    if (decision.ok()) return {};
    // Without the reasons of the key's owner, who may be somebody else.
    if (decision.error().code == ErrorCode::kAccessDenied) return refusal(caller_.arn, use.action, resource.name);
    return decision;
  }

  Result<void> permit(const std::vector<KeyUse>& uses) const {
    for (const KeyUse& use : uses)
      COFFER_TRY(permit(use));
    return {};
  }

 private:
  const auth::Caller& caller_;
  const CrossAccountPermission::Parts& parts_;
};

Result<auth::Caller> role_session(const secrets::SecretView& primary, std::string_view role_arn,
                                  const CrossAccountPermission::Parts& parts) {
  return sts::assume_for_service({.role_arn = role_arn,
                                  .service = kService,
                                  .session_name = kSessionName,
                                  .source_arn = primary.arn,
                                  .source_account = primary.secret.account,
                                  .region = parts.region,
                                  .now = parts.clock.now()},
                                 parts.identities, parts.organizations);
}

}  // namespace

Result<void> CrossAccountPermission::check_organization(const AccountId& primary, const AccountId& replica) const {
  COFFER_ASSIGN(const auto ours, parts_.organizations.place_of(primary));
  COFFER_ASSIGN(const auto theirs, parts_.organizations.place_of(replica));
  if (!ours->organization.empty() && ours->organization == theirs->organization) return {};
  return Error{ErrorCode::kInvalidRequest, "Account " + replica.text() + " is not in the organization of account " +
                                               primary.text() +
                                               ", which ReplicaRestriction SameOrg, the default, asks for."};
}

Result<auth::Caller> CrossAccountPermission::copier_of(const secrets::SecretView& primary) const {
  const secrets::CrossAccountReplica& link = *primary.secret.cross_account_replica;
  if (!link.role_arn.empty()) return role_session(primary, link.role_arn, parts_);
  if (link.requester) return caller_of(*link.requester);
  return Error{ErrorCode::kAccessDenied, "nobody is known in whose name the secret could be replicated."};
}

Result<void> CrossAccountPermission::permit_reading(const secrets::CrossAccountCopy& copy) const {
  const secrets::Secret& primary = copy.primary.secret;
  if (primary.cross_account_replica->same_organization) {
    COFFER_TRY(check_organization(primary.account, copy.replica.secret.account));
  }
  if (copy.versions.empty()) return {};
  std::vector<KeyUse> uses;
  for (const VersionId& id : copy.versions) {
    COFFER_ASSIGN(kms::KeyPointer key, key_of(primary, *primary.version(id), parts_.keyring));
    add_decrypt(std::move(key), copy.primary, id.text(), uses);
  }
  COFFER_ASSIGN(const auth::Caller copier, copier_of(copy.primary));
  return KeyUser(copier, parts_).permit(uses);
}

Result<void> CrossAccountPermission::permit_sealing(const secrets::CrossAccountCopy& copy) const {
  std::vector<KeyUse> uses;
  for (const VersionId& id : copy.versions)
    add_encrypt(copy.key, copy.replica, id.text(), uses);
  COFFER_ASSIGN(const auth::Caller copier, copier_of(copy.primary));
  return KeyUser(copier, parts_).permit(uses);
}

Result<void> CrossAccountPermission::try_copy(const api::Authority& authority, const secrets::SecretView& primary,
                                              const secrets::SecretView& replica,
                                              const secrets::CrossAccountReplica& link) const {
  const secrets::Secret& from = primary.secret;
  const secrets::Version* const current = from.version_with("AWSCURRENT");
  kms::KeyPointer key;
  if (current != nullptr && current->kind != secrets::ValueKind::kNone) {
    COFFER_ASSIGN(key, key_of(from, *current, parts_.keyring));
  } else {
    // Before there is a value: the key that will seal it.
    COFFER_ASSIGN(key, from.kms_key_id.empty() ? parts_.keyring.find_alias(from.account, kms::kSecretsManagerAlias)
                                               : parts_.keyring.resolve(from.account, from.kms_key_id));
  }
  const secrets::Secret& to = replica.secret;
  COFFER_ASSIGN(kms::KeyPointer sealing, parts_.keyring.resolve(to.account, to.kms_key_id));
  std::vector<KeyUse> uses;
  add_decrypt(std::move(key), primary, kms::kUsabilityCheck, uses);
  add_encrypt(std::move(sealing), replica, kms::kUsabilityCheck, uses);
  if (link.role_arn.empty()) return KeyUser(authority.caller(), parts_).permit(uses);
  COFFER_ASSIGN(const auth::Caller role, role_session(primary, link.role_arn, parts_));
  return KeyUser(role, parts_).permit(uses);
}

}  // namespace coffer::secretsmanager
