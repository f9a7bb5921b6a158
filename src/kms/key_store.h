// Inside of Keyring: the rows of keys and aliases, opened keys in a cache, and every change to them. The only writer of
// kms rows. Nobody else includes it. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/aead.h"
#include "kms/key.h"
#include "kms/key_rows.h"
#include "kms/keyring.h"
#include "store/row_cache.h"

namespace coffer::kms {

struct Key {
  KeyInfo info;
  std::string header;                       // of ciphertexts under it
  std::optional<crypto::AeadKey> material;  // if and only if the key is enabled
};
using KeyPointer = std::shared_ptr<const Key>;

class KeyStore {
 public:
  // Registers its caches with the store's commits.
  explicit KeyStore(const Keyring::Parts& parts);

  // A null pointer when there is no such key. `row_key` as key_row() makes it: decrypt() has none to spare.
  Result<KeyPointer> find(std::string_view row_key) const;
  Result<KeyPointer> find(const KeyName& key) const;
  // Whether there was such a key, and erase_expired() deleted it. Not cached.
  Result<bool> was_deleted(const KeyName& key) const;
  // The id behind an alias; a null pointer if there is none. REQUIRES: is_alias(alias).
  Result<std::shared_ptr<const std::string>> alias_target(const AccountId& account, std::string_view alias) const;
  Result<KeyPointer> default_key(const AccountId& account);

  // As Keyring has them.
  Result<KeyName> create(const AccountId& account, std::string_view description);
  Result<void> put_alias(const AccountId& account, std::string_view alias, const KeyName& key);
  Result<void> delete_alias(const AccountId& account, std::string_view alias);
  Result<void> set_enabled(const KeyName& key, KeyState state);  // enabled or disabled
  Result<Time> schedule_deletion(const KeyName& key, int days);
  Result<void> cancel_deletion(const KeyName& key);
  Result<size_t> erase_expired();
  Result<std::vector<KeyInfo>> list_keys(const AccountId& account) const;
  Result<std::vector<Alias>> list_aliases(const AccountId& account) const;

 private:
  // A customer's key from the store itself: what a change must start from.
  struct Current {
    StoredKey key;
    store::Revision revision;
  };
  Result<Current> load_customer_key(const KeyName& key) const;
  // Commits what `edit` makes of the key's state and date, on condition that nobody else changed the key.
  template <class Edit>
  Result<void> change(const KeyName& key, const Edit& edit);
  Result<bool> erase(const KeyName& key, Time now);
  void add_key(const KeyInfo& info, store::Transaction& transaction) const;
  Result<void> make_default_key(const AccountId& account);
  Result<std::vector<store::Row>> scan_all(std::string_view prefix) const;
  Result<std::vector<store::Row>> aliases_of(const KeyName& key) const;
  Result<void> commit(store::Transaction transaction);
  Result<void> refuse_pending(const KeyInfo& info) const;

  const Keyring::Parts parts_;
  mutable store::RowCache<Key> keys_;
  mutable store::RowCache<std::string> aliases_;
};

// `attempt` does something on condition that nobody else changes the same rows, and says kConflict when somebody did.
template <class Attempt>
auto until_undisturbed(const Attempt& attempt) -> decltype(attempt()) {
  constexpr int kAttempts = 50;
  for (int i = 0; i < kAttempts; ++i) {
    auto outcome = attempt();
    if (outcome.ok() || outcome.error().code != ErrorCode::kConflict) return outcome;
  }
  return Error{ErrorCode::kServiceUnavailable, "the KMS key is being changed by others all the time"};
}

}  // namespace coffer::kms
