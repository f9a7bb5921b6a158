// Aliases of keys: the part of KeyStore that finds, makes, moves and deletes them.

#include <algorithm>

#include "kms/key_store.h"

namespace coffer::kms {
namespace {

// KMS's quota. It also keeps the deletion of a key within the limits of one transaction; that two aliases made at once
// may pass it does no harm.
constexpr size_t kMaxAliasesOfKey = 50;

// What a customer may make and delete.
Result<void> check_customer_alias(std::string_view alias) {
  if (!is_alias(alias)) {
    return Error{ErrorCode::kInvalidParameter,
                 "An alias is 'alias/' and letters, digits, slashes, underscores or dashes, 256 characters at most."};
  }
  if (!alias.starts_with(kReservedAliasPrefix)) return {};
  return Error{ErrorCode::kAccessDenied, "Aliases that begin with alias/aws/ are reserved for AWS managed keys."};
}

}  // namespace

Result<std::shared_ptr<const std::string>> KeyStore::alias_target(const AccountId& account,
                                                                  std::string_view alias) const {
  const std::string row_key = alias_row(account, alias);
  return aliases_.get(row_key, [&]() -> Result<std::shared_ptr<const std::string>> {
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (!row) return std::shared_ptr<const std::string>();
    return std::make_shared<const std::string>(row->value);
  });
}

Result<void> KeyStore::put_alias(const AccountId& account, std::string_view alias, const KeyName& key) {
  COFFER_TRY(check_customer_alias(alias));
  if (key.account != account) {
    return Error{ErrorCode::kNotFound, "Key '" + key_arn(parts_.region, key) + "' is not one of the alias's account"};
  }
  const std::string row_key = alias_row(account, alias);
  return until_undisturbed([&]() -> Result<void> {
    COFFER_ASSIGN(const Current current, load_customer_key(key));
    COFFER_TRY(refuse_pending(current.key.info));
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (row && row->value == key.id) return {};
    COFFER_ASSIGN(const auto aliases, aliases_of(key));
    if (aliases.size() >= kMaxAliasesOfKey) {
      return Error{ErrorCode::kLimitExceeded, "A KMS key cannot have more than 50 aliases."};
    }
    store::Transaction transaction;
    // The key must not be on its way out when it gets a name: erase() counts on it. What the alias named is no matter.
    transaction.preconditions.push_back({key_row(key), current.revision});
    transaction.puts.push_back({row_key, key.id});
    return commit(std::move(transaction));
  });
}

Result<void> KeyStore::delete_alias(const AccountId& account, std::string_view alias) {
  COFFER_TRY(check_customer_alias(alias));
  const std::string row_key = alias_row(account, alias);
  return until_undisturbed([&]() -> Result<void> {
    COFFER_ASSIGN(const auto row, parts_.store.get(row_key));
    if (!row) return Error{ErrorCode::kNotFound, "Alias " + std::string(alias) + " is not found."};
    store::Transaction transaction;
    transaction.preconditions.push_back({row_key, row->revision});
    transaction.deletes.push_back(row_key);
    return commit(std::move(transaction));
  });
}

Result<std::vector<store::Row>> KeyStore::aliases_of(const KeyName& key) const {
  COFFER_ASSIGN(auto rows, scan_all(alias_prefix(key.account)));
  std::erase_if(rows, [&](const store::Row& row) { return row.value != key.id; });
  return rows;
}

Result<std::vector<Alias>> KeyStore::list_aliases(const AccountId& account) const {
  COFFER_ASSIGN(auto rows, scan_all(alias_prefix(account)));
  std::vector<Alias> all;
  for (store::Row& row : rows)
    all.push_back({std::string(alias_of_row(row.key)), std::move(row.value)});
  return all;
}

}  // namespace coffer::kms
