// Inside of Keyring: the rows of keys and aliases, opened keys in a cache, and every change to them. The only writer of
// their rows. No other room includes it. Thread-safe.
#pragma once

#include <functional>
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

struct OpenMaterial {
  std::string id;  // kMaterialIdSize bytes
  crypto::AeadKey key;
};

struct OpenKey {
  KeyView view;
  std::string header;                   // of ciphertexts under it
  std::vector<OpenMaterial> materials;  // in the order of their creation; empty unless the key is enabled
  size_t unused_materials = 0;          // so many of the last decrypt only

  bool is_usable() const { return !materials.empty(); }
  const OpenMaterial& current() const { return materials[materials.size() - 1 - unused_materials]; }
  // As a ciphertext names it; null when the key has none of that name.
  const OpenMaterial* material(std::string_view name) const;
};
using OpenKeyPointer = std::shared_ptr<const OpenKey>;

class KeyStore {
 public:
  // Registers its caches with the store's commits.
  explicit KeyStore(const Keyring::Parts& parts);

  const Keyring::Parts& parts() const { return parts_; }

  // A null pointer when there is no such key. `row_key` as key_row() makes it: decrypt() has none to spare.
  Result<OpenKeyPointer> find(std::string_view row_key) const;
  Result<OpenKeyPointer> find(const KeyName& key) const;
  // Whether there was such a key, and erase_expired() deleted it. Not cached.
  Result<bool> was_deleted(const KeyName& key) const;
  // A null pointer if there is none. REQUIRES: is_alias(alias).
  Result<std::shared_ptr<const StoredAlias>> find_alias(const AccountId& account, std::string_view alias) const;
  // The account's alias/aws/secretsmanager; it is made if it does not exist yet.
  Result<OpenKeyPointer> default_key(const AccountId& account);
  // A null pointer if it does not.
  Result<OpenKeyPointer> find_default_key(const AccountId& account) const;
  // As it will be made.
  Result<KeyPointer> future_default_key(const AccountId& account) const;

  // As Keyring has them.
  KeyName draw_name(const AccountId& account, MultiRegion multi_region) const;
  Result<void> create(const NewKey& key);
  Result<void> put_alias(const AccountId& account, std::string_view alias, const KeyName& key, AliasChange change);
  Result<bool> move_alias(const AccountId& account, std::string_view alias, const AliasMove& move);
  Result<bool> delete_alias(const AccountId& account, std::string_view alias, const std::optional<KeyName>& from);
  Result<std::vector<KeyInfo>> list_keys(const AccountId& account, const Page& page) const;
  Result<std::vector<Alias>> list_aliases(const AccountId& account, const Page& page) const;

  // A customer's key from the store itself: what a change must start from. kNotFoundOnWire when there is none,
  // kAccessDenied when it is an AWS managed one.
  struct Current {
    StoredKey key;
    store::Revision revision;
  };
  Result<Current> load_customer_key(const KeyName& key) const;
  Result<Current> load(const KeyName& key) const;  // any key

  // Commits what `edit` makes of a customer's key, on condition that nobody else changed it; does nothing if the edit
  // changes nothing. The indexes follow; of a multi-region key the generation, and the marks for whoever is to hear of
  // it (lineage_changes.h). Errors of the edit as they are.
  using Edit = std::function<Result<void>(StoredKey&)>;
  Result<void> change(const KeyName& key, const Edit& edit);
  // One attempt at that, of any key: kConflict when somebody else changed it since it was loaded.
  Result<void> replace(const Current& before, StoredKey after);
  // Of a replica that is to be: on condition that there is no such key. kConflict when there is.
  Result<void> add_replica(const StoredKey& key);

  // kKmsInvalidState (AWS's text) for a key pending deletion, or waiting for its replicas' deletion.
  Result<void> refuse_pending(const KeyInfo& info) const;
  // The same for one whose primary region is being changed.
  Result<void> refuse_updating(const KeyInfo& info) const;
  // A fresh material of the key, wrapped.
  StoredMaterial make_material(const StoredKey& key, MaterialCause cause) const;

  // Calls `act` for each key of an index whose time has come, and returns for how many it said that it did something.
  // One that fails does not keep the others: the first error is returned at the end. kNotFoundOnWire of `act` is none.
  Result<size_t> for_each_due(DueFor what, const std::function<Result<bool>(const KeyName&, Time now)>& act);
  // Deletes the key and what belongs to it; false when its deletion was cancelled, or put off. Before that it becomes
  // one that is ending; a replica no more than that: its primary must agree.
  Result<bool> erase(const KeyName& key, Time now);
  // Deletes a replica that is ending, in the generation in which its primary agreed. `since`: which one is meant; any
  // other stays.
  Result<void> erase_replica(const KeyName& key, uint64_t since, uint64_t generation);
  // Of a multi-region key; nullopt when none was deleted here, for all that is known.
  Result<std::optional<Deletion>> deletion_of(const KeyName& key) const;

  Result<void> commit(store::Transaction transaction);

 private:
  void add_key(StoredKey key, store::Transaction& transaction) const;
  // REQUIRES: it is ending.
  Result<void> remove(const Current& current);
  Result<void> make_default_key(const AccountId& account);
  KeyInfo new_default_key(const AccountId& account) const;
  // The names of the key, in order. Out of its row, unless that is older than the aliases in it: then out of all rows
  // of the account's aliases.
  Result<std::vector<std::string>> aliases_of(const StoredKey& key) const;
  // Takes an alias from the key that it names, which is kept in memory with its aliases and is looked at again because
  // its row is written. Nothing if the key has gone.
  Result<void> take_alias(const KeyName& key, std::string_view alias, store::Transaction& transaction) const;
  // Makes an alias name a key, if `accept` says so to the row that there is: false when it did not.
  struct AliasTarget {
    const AccountId& account;
    std::string_view alias;
    const KeyName& key;
  };
  using AcceptRow = std::function<Result<bool>(const std::optional<store::Row>&)>;
  Result<bool> write_alias(const AliasTarget& target, const AcceptRow& accept);

  const Keyring::Parts parts_;
  mutable store::RowCache<OpenKey> keys_;
  mutable store::RowCache<StoredAlias> aliases_;
};

// Whether the row of an alias of the key's account is the key's.
bool names(const store::Row& row, const KeyName& key);

// All rows below a prefix, however many.
Result<std::vector<store::Row>> scan_all(const store::Store& store, std::string_view prefix);

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
