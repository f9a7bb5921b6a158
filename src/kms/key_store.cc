#include "kms/key_store.h"

#include <algorithm>
#include <iterator>

#include "kms/ciphertext.h"

namespace coffer::kms {
namespace {

constexpr size_t kCachedKeys = 10'000;
constexpr size_t kScanBatch = 1000;
constexpr int kMinDeletionDays = 7;
constexpr int kMaxDeletionDays = 30;

}  // namespace

KeyStore::KeyStore(const Keyring::Parts& parts) : parts_(parts), keys_(kCachedKeys), aliases_(kCachedKeys) {
  parts_.store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      if (is_key_row(change.key)) keys_.invalidate(change.key);
      if (is_alias_row(change.key)) aliases_.invalidate(change.key);
    }
  });
}

Result<KeyPointer> KeyStore::find(std::string_view row_key) const {
  return keys_.get(row_key, [&]() -> Result<KeyPointer> {
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (!row) return KeyPointer();
    const auto name = parse_key_row(row_key);
    if (!name) return Error{ErrorCode::kCorrupt, "the row of a KMS key has an impossible name"};
    COFFER_ASSIGN(StoredKey stored, decode_key(*name, row->value));
    Key key{std::move(stored.info), ciphertext_header(*name), std::nullopt};
    if (key.info.state == KeyState::kEnabled) {
      COFFER_ASSIGN(auto material, parts_.region_key.unwrap(stored.wrapped_material, row_key));
      if (material.size() != crypto::kAeadKeySize) return Error{ErrorCode::kCorrupt, "a KMS key has a wrong size"};
      key.material.emplace(std::move(material), crypto::KeyUse::kOften);
    }
    return std::make_shared<const Key>(std::move(key));
  });
}

Result<KeyPointer> KeyStore::find(const KeyName& key) const {
  if (!is_key_id(key.id)) return KeyPointer();
  return find(key_row(key));
}

Result<bool> KeyStore::was_deleted(const KeyName& key) const {
  COFFER_ASSIGN(const auto row, parts_.store.get(deleted_row(key)));
  return row.has_value();
}

void KeyStore::add_key(const KeyInfo& info, store::Transaction& transaction) const {
  const std::string row_key = key_row(info.name);
  const crypto::AeadKey key = crypto::AeadKey::generate(parts_.random);
  const StoredKey stored{info, parts_.region_key.wrap(key.material(), row_key, parts_.random)};
  transaction.preconditions.push_back({row_key, 0});
  transaction.puts.push_back({row_key, encode_key(stored)});
}

Result<KeyPointer> KeyStore::default_key(const AccountId& account) {
  // The second look finds the key of whoever was faster; a third is never needed, because this key is never deleted.
  for (int attempt = 0; attempt < 2; ++attempt) {
    COFFER_ASSIGN(const auto target, alias_target(account, kSecretsManagerAlias));
    if (target) {
      COFFER_ASSIGN(auto key, find(KeyName{account, *target}));
      if (!key || !key->info.is_default)
        return Error{ErrorCode::kCorrupt, "alias/aws/secretsmanager names a KMS key that does not exist"};
      return key;
    }
    Result<void> made = make_default_key(account);
    if (!made.ok() && made.error().code != ErrorCode::kConflict) return std::move(made).error();
  }
  return Error{ErrorCode::kCorrupt, "the account's default KMS key disappeared while it was made"};
}

Result<void> KeyStore::make_default_key(const AccountId& account) {
  KeyInfo info;
  info.name = {account, parts_.random.uuid()};
  info.is_default = true;
  info.created = parts_.clock.now();
  const std::string alias = alias_row(account, kSecretsManagerAlias);
  store::Transaction transaction;
  transaction.preconditions.push_back({alias, 0});
  transaction.puts.push_back({alias, info.name.id});
  add_key(info, transaction);
  return commit(std::move(transaction));
}

Result<KeyName> KeyStore::create(const AccountId& account, std::string_view description) {
  KeyInfo info;
  info.name = {account, parts_.random.uuid()};
  info.description = description;
  info.created = parts_.clock.now();
  store::Transaction transaction;
  add_key(info, transaction);
  COFFER_TRY(commit(std::move(transaction)));
  return info.name;
}

Result<KeyStore::Current> KeyStore::load_customer_key(const KeyName& key) const {
  const Error missing{ErrorCode::kNotFound, "Key '" + key_arn(parts_.region, key) + "' does not exist"};
  if (!is_key_id(key.id)) return missing;
  COFFER_ASSIGN(const auto row, parts_.store.get(key_row(key)));
  if (!row) return missing;
  COFFER_ASSIGN(StoredKey stored, decode_key(key, row->value));
  if (stored.info.is_default) return Error{ErrorCode::kAccessDenied, "An AWS managed key cannot be changed."};
  return Current{std::move(stored), row->revision};
}

Result<void> KeyStore::refuse_pending(const KeyInfo& info) const {
  if (info.state != KeyState::kPendingDeletion) return {};
  return Error{ErrorCode::kInvalidRequest, key_arn(parts_.region, info.name) + " is pending deletion."};
}

template <class Edit>
Result<void> KeyStore::change(const KeyName& key, const Edit& edit) {
  return until_undisturbed([&]() -> Result<void> {
    COFFER_ASSIGN(Current current, load_customer_key(key));
    const KeyInfo before = current.key.info;
    KeyInfo& after = current.key.info;
    COFFER_TRY(edit(after));
    if (after == before) return {};
    store::Transaction transaction;
    transaction.preconditions.push_back({key_row(key), current.revision});
    transaction.puts.push_back({key_row(key), encode_key(current.key)});
    if (before.deletion_date) transaction.deletes.push_back(deletion_row(*before.deletion_date, key));
    if (after.deletion_date) transaction.puts.push_back({deletion_row(*after.deletion_date, key), ""});
    return commit(std::move(transaction));
  });
}

Result<void> KeyStore::set_enabled(const KeyName& key, KeyState state) {
  return change(key, [&](KeyInfo& info) -> Result<void> {
    COFFER_TRY(refuse_pending(info));
    info.state = state;
    return {};
  });
}

Result<Time> KeyStore::schedule_deletion(const KeyName& key, int days) {
  if (days < kMinDeletionDays || days > kMaxDeletionDays) {
    return Error{ErrorCode::kInvalidParameter, "A KMS key is deleted after 7 to 30 days."};
  }
  const Time due = parts_.clock.now() + std::chrono::hours(24) * days;
  COFFER_TRY(change(key, [&](KeyInfo& info) -> Result<void> {
    COFFER_TRY(refuse_pending(info));
    info.state = KeyState::kPendingDeletion;
    info.deletion_date = due;
    return {};
  }));
  return due;
}

Result<void> KeyStore::cancel_deletion(const KeyName& key) {
  return change(key, [&](KeyInfo& info) -> Result<void> {
    if (info.state != KeyState::kPendingDeletion) {
      return Error{ErrorCode::kInvalidRequest, key_arn(parts_.region, key) + " is not pending deletion."};
    }
    info.state = KeyState::kDisabled;
    info.deletion_date.reset();
    return {};
  });
}

Result<size_t> KeyStore::erase_expired() {
  const Time now = parts_.clock.now();
  size_t erased = 0;
  std::optional<Error> first_error;
  store::ScanRange range{deletion_prefix(), deletion_bound(now), kScanBatch};
  for (;;) {
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      const auto key = parse_deletion_row(row.key);
      const Result<bool> done =
          key ? until_undisturbed([&] { return erase(*key, now); })
              : Result<bool>(Error{ErrorCode::kCorrupt, "a row of the index of KMS keys to delete is damaged"});
      if (done.ok()) {
        erased += *done ? 1 : 0;
      } else if (done.error().code != ErrorCode::kNotFound && !first_error) {
        first_error = done.error();
      }
    }
    if (rows.size() < kScanBatch) break;
    range.begin = rows.back().key + '\0';
  }
  if (first_error) return std::move(*first_error);
  return erased;
}

// False when its deletion was cancelled, or put off, since it was found in the index; kNotFound when it is gone.
Result<bool> KeyStore::erase(const KeyName& key, Time now) {
  COFFER_ASSIGN(const Current current, load_customer_key(key));
  const auto& due = current.key.info.deletion_date;
  if (!due || *due > now) return false;
  store::Transaction transaction;
  transaction.preconditions.push_back({key_row(key), current.revision});
  transaction.deletes.push_back(key_row(key));
  transaction.deletes.push_back(deletion_row(*due, key));
  transaction.puts.push_back({deleted_row(key), ""});
  // Nobody can give it another one meanwhile, because it is pending deletion.
  COFFER_ASSIGN(const auto aliases, aliases_of(key));
  for (const store::Row& alias : aliases) {
    transaction.preconditions.push_back({alias.key, alias.revision});
    transaction.deletes.push_back(alias.key);
  }
  COFFER_TRY(commit(std::move(transaction)));
  return true;
}

Result<std::vector<KeyInfo>> KeyStore::list_keys(const AccountId& account) const {
  COFFER_ASSIGN(const auto rows, scan_all(key_prefix(account)));
  std::vector<KeyInfo> all;
  for (const store::Row& row : rows) {
    const auto name = parse_key_row(row.key);
    if (!name) return Error{ErrorCode::kCorrupt, "the row of a KMS key has an impossible name"};
    COFFER_ASSIGN(StoredKey key, decode_key(*name, row.value));
    all.push_back(std::move(key.info));
  }
  return all;
}

Result<std::vector<store::Row>> KeyStore::scan_all(std::string_view prefix) const {
  std::vector<store::Row> all;
  store::ScanRange range = store::ScanRange::prefix(prefix, kScanBatch);
  for (;;) {
    COFFER_ASSIGN(auto rows, parts_.store.scan(range));
    const bool is_last = rows.size() < kScanBatch;
    if (!rows.empty()) range.begin = rows.back().key + '\0';
    std::ranges::move(rows, std::back_inserter(all));
    if (is_last) return all;
  }
}

Result<void> KeyStore::commit(store::Transaction transaction) {
  COFFER_TRY(parts_.store.commit(std::move(transaction)));
  return {};
}

}  // namespace coffer::kms
