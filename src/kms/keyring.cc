#include "kms/keyring.h"

#include "kms/key_store.h"
#include "store/keys.h"

namespace coffer::kms {
namespace {

Error cannot_encrypt() {
  return Error{ErrorCode::kEncryptionFailure,
               "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS "
               "key is available, enabled, and not in an invalid state. For more information, see "
               "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html."};
}

Error cannot_decrypt() {
  return Error{ErrorCode::kDecryptionFailure,
               "Secrets Manager can't decrypt the protected secret text using the provided KMS key."};
}

Error damaged() {
  return Error{ErrorCode::kCorrupt, "a KMS ciphertext does not open"};
}

DataKey make_data_key(const Key& key, const EncryptionContext& context, Random& random) {
  crypto::AeadKey data_key = crypto::AeadKey::generate(random);
  std::string ciphertext = key.header;
  ciphertext.append(key.material->seal(data_key.material(), associated_data(key.header, context), random));
  return DataKey{std::move(data_key), std::move(ciphertext)};
}

}  // namespace

Keyring::Keyring(const Parts& parts) : parts_(parts), keys_(std::make_unique<KeyStore>(parts)) {}
Keyring::~Keyring() = default;

Result<std::optional<KeyInfo>> Keyring::resolve(const AccountId& caller, std::string_view key_id) {
  COFFER_ASSIGN(const auto reference, parse_key_reference(key_id, caller, parts_.region));
  if (!reference) return std::optional<KeyInfo>();
  KeyName name{reference->account, reference->text};
  if (reference->kind == KeyReference::Kind::kAlias) {
    if (reference->text == kSecretsManagerAlias && reference->account == caller) {
      COFFER_ASSIGN(const KeyPointer key, keys_->default_key(caller));
      return std::optional(key->info);
    }
    COFFER_ASSIGN(const auto target, keys_->alias_target(reference->account, reference->text));
    if (!target) return std::optional<KeyInfo>();
    name.id = *target;
  }
  COFFER_ASSIGN(auto info, find(name));
  if (!info && reference->kind == KeyReference::Kind::kAlias) {
    // A key goes together with its aliases: it may have gone since the alias was looked up, but not by itself.
    COFFER_ASSIGN(const bool was_deleted, keys_->was_deleted(name));
    if (!was_deleted) return Error{ErrorCode::kCorrupt, "an alias names a KMS key that does not exist"};
  }
  // Its key policy lets nobody else in, and cannot be changed.
  if (info && info->is_default && info->name.account != caller) info.reset();
  return info;
}

Result<std::optional<KeyInfo>> Keyring::find(const KeyName& key) const {
  COFFER_ASSIGN(const KeyPointer found, keys_->find(key));
  return found ? std::optional(found->info) : std::nullopt;
}

Result<DataKey> Keyring::generate_data_key(const KeyName& key, const EncryptionContext& context) {
  COFFER_ASSIGN(const KeyPointer found, keys_->find(key));
  if (!found || !found->material) return cannot_encrypt();
  return make_data_key(*found, context, parts_.random);
}

Result<DataKey> Keyring::generate_data_key(const AccountId& account, const EncryptionContext& context) {
  COFFER_ASSIGN(const KeyPointer key, keys_->default_key(account));
  return make_data_key(*key, context, parts_.random);
}

Result<SecretBytes> Keyring::decrypt(const AccountId& home, std::string_view ciphertext,
                                     const EncryptionContext& context) const {
  const auto parts = parse_ciphertext(ciphertext, home);
  if (!parts) return damaged();
  // One buffer per thread, since this runs for every value that is read.
  thread_local std::string row_key;
  begin_key_row(parts->owner, row_key);
  parts->append_key_id(row_key);
  COFFER_ASSIGN(const KeyPointer key, keys_->find(row_key));
  if (!key) {
    COFFER_ASSIGN(const bool was_deleted, keys_->was_deleted(*key_of(ciphertext, home)));
    return was_deleted ? cannot_decrypt() : damaged();
  }
  if (!key->material) return cannot_decrypt();
  Result<SecretBytes> opened = key->material->open(parts->sealed, associated_data(*parts, context));
  if (!opened.ok()) return damaged();
  return opened;
}

Result<void> Keyring::check_usable(const KeyName& key, const EncryptionContext& context) {
  COFFER_ASSIGN(const DataKey data_key, generate_data_key(key, context));
  COFFER_TRY(decrypt(key.account, data_key.ciphertext, context));
  return {};
}

Result<std::optional<std::string>> Keyring::default_key_arn(const AccountId& account) const {
  COFFER_ASSIGN(const auto target, keys_->alias_target(account, kSecretsManagerAlias));
  if (!target) return std::optional<std::string>();
  return std::optional(key_arn(parts_.region, {account, *target}));
}

Result<KeyName> Keyring::create_key(const AccountId& account, std::string_view description) {
  return keys_->create(account, description);
}
Result<void> Keyring::put_alias(const AccountId& account, std::string_view alias, const KeyName& key) {
  return keys_->put_alias(account, alias, key);
}
Result<void> Keyring::delete_alias(const AccountId& account, std::string_view alias) {
  return keys_->delete_alias(account, alias);
}
Result<void> Keyring::enable(const KeyName& key) {
  return keys_->set_enabled(key, KeyState::kEnabled);
}
Result<void> Keyring::disable(const KeyName& key) {
  return keys_->set_enabled(key, KeyState::kDisabled);
}
Result<Time> Keyring::schedule_deletion(const KeyName& key, int days) {
  return keys_->schedule_deletion(key, days);
}
Result<void> Keyring::cancel_deletion(const KeyName& key) {
  return keys_->cancel_deletion(key);
}
Result<size_t> Keyring::erase_expired() {
  return keys_->erase_expired();
}
Result<std::vector<KeyInfo>> Keyring::list_keys(const AccountId& account) const {
  return keys_->list_keys(account);
}
Result<std::vector<Alias>> Keyring::list_aliases(const AccountId& account) const {
  return keys_->list_aliases(account);
}

}  // namespace coffer::kms
