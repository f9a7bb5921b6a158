// Aliases of keys: the part of KeyStore that finds, makes, moves and deletes them.

#include <algorithm>

#include "kms/key_store.h"

namespace coffer::kms {
namespace {

constexpr size_t kScanBatch = 1000;
// KMS's quota. It also keeps the row of a key small, and its deletion within the limits of one transaction.
constexpr size_t kMaxAliasesOfKey = 50;

bool is_named(const KeyName& key, const std::optional<store::Row>& row) {
  return row && names(*row, key);
}

Error no_alias(const std::string& arn) {
  return Error{ErrorCode::kNotFoundOnWire, "Alias " + arn + " is not found."};
}

}  // namespace

bool names(const store::Row& row, const KeyName& key) {
  const auto alias = decode_alias(row.value);
  return alias.ok() && alias->key_id == key.id;
}

Result<void> check_customer_alias(std::string_view alias) {
  if (!alias.starts_with("alias/")) {
    return Error{ErrorCode::kValidation,
                 "Alias must start with the prefix \"alias/\". Please see "
                 "https://docs.aws.amazon.com/kms/latest/developerguide/kms-alias.html"};
  }
  if (!is_alias(alias)) return Error{ErrorCode::kValidation, "The alias contains invalid characters for an alias"};
  if (!alias.starts_with(kReservedAliasPrefix)) return {};
  return Error{ErrorCode::kInvalidAliasName, "Aliases that begin with alias/aws/ are reserved for AWS managed keys."};
}

Result<std::shared_ptr<const StoredAlias>> KeyStore::find_alias(const AccountId& account,
                                                                std::string_view alias) const {
  const std::string row_key = alias_row(account, alias);
  return aliases_.get(row_key, [&]() -> Result<std::shared_ptr<const StoredAlias>> {
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (!row) return std::shared_ptr<const StoredAlias>();
    COFFER_ASSIGN(StoredAlias stored, decode_alias(row->value));
    return std::make_shared<const StoredAlias>(std::move(stored));
  });
}

Result<bool> KeyStore::write_alias(const AliasTarget& target, const AcceptRow& accept) {
  const AccountId& account = target.account;
  const std::string_view alias = target.alias;
  const KeyName& key = target.key;
  COFFER_TRY(check_customer_alias(alias));
  if (key.account != account) {
    return Error{ErrorCode::kNotFoundOnWire, "Key '" + key_arn(parts_.regions.self(), key) + "' does not exist"};
  }
  const std::string row_key = alias_row(account, alias);
  return until_undisturbed([&]() -> Result<bool> {
    COFFER_ASSIGN(Current current, load_customer_key(key));
    COFFER_TRY(refuse_pending(current.key.info));
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    COFFER_ASSIGN(const bool is_accepted, accept(row));
    if (!is_accepted) return false;
    if (is_named(key, row)) return true;
    COFFER_ASSIGN(auto aliases, aliases_of(current.key));
    if (aliases.size() >= kMaxAliasesOfKey) {
      return Error{ErrorCode::kLimitExceeded, "A KMS key cannot have more than 50 aliases."};
    }
    StoredAlias stored{key.id, parts_.clock.now(), parts_.clock.now()};
    store::Transaction transaction;
    if (row) {
      COFFER_ASSIGN(const StoredAlias before, decode_alias(row->value));
      stored.created = before.created;
      COFFER_TRY(take_alias({account, before.key_id}, alias, transaction));
    }
    aliases.insert(std::ranges::upper_bound(aliases, alias), std::string(alias));
    current.key.aliases = std::move(aliases);
    // The key must not be on its way out when it gets a name: erase() counts on it. Whether there was such an alias
    // decides between two errors.
    transaction.preconditions.push_back({key_row(key), current.revision});
    transaction.puts.push_back({key_row(key), encode_key(current.key)});
    transaction.preconditions.push_back({row_key, row ? row->revision : 0});
    transaction.puts.push_back({row_key, encode_alias(stored)});
    COFFER_TRY(commit(std::move(transaction)));
    return true;
  });
}

Result<bool> KeyStore::delete_alias(const AccountId& account, std::string_view alias,
                                    const std::optional<KeyName>& from) {
  COFFER_TRY(check_customer_alias(alias));
  const std::string row_key = alias_row(account, alias);
  return until_undisturbed([&]() -> Result<bool> {
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (!row && !from) return no_alias(alias_arn(parts_.regions.self(), account, alias));
    if (!row || !from || !names(*row, *from)) return false;
    store::Transaction transaction;
    transaction.preconditions.push_back({row_key, row->revision});
    transaction.deletes.push_back(row_key);
    COFFER_TRY(take_alias(*from, alias, transaction));
    COFFER_TRY(commit(std::move(transaction)));
    return true;
  });
}

Result<void> KeyStore::put_alias(const AccountId& account, std::string_view alias, const KeyName& key,
                                 AliasChange change) {
  const std::string arn = alias_arn(parts_.regions.self(), account, alias);
  COFFER_TRY(write_alias({account, alias, key}, [&](const std::optional<store::Row>& row) -> Result<bool> {
    if (row && change == AliasChange::kCreate) {
      return Error{ErrorCode::kAlreadyExists, "An alias with the name " + arn + " already exists"};
    }
    return true;
  }));
  return {};
}

Result<bool> KeyStore::move_alias(const AccountId& account, std::string_view alias, const AliasMove& move) {
  return write_alias({account, alias, move.to}, [&](const std::optional<store::Row>& row) -> Result<bool> {
    if (!row && !move.from) return no_alias(alias_arn(parts_.regions.self(), account, alias));
    return move.from && is_named(*move.from, row);
  });
}

Result<void> KeyStore::take_alias(const KeyName& key, std::string_view alias, store::Transaction& transaction) const {
  const std::string row_key = key_row(key);
  COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
  if (!row) return {};
  // One that is damaged is of no use under any name, and keeps none from another key.
  auto stored = decode_key(key, row->value, parts_.regions.self());
  if (!stored.ok()) return {};
  COFFER_ASSIGN(auto aliases, aliases_of(*stored));
  std::erase(aliases, alias);
  stored->aliases = std::move(aliases);
  transaction.preconditions.push_back({row_key, row->revision});
  transaction.puts.push_back({row_key, encode_key(*stored)});
  return {};
}

Result<std::vector<std::string>> KeyStore::aliases_of(const StoredKey& key) const {
  if (key.aliases) return *key.aliases;
  const KeyName& name = key.info.name;
  COFFER_ASSIGN(const auto rows, scan_all(parts_.store, alias_prefix(name.account)));
  std::vector<std::string> aliases;
  for (const store::Row& row : rows) {
    // Nobody can tell whose a damaged one is; the account's keys go on without it.
    if (names(row, name)) aliases.emplace_back(alias_of_row(row.key));
  }
  return aliases;
}

Result<std::vector<Alias>> KeyStore::list_aliases(const AccountId& account, const Page& page) const {
  std::vector<Alias> listed;
  store::ScanRange range = store::ScanRange::prefix(alias_prefix(account), kScanBatch);
  if (!page.after.empty()) range.begin += page.after + '\0';
  while (listed.size() < page.limit) {
    range.limit = std::min(kScanBatch, page.limit - listed.size());
    COFFER_ASSIGN(const auto rows, parts_.store.scan(range));
    for (const store::Row& row : rows) {
      COFFER_ASSIGN(StoredAlias alias, decode_alias(row.value));
      listed.push_back({std::string(alias_of_row(row.key)), std::move(alias.key_id), alias.created, alias.updated});
    }
    if (rows.size() < range.limit) break;
    range.begin = rows.back().key + '\0';
  }
  return listed;
}

}  // namespace coffer::kms
