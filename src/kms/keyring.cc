#include "kms/keyring.h"

#include "kms/key_store.h"
#include "store/keys.h"

namespace coffer::kms {
namespace {

constexpr int kMinDeletionDays = 7;
constexpr int kMaxDeletionDays = 30;

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

DataKey make_data_key(const OpenKey& key, const EncryptionContext& context, Random& random) {
  crypto::AeadKey data_key = crypto::AeadKey::generate(random);
  std::string ciphertext = key.header;
  ciphertext.append(key.current().key.seal(data_key.material(), associated_data(key.header, context), random));
  return DataKey{std::move(data_key), std::move(ciphertext)};
}

// What is shown of a key lives as long as the key.
KeyPointer view_of(const OpenKeyPointer& key) {
  return key ? KeyPointer(key, &key->view) : KeyPointer();
}

}  // namespace

Keyring::Keyring(const Parts& parts) : parts_(parts), keys_(std::make_unique<KeyStore>(parts)) {}
Keyring::~Keyring() = default;

Result<KeyPointer> Keyring::resolve(const AccountId& caller, std::string_view key_id) const {
  COFFER_ASSIGN(const auto reference, parse_key_reference(key_id, caller, parts_.regions.self()));
  if (!reference) return KeyPointer();
  const bool is_alias = reference->kind == KeyReference::Kind::kAlias;
  if (is_alias && reference->text == kSecretsManagerAlias && reference->account == caller) return default_key(caller);
  COFFER_ASSIGN(KeyPointer key, is_alias ? find_alias(reference->account, reference->text)
                                         : find(KeyName{reference->account, reference->text}));
  // Its key policy lets nobody else in, and cannot be changed.
  if (key && key->info.is_default && key->info.name.account != caller) key.reset();
  return key;
}

Result<KeyPointer> Keyring::default_key(const AccountId& account) const {
  COFFER_ASSIGN(const OpenKeyPointer key, keys_->find_default_key(account));
  return key ? view_of(key) : keys_->future_default_key(account);
}

Result<KeyPointer> Keyring::make_default_key(const AccountId& account) {
  COFFER_ASSIGN(const OpenKeyPointer key, keys_->default_key(account));
  return view_of(key);
}

Result<KeyPointer> Keyring::find(const KeyName& key) const {
  COFFER_ASSIGN(const OpenKeyPointer found, keys_->find(key));
  return view_of(found);
}

Result<KeyPointer> Keyring::find_alias(const AccountId& account, std::string_view alias) const {
  COFFER_ASSIGN(const auto target, keys_->find_alias(account, alias));
  if (!target) return KeyPointer();
  const KeyName name{account, target->key_id};
  COFFER_ASSIGN(KeyPointer key, find(name));
  if (!key) {
    // A key goes together with its aliases: it may have gone since the alias was looked up, but not by itself.
    COFFER_ASSIGN(const bool was_deleted, keys_->was_deleted(name));
    if (!was_deleted) return Error{ErrorCode::kCorrupt, "an alias names a KMS key that does not exist"};
  }
  return key;
}

Result<DataKey> Keyring::generate_data_key(const KeyName& key, const EncryptionContext& context) {
  COFFER_ASSIGN(const OpenKeyPointer found, keys_->find(key));
  if (!found || !found->is_usable()) return cannot_encrypt();
  return make_data_key(*found, context, parts_.random);
}

Result<DataKey> Keyring::generate_data_key(const AccountId& account, const EncryptionContext& context) {
  COFFER_ASSIGN(const OpenKeyPointer key, keys_->default_key(account));
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
  COFFER_ASSIGN(const OpenKeyPointer key, keys_->find(row_key));
  if (!key) {
    COFFER_ASSIGN(const bool was_deleted, keys_->was_deleted(*key_of(ciphertext, home)));
    return was_deleted ? cannot_decrypt() : damaged();
  }
  if (!key->is_usable()) return cannot_decrypt();
  const OpenMaterial* const material = key->material(parts->material);
  if (material == nullptr) return damaged();
  Result<SecretBytes> opened = material->key.open(parts->sealed, associated_data(*parts, context));
  if (!opened.ok()) return damaged();
  return opened;
}

Result<void> Keyring::check_usable(const KeyName& key, const EncryptionContext& context) {
  COFFER_ASSIGN(const DataKey data_key, generate_data_key(key, context));
  COFFER_TRY(decrypt(key.account, data_key.ciphertext, context));
  return {};
}

Result<std::optional<std::string>> Keyring::default_key_arn(const AccountId& account) const {
  COFFER_ASSIGN(const auto target, keys_->find_alias(account, kSecretsManagerAlias));
  if (!target) return std::optional<std::string>();
  return std::optional(key_arn(parts_.regions.self(), {account, target->key_id}));
}

KeyName Keyring::draw_name(const AccountId& account, MultiRegion multi_region) const {
  return keys_->draw_name(account, multi_region);
}

Result<void> Keyring::create_key(const NewKey& key) {
  return keys_->create(key);
}
Result<KeyName> Keyring::create_key(const AccountId& account, std::string_view description) {
  const NewKey key{draw_name(account), std::string(description), {}, {}};
  COFFER_TRY(create_key(key));
  return key.name;
}

Result<void> Keyring::put_alias(const AccountId& account, std::string_view alias, const KeyName& key,
                                AliasChange change) {
  return keys_->put_alias(account, alias, key, change);
}
Result<bool> Keyring::move_alias(const AccountId& account, std::string_view alias, const AliasMove& move) {
  return keys_->move_alias(account, alias, move);
}
Result<bool> Keyring::delete_alias(const AccountId& account, std::string_view alias,
                                   const std::optional<KeyName>& from) {
  return keys_->delete_alias(account, alias, from);
}

Result<void> Keyring::enable(const KeyName& key) {
  return keys_->change(key, [this](StoredKey& stored) -> Result<void> {
    COFFER_TRY(keys_->refuse_pending(stored.info));
    COFFER_TRY(keys_->refuse_updating(stored.info));
    stored.info.state = KeyState::kEnabled;
    return {};
  });
}

Result<void> Keyring::disable(const KeyName& key) {
  return keys_->change(key, [this](StoredKey& stored) -> Result<void> {
    COFFER_TRY(keys_->refuse_pending(stored.info));
    COFFER_TRY(keys_->refuse_updating(stored.info));
    stored.info.state = KeyState::kDisabled;
    return {};
  });
}

Result<std::optional<Time>> Keyring::schedule_deletion(const KeyName& key, int days) {
  if (days < kMinDeletionDays || days > kMaxDeletionDays) {
    return Error{ErrorCode::kValidation, "PendingWindowInDays must be between 7 and 30 days."};
  }
  std::optional<Time> due;
  COFFER_TRY(keys_->change(key, [&](StoredKey& stored) -> Result<void> {
    COFFER_TRY(keys_->refuse_pending(stored.info));
    COFFER_TRY(keys_->refuse_updating(stored.info));
    const bool waits = stored.is_primary() && !stored.lineage->replicas.empty();
    stored.info.state = waits ? KeyState::kPendingReplicaDeletion : KeyState::kPendingDeletion;
    due = waits ? std::nullopt : std::optional(parts_.clock.now() + std::chrono::hours(24) * days);
    stored.info.deletion_date = due;
    if (stored.lineage) stored.waiting_days = days;
    return {};
  }));
  return due;
}

Result<void> Keyring::cancel_deletion(const KeyName& key) {
  return keys_->change(key, [this](StoredKey& stored) -> Result<void> {
    if (keys_->refuse_pending(stored.info).ok()) {
      return Error{ErrorCode::kKmsInvalidState,
                   key_arn(parts_.regions.self(), stored.info.name) + " is not pending deletion."};
    }
    // The primary may have taken it off its list already.
    if (stored.is_ending) return keys_->refuse_pending(stored.info);
    stored.info.state = KeyState::kDisabled;
    stored.info.deletion_date.reset();
    stored.waiting_days = 0;
    return {};
  });
}

Result<size_t> Keyring::erase_expired() {
  return keys_->for_each_due(DueFor::kDeletion, [this](const KeyName& key, Time now) -> Result<bool> {
    return until_undisturbed([&] { return keys_->erase(key, now); });
  });
}

Result<std::vector<KeyInfo>> Keyring::list_keys(const AccountId& account, const Page& page) const {
  return keys_->list_keys(account, page);
}
Result<std::vector<Alias>> Keyring::list_aliases(const AccountId& account, const Page& page) const {
  return keys_->list_aliases(account, page);
}

}  // namespace coffer::kms
