// Where changes of identities are made. A change sees the account as one snapshot shows it and commits only if that is
// still the newest: so the changes of one account follow each other, whatever they read. Each raises the account's
// generation, and marks the other regions. The operations themselves are functions beside it: users.h, groups.h,
// roles.h, policies.h, attachments.h, access_keys.h, providers.h, account_alias.h; what only reads needs a snapshot.
// Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "home/home_region.h"
#include "iam/entities.h"
#include "iam/identity_cache.h"
#include "iam/identity_rows.h"
#include "policy/principal_binding.h"
#include "policy/principal_directory.h"
#include "seal/region_key.h"
#include "store/store.h"

namespace coffer::iam {

// A change of one account that is being made. Keys are written once: an entity is put or erased, not both.
class IdentityChange {
 public:
  const AccountId& account() const { return snapshot_.account(); }
  const IdentitySnapshot& snapshot() const { return snapshot_; }
  const AccountEntities& now() const { return snapshot_.entities(); }
  Time time() const { return time_; }

  // In place of the entity of the same kind and name, if there is one.
  template <class Entity>
  void put(const Entity& entity) {
    put_row(entity_key(account(), kind_of(entity), entity.name), encode(entity, snapshot_.generation() + 1));
  }
  template <class Entity>
  void erase(const Entity& entity) {
    erase_row(entity_key(account(), kind_of(entity), entity.name));
  }
  // The same entity with another name.
  template <class Entity>
  void rename(std::string_view old_name, const Entity& entity) {
    if (small(old_name) != small(entity.name)) erase_row(entity_key(account(), kind_of(entity), old_name));
    put(entity);
  }
  // "iu": users and roles are found by their unique ids from everywhere.
  void put_unique_id(std::string_view unique_id) { put_row(unique_id_key(unique_id), account().text()); }
  void erase_unique_id(std::string_view unique_id) { erase_row(unique_id_key(unique_id)); }
  void set_alias(std::string_view alias) { alias_ = alias; }

  // Rows of other families.
  void put_row(std::string key, std::string value) { rows_.puts.push_back({std::move(key), std::move(value)}); }
  void erase_row(std::string key) { rows_.deletes.push_back(std::move(key)); }
  void require(std::string key, store::Revision revision) { rows_.preconditions.push_back({std::move(key), revision}); }

 private:
  friend class IdentityStore;
  IdentityChange(const IdentitySnapshot& snapshot, Time time)
      : snapshot_(snapshot), time_(time), alias_(snapshot.entities().alias) {}

  const IdentitySnapshot& snapshot_;
  const Time time_;
  std::string alias_;
  store::Transaction rows_;
};

class IdentityStore {
 public:
  struct Parts {
    store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
    const Clock& clock;
    const IdentityCache& cache;
    const policy::IdentityDirectory& identities;
    const policy::PrincipalDirectory& principals;
    const home::HomeRegion& home;
  };
  explicit IdentityStore(const Parts& parts);
  ~IdentityStore();

  const Parts& parts() const;
  Result<SnapshotPointer> snapshot(const AccountId& account) const;

  // Runs `edit`, again if somebody else came first, and commits what it did; a change that does nothing is none.
  // Waits for the commit. Errors of `edit` as they are; kConcurrentModification (AWS's text) when others always come
  // first; kServiceUnavailable (naming the home) elsewhere than in the home region of identities; kIo.
  using Edit = std::function<Result<void>(IdentityChange&)>;
  Result<void> change(const AccountId& account, const Edit& edit);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::iam
