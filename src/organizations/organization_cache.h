// The snapshots of all organizations that are in use, and the place of every account. Thread-safe.
// Promises: once a commit that changed an organization has returned, nothing that begins later answers from before it.
#pragma once

#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "organizations/organization_place.h"
#include "organizations/organization_snapshot.h"
#include "store/store.h"

namespace coffer::organizations {

class OrganizationCache {
 public:
  // Listens to the store from now on, for the life of the store: the store must not commit once the cache is gone.
  explicit OrganizationCache(store::Store& store);
  ~OrganizationCache();

  // Never null: an account that is in no organization has a place without one. kIo, kCorrupt: of the store. Called for
  // every request; reads the store only after a change.
  Result<PlacePointer> place_of(const AccountId& account) const;

  // A null pointer when there is no such organization; kIo, kCorrupt.
  Result<SnapshotPointer> snapshot(const OrganizationId& organization) const;
  // Of the organization that an account is in; a null pointer when it is in none.
  Result<SnapshotPointer> snapshot_of(const AccountId& account) const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::organizations
