// The snapshots of all accounts that are in use. Thread-safe.
// Promises: once a commit that changed an account has returned, no snapshot() that begins later answers from before it.
// A snapshot that is made anew shares with its predecessor whatever did not change, and costs what did: the request
// that finds the old one outdated makes the new one.
#pragma once

#include <memory>

#include "base/ids.h"
#include "base/result.h"
#include "iam/identity_snapshot.h"
#include "store/store.h"

namespace coffer::iam {

using SnapshotPointer = std::shared_ptr<const IdentitySnapshot>;

class IdentityCache {
 public:
  // Listens to the store from now on, for the life of the store: the store must not commit once the cache is gone.
  explicit IdentityCache(store::Store& store);
  ~IdentityCache();

  // Never null: an account without identities, or one that does not exist, has an empty snapshot. kIo, kCorrupt: of the
  // store. Called for every request; reads the store only after a change.
  Result<SnapshotPointer> snapshot(const AccountId& account) const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::iam
