#include "services/secretsmanager/common_kms.h"

#include <algorithm>

#include "access/caller_side.h"
#include "access/key_resource.h"
#include "secrets/version_stages.h"

namespace coffer::secretsmanager {
namespace {

Error no_access_to_kms() {
  return Error{ErrorCode::kAccessDenied, "Access to KMS is not allowed"};
}

Error foreign_default_key() {
  return Error{ErrorCode::kInvalidRequest,
               "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
               "service key."};
}

Error no_key_to_encrypt(std::string_view key) {
  return Error{ErrorCode::kEncryptionFailure,
               "Secrets Manager can't encrypt the secret value: Key '" + std::string(key) + "' does not exist"};
}

Error foreign_replica_key() {
  return Error{ErrorCode::kInvalidParameter, "A replica can't be encrypted with a KMS key of another account."};
}

Error no_customer_key() {
  return Error{ErrorCode::kInvalidParameter,
               "A cross-account replica secret must be encrypted with a customer managed KMS key of its own account. "
               "Specify it in KmsKeyId."};
}

// Whether the caller may do that with the key. kAccessDenied without the reasons of the key's owner: those are in the
// explanation.
template <class Action>
Result<void> permit(const api::Authority& authority, api::Resource key, const Binding& bound_to, const Rooms& rooms) {
  const auto permitted = api::Pipeline::permit<Action>(authority, std::move(key), [&](api::ConditionKeys& keys) {
    keys.add("kms:ViaService", rooms.via_service);
    keys.add("kms:CallerAccount", authority.caller().account.text());
    keys.add("kms:EncryptionAlgorithm", "SYMMETRIC_DEFAULT");
    keys.add_tag("kms:EncryptionContext:", "SecretARN", bound_to.secret_arn);
    keys.add_tag("kms:EncryptionContext:", "SecretVersionId", bound_to.version_id);
    keys.add_list("kms:EncryptionContextKeys", {"SecretARN", "SecretVersionId"});
  });
  if (permitted.ok()) return {};
  return permitted.error().code == ErrorCode::kAccessDenied ? no_access_to_kms() : permitted.error();
}
template <class Action>
Result<void> permit(const api::Authority& authority, const kms::KeyPointer& key, const Binding& bound_to,
                    const Rooms& rooms) {
  api::Resource resource = access::key_resource(rooms.region, key);
  const policy::RequestPrincipal caller = access::principal_of(authority.caller());
  const kms::EncryptionContext context = {{"SecretARN", bound_to.secret_arn}, {"SecretVersionId", bound_to.version_id}};
  COFFER_ASSIGN(resource.granted, rooms.grants.allow({key->info.name, caller, Action::kOperation, context}));
  Result<void> permitted = permit<Action>(authority, std::move(resource), bound_to, rooms);
  const bool is_foreign = key->info.name.account != authority.caller().account;
  if (!key->info.is_default || !is_foreign) return permitted;
  // Whatever policies say; they were asked so that the refusal has an explanation.
  return permitted.ok() || permitted.error().code == ErrorCode::kAccessDenied ? foreign_default_key() : permitted;
}

// Without the key there is nothing to be permitted: whoever needs it fails for that reason.
template <class Action>
Result<void> permit_for_version(const api::Authority& authority, const secrets::SecretView& view,
                                const secrets::Version& version, const Rooms& rooms) {
  COFFER_ASSIGN(const kms::KeyPointer key, key_of(view.secret, version, rooms.keyring));
  if (key == nullptr) {
    const bool is_default = version.kms_key_arn.empty();
    return is_default && view.secret.account != authority.caller().account ? foreign_default_key() : Result<void>();
  }
  return permit<Action>(authority, key, {view.arn, version.id.text()}, rooms);
}

// The key that values of the secret will be sealed with. `named`: what the request calls so.
Result<kms::KeyPointer> sealing_key(const api::Authority& authority, const secrets::Secret& secret,
                                    kms::KeyPointer named, const Rooms& rooms) {
  const bool is_foreign = secret.account != authority.caller().account;
  if (secret.kms_key_id.empty() || secret.kms_key_id == kms::kSecretsManagerAlias) {
    if (!is_foreign) return rooms.keyring.default_key(secret.account);
    // Not told to somebody who may not use it whether it exists.
    COFFER_ASSIGN(kms::KeyPointer key, rooms.keyring.find_alias(secret.account, kms::kSecretsManagerAlias));
    if (key == nullptr) return foreign_default_key();
    return key;
  }
  if (is_foreign && !secret.kms_key_id.starts_with("arn:")) return no_key_to_encrypt(secret.kms_key_id);
  kms::KeyPointer key = std::move(named);
  if (key == nullptr) {
    COFFER_ASSIGN(key, rooms.keyring.resolve(secret.account, secret.kms_key_id));
  }
  if (key == nullptr) return no_key_to_encrypt(secret.kms_key_id);
  return key;
}

}  // namespace

Result<kms::KeyPointer> key_of(const secrets::Secret& secret, const secrets::Version& version,
                               const kms::Keyring& keyring) {
  if (version.kms_key_arn.empty()) return keyring.find_alias(secret.account, kms::kSecretsManagerAlias);
  COFFER_ASSIGN(const auto reference, kms::parse_key_reference(version.kms_key_arn, secret.account, keyring.region()));
  if (!reference || reference->kind != kms::KeyReference::Kind::kKey) return kms::KeyPointer();
  return keyring.find({reference->account, reference->text});
}

Result<SecretBytes> read_value(const api::Authority& authority, const secrets::SecretView& view,
                               const secrets::Version& version, const Rooms& rooms) {
  COFFER_TRY(permit_for_version<action::Decrypt>(authority, view, version, rooms));
  return rooms.secrets.read_value(view, version.id);
}

Result<void> permit_reading_all(const api::Authority& authority, const secrets::SecretView& view, const Rooms& rooms) {
  for (const secrets::Version& version : view.secret.versions) {
    if (version.kind == secrets::ValueKind::kNone) continue;
    COFFER_TRY(permit_for_version<action::Decrypt>(authority, view, version, rooms));
  }
  return {};
}

Result<std::shared_ptr<const api::Resource>> named_key(const std::optional<std::string>& kms_key_id,
                                                       const auth::Caller& caller, const Rooms& rooms) {
  const auto named = [](api::Resource key) { return std::make_shared<const api::Resource>(std::move(key)); };
  if (!kms_key_id) return std::shared_ptr<const api::Resource>();
  const std::string_view meant = kms_key_id->empty() ? kms::kSecretsManagerAlias : std::string_view(*kms_key_id);
  COFFER_ASSIGN(kms::KeyPointer key, rooms.keyring.resolve(caller.account, meant));
  if (key != nullptr) return named(access::key_resource(rooms.region, std::move(key)));
  // Nothing that is there, or the default key of another account. The caller is refused either way, and only the key's
  // owner may know which it was.
  COFFER_ASSIGN(const auto reference, kms::parse_key_reference(meant, caller.account, rooms.region));
  if (!reference) {
    return named({.name = std::string(meant), .account = caller.account, .rule = policy::ResourceRule::kKeyPolicy});
  }
  const bool is_alias = reference->kind == kms::KeyReference::Kind::kAlias;
  COFFER_ASSIGN(key, is_alias ? rooms.keyring.find_alias(reference->account, reference->text)
                              : rooms.keyring.find({reference->account, reference->text}));
  if (key != nullptr) return named(access::key_resource(rooms.region, std::move(key)));
  return named(access::absent_key_resource(rooms.region, *reference));
}

kms::KeyPointer usable_key(const api::Resource& resource, const auth::Caller& caller) {
  if (resource.other == nullptr || resource.other->found == nullptr) return {};
  auto key = std::static_pointer_cast<const kms::KeyView>(resource.other->found);
  const bool is_foreign = key->info.name.account != caller.account;
  return key->info.is_default && is_foreign ? nullptr : key;
}

Result<void> choose_key(const api::Authority& authority, kms::KeyPointer named, const Rooms& rooms,
                        secrets::Change& change) {
  if (change.key != nullptr) return {};
  COFFER_ASSIGN(change.key, sealing_key(authority, change.secret, std::move(named), rooms));
  return {};
}

Result<void> permit_sealing(const api::Authority& authority, const secrets::Change& change, const Binding& bound_to,
                            const Rooms& rooms) {
  return permit<action::GenerateDataKey>(authority, change.key, bound_to, rooms);
}

Result<void> try_key(const api::Authority& authority, const api::Resource& resource, const KeySeeker& secret,
                     const Rooms& rooms) {
  const Binding bound_to{secret.arn, kms::kUsabilityCheck};
  const kms::KeyPointer key = usable_key(resource, authority.caller());
  if (key == nullptr) {
    COFFER_TRY(permit<action::GenerateDataKey>(authority, *resource.other, bound_to, rooms));
    return no_access_to_kms();
  }
  if (key->info.is_default && key->info.name.account != secret.owner) return foreign_default_key();
  COFFER_TRY(permit<action::GenerateDataKey>(authority, key, bound_to, rooms));
  COFFER_TRY(permit<action::Decrypt>(authority, key, bound_to, rooms));
  if (key->info.is_default) COFFER_TRY(rooms.keyring.make_default_key(key->info.name.account));
  return rooms.keyring.check_usable(key->info.name,
                                    {{"SecretARN", secret.arn}, {"SecretVersionId", kms::kUsabilityCheck}});
}

Result<void> check_customer_key(std::string_view kms_key_id, const AccountId& account, const Rooms& rooms) {
  if (kms_key_id.empty()) return no_customer_key();
  COFFER_ASSIGN(const kms::KeyPointer key, rooms.keyring.resolve(account, kms_key_id));
  const bool is_customer_key = key != nullptr && !key->info.is_default && key->info.name.account == account;
  return is_customer_key ? Result<void>() : no_customer_key();
}

Result<void> check_replica_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region) {
  if (kms_key_id.empty()) return {};
  COFFER_ASSIGN(const auto reference, kms::parse_key_reference(kms_key_id, account, region));
  return reference && reference->account != account ? foreign_replica_key() : Result<void>();
}

Result<void> reseal_values(const api::Authority& authority, const secrets::SecretView& view, const Rooms& rooms,
                           secrets::Change& change) {
  for (const std::string_view stage : {secrets::kAwsCurrent, secrets::kAwsPending, secrets::kAwsPrevious}) {
    const secrets::Version* const version = view.secret.version_with(stage);
    if (version == nullptr || version->kind == secrets::ValueKind::kNone) continue;
    // One version may have two of the labels.
    const auto& resealed = change.resealed;
    if (std::ranges::find(resealed, version->id, &secrets::Change::NewValue::version) != resealed.end()) continue;
    const Result<void> may_encrypt =
        permit<action::Encrypt>(authority, change.key, {view.arn, version->id.text()}, rooms);
    if (!may_encrypt.ok()) {
      if (is_refusal(may_encrypt.error())) continue;
      return may_encrypt;
    }
    Result<SecretBytes> value = read_value(authority, view, *version, rooms);
    if (value.ok()) {
      change.resealed.push_back({version->id, std::move(value).value()});
      continue;
    }
    if (is_refusal(value.error())) continue;
    if (value.error().code != ErrorCode::kDecryptionFailure) return std::move(value).error();
    COFFER_ASSIGN(const kms::KeyPointer former, key_of(view.secret, *version, rooms.keyring));
    if (former != nullptr) return std::move(value).error();
  }
  return {};
}

// Nothing of a secret may be revealed or changed here; what is not allowed is left out.
bool is_refusal(const Error& error) {
  return error.code == ErrorCode::kAccessDenied || error.code == ErrorCode::kInvalidRequest;
}

}  // namespace coffer::secretsmanager
