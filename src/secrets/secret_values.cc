// The values of a change on their way into the store: which KMS key seals them.

#include <algorithm>

#include "secrets/secret_store_impl.h"

namespace coffer::secrets {

Result<SealingKey> SecretStore::Impl::sealing_key(const AccountId& account, std::string_view kms_key_id) const {
  if (kms_key_id.empty()) return SealingKey();
  COFFER_ASSIGN(const auto key, parts_.keyring.resolve(account, kms_key_id));
  // A copy is sealed for nobody whom another account's key could let in.
  if (!key || key->info.name.account != account) return Error{ErrorCode::kAccessDenied, "Access to KMS is not allowed"};
  return key->info.is_default ? SealingKey() : SealingKey(key->info.name);
}

Result<void> SecretStore::Impl::append_value(const SealingKey& key, const VersionId& version, const SecretBytes& value,
                                             Secret& secret, store::Transaction& transaction) const {
  const auto sealed_version = std::ranges::find(secret.versions, version, &Version::id);
  if (sealed_version == secret.versions.end()) {
    return Error{ErrorCode::kInternalServiceError, "a value without its version"};
  }
  const std::string arn = secret.arn(parts_.region);
  COFFER_ASSIGN(std::string sealed,
                seal_value(parts_.keyring, parts_.random, {secret.account, arn, version}, key, value));
  sealed_version->kms_key_arn = key ? kms::key_arn(parts_.region, *key) : "";
  transaction.puts.push_back({value_key(secret.account, secret.name, version), std::move(sealed)});
  return {};
}

Result<void> SecretStore::Impl::append_values(const Change& change, Secret& secret,
                                              store::Transaction& transaction) const {
  if (change.values.empty() && change.resealed.empty()) return {};
  if (change.key == nullptr) return Error{ErrorCode::kInternalServiceError, "values without the key that seals them"};
  const kms::KeyInfo& info = change.key->info;
  const SealingKey key = info.is_default && info.name.account == secret.account ? SealingKey() : SealingKey(info.name);
  for (const auto* const values : {&change.values, &change.resealed}) {
    for (const Change::NewValue& value : *values)
      COFFER_TRY(append_value(key, value.version, value.value, secret, transaction));
  }
  return {};
}

}  // namespace coffer::secrets
