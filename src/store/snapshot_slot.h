// Where the newest snapshot of something stands, made from rows that change. The outdated one stays until there is a
// new one, which may take over what did not change. changed() belongs into a store's commit listener: then, once
// commit() has returned, no get() that begins later answers from before it. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "base/result.h"

namespace coffer::store {

template <class Snapshot>
class SnapshotSlot {
 public:
  using Pointer = std::shared_ptr<const Snapshot>;

  void changed() const {
    std::unique_lock lock(mutex_);
    ++changes_;
  }

  // The newest snapshot, or what `build(previous)` returns: a Result<Pointer>, which may be a null pointer; `previous`
  // is the outdated snapshot, null when there is none. One thread builds, others wait for it: building is dear, and a
  // second would do the same. Errors are not kept.
  template <class Build>
  Result<Pointer> get(const Build& build) const {
    Pointer snapshot;
    if (is_current(snapshot)) return snapshot;
    std::lock_guard build_lock(build_mutex_);
    uint64_t changes;
    if (is_current(snapshot, &changes)) return snapshot;
    COFFER_ASSIGN(Pointer built, build(snapshot.get()));
    std::unique_lock lock(mutex_);
    snapshot_ = built;
    built_at_ = changes;  // a change that came meanwhile may or may not be in it
    return built;
  }

 private:
  bool is_current(Pointer& snapshot, uint64_t* changes = nullptr) const {
    std::shared_lock lock(mutex_);
    snapshot = snapshot_;
    if (changes != nullptr) *changes = changes_;
    return built_at_ == changes_;
  }

  mutable std::mutex build_mutex_;
  mutable std::shared_mutex mutex_;
  mutable uint64_t changes_ = 1;
  mutable uint64_t built_at_ = 0;  // the number of changes that the snapshot has seen
  mutable Pointer snapshot_;
};

}  // namespace coffer::store
