#include "services/secretsmanager/common_kms.h"

#include <algorithm>

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

// What a value is, or will be, bound to.
struct Binding {
  std::string_view secret_arn;
  std::string_view version_id;
};

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
  Result<void> permitted = permit<Action>(authority, access::key_resource(rooms.region, key), bound_to, rooms);
  const bool is_foreign = key->info.name.account != authority.caller().account;
  if (!key->info.is_default || !is_foreign) return permitted;
  // Whatever policies say; they were asked so that the refusal has an explanation.
  return permitted.ok() || permitted.error().code == ErrorCode::kAccessDenied ? foreign_default_key() : permitted;
}

// What a caller named whom resolve() gave no key: nothing that is there, or the default key of another account. The
// caller is refused either way, and only the key's owner may know which it was.
Result<api::Resource> unusable_key(const api::Authority& authority, std::string_view kms_key_id, const Rooms& rooms) {
  const AccountId& caller = authority.caller().account;
  COFFER_ASSIGN(const auto reference, kms::parse_key_reference(kms_key_id, caller, rooms.region));
  if (!reference) {
    return api::Resource{.name = std::string(kms_key_id), .account = caller, .rule = policy::ResourceRule::kKeyPolicy};
  }
  const bool is_alias = reference->kind == kms::KeyReference::Kind::kAlias;
  COFFER_ASSIGN(kms::KeyPointer key, is_alias ? rooms.keyring.find_alias(reference->account, reference->text)
                                              : rooms.keyring.find({reference->account, reference->text}));
  if (key != nullptr) return access::key_resource(rooms.region, std::move(key));
  return access::absent_key_resource(rooms.region, *reference);
}

// Of a secret's account. Made if it is not there yet: for cards that write.
Result<kms::KeyPointer> default_key(const AccountId& account, const Rooms& rooms) {
  COFFER_ASSIGN(kms::KeyPointer key, rooms.keyring.resolve(account, kms::kSecretsManagerAlias));
  if (key == nullptr) return Error{ErrorCode::kInternalServiceError, "an account has no default key"};
  return key;
}

// The key that sealed a version; null when it is gone.
Result<kms::KeyPointer> key_of(const secrets::Secret& secret, const secrets::Version& version, const Rooms& rooms) {
  if (version.kms_key_arn.empty()) return rooms.keyring.find_alias(secret.account, kms::kSecretsManagerAlias);
  COFFER_ASSIGN(const auto reference, kms::parse_key_reference(version.kms_key_arn, secret.account, rooms.region));
  if (!reference || reference->kind != kms::KeyReference::Kind::kKey) return kms::KeyPointer();
  return rooms.keyring.find({reference->account, reference->text});
}

// Without the key there is nothing to be permitted: whoever needs it fails for that reason.
template <class Action>
Result<void> permit_for_version(const api::Authority& authority, const secrets::SecretView& view,
                                const secrets::Version& version, const Rooms& rooms) {
  COFFER_ASSIGN(const kms::KeyPointer key, key_of(view.secret, version, rooms));
  if (key == nullptr) {
    const bool is_default = version.kms_key_arn.empty();
    return is_default && view.secret.account != authority.caller().account ? foreign_default_key() : Result<void>();
  }
  return permit<Action>(authority, key, {view.arn, version.id.text()}, rooms);
}

// The key that values of the secret will be sealed with.
Result<kms::KeyPointer> sealing_key(const api::Authority& authority, const secrets::Secret& secret,
                                    const Rooms& rooms) {
  const bool is_foreign = secret.account != authority.caller().account;
  if (secret.kms_key_id.empty() || secret.kms_key_id == kms::kSecretsManagerAlias) {
    if (!is_foreign) return default_key(secret.account, rooms);
    // Not made for somebody who may not use it.
    COFFER_ASSIGN(kms::KeyPointer key, rooms.keyring.find_alias(secret.account, kms::kSecretsManagerAlias));
    if (key == nullptr) return foreign_default_key();
    return key;
  }
  if (is_foreign && !secret.kms_key_id.starts_with("arn:")) return no_key_to_encrypt(secret.kms_key_id);
  COFFER_ASSIGN(kms::KeyPointer key, rooms.keyring.resolve(secret.account, secret.kms_key_id));
  if (key == nullptr) return no_key_to_encrypt(secret.kms_key_id);
  return key;
}

// Nothing of a secret may be revealed or changed here; what is not allowed is left out.
bool is_refusal(const Error& error) {
  return error.code == ErrorCode::kAccessDenied || error.code == ErrorCode::kInvalidRequest;
}

}  // namespace

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

Result<void> permit_sealing(const api::Authority& authority, const Sealing& sealing, const Rooms& rooms) {
  COFFER_ASSIGN(const kms::KeyPointer key, sealing_key(authority, sealing.secret, rooms));
  return permit<action::GenerateDataKey>(authority, key, {sealing.secret_arn, sealing.version_id}, rooms);
}

Result<void> try_key(const api::Authority& authority, std::string_view kms_key_id, std::string_view secret_arn,
                     const Rooms& rooms) {
  if (kms_key_id.empty()) return {};
  COFFER_ASSIGN(const kms::KeyPointer key, rooms.keyring.resolve(authority.caller().account, kms_key_id));
  const Binding bound_to{secret_arn, kms::kUsabilityCheck};
  if (key == nullptr) {
    COFFER_ASSIGN(api::Resource resource, unusable_key(authority, kms_key_id, rooms));
    COFFER_TRY(permit<action::GenerateDataKey>(authority, std::move(resource), bound_to, rooms));
    return no_access_to_kms();
  }
  COFFER_TRY(permit<action::GenerateDataKey>(authority, key, bound_to, rooms));
  COFFER_TRY(permit<action::Decrypt>(authority, key, bound_to, rooms));
  return rooms.keyring.check_usable(key->info.name,
                                    {{"SecretARN", secret_arn}, {"SecretVersionId", kms::kUsabilityCheck}});
}

Result<void> check_replica_kms_key(std::string_view kms_key_id, const AccountId& account, const Region& region) {
  if (kms_key_id.empty()) return {};
  COFFER_TRY(kms::parse_key_reference(kms_key_id, account, region));
  return {};
}

Result<void> reseal_values(const api::Authority& authority, const secrets::SecretView& view, const Rooms& rooms,
                           secrets::Change& change) {
  const Result<kms::KeyPointer> new_key = sealing_key(authority, change.secret, rooms);
  if (!new_key.ok()) return is_refusal(new_key.error()) ? Result<void>() : new_key.error();
  for (const std::string_view stage : {secrets::kAwsCurrent, secrets::kAwsPending, secrets::kAwsPrevious}) {
    const secrets::Version* const version = view.secret.version_with(stage);
    if (version == nullptr || version->kind == secrets::ValueKind::kNone) continue;
    // One version may have two of the labels.
    const auto& resealed = change.resealed;
    if (std::ranges::find(resealed, version->id, &secrets::Change::NewValue::version) != resealed.end()) continue;
    const Result<void> may_encrypt =
        permit<action::Encrypt>(authority, *new_key, {view.arn, version->id.text()}, rooms);
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
    COFFER_ASSIGN(const kms::KeyPointer former, key_of(view.secret, *version, rooms));
    if (former != nullptr) return std::move(value).error();
  }
  return {};
}

}  // namespace coffer::secretsmanager
