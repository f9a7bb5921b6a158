// What every store does after a commit: remember its changes for changes(), advance the revision, tell the listeners.
// Bounded in changes and in bytes of their keys: the oldest commits are forgotten first, whole.
// Thread-safe, except that publish() is called by one thread at a time, in revision order.
#pragma once

#include <atomic>
#include <deque>
#include <shared_mutex>
#include <vector>

#include "store/store.h"

namespace coffer::store {

class ChangeFeed {
 public:
  static constexpr size_t kMaxChanges = 100'000;
  static constexpr size_t kMaxKeyBytes = 16 << 20;

  // `start`: the revision of a store that was just opened; the feed knows nothing of what came before.
  explicit ChangeFeed(Revision start) : forgotten_(start), revision_(start) {}

  // REQUIRES: the commit's rows are visible to readers, and `revision` is one more than the last.
  void publish(Revision revision, std::vector<Change> changes);
  // As Store::changes.
  Result<std::vector<Change>> changes(Revision after, size_t limit) const;
  Revision revision() const { return revision_.load(std::memory_order_acquire); }
  void listen(CommitListener listener);

 private:
  mutable std::shared_mutex mutex_;
  std::deque<Change> changes_;
  size_t key_bytes_ = 0;
  Revision forgotten_;  // newest revision that changes_ does not cover
  std::atomic<Revision> revision_;
  std::vector<CommitListener> listeners_;
};

// The changes of a transaction as the feed tells them: puts, then deletes.
std::vector<Change> changes_of(const Transaction& transaction, Revision revision);

}  // namespace coffer::store
