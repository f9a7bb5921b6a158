// Parsed rows in memory, so that a read neither parses nor touches the disk. Bounded in entries, least recently used
// out first (approximately), and invalidated by the store's commits: after commit() has returned, no get() answers from
// before it. An entry loaded from before a concurrent invalidation is handed to its caller but not kept.
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace coffer::store {

template <class T>
class RowCache {
 public:
  using Pointer = std::shared_ptr<const T>;

  explicit RowCache(size_t capacity) : shard_capacity_(capacity / kShards + 1) {}

  // The cached entry, or what `load()` returns: a Result<Pointer>. A null pointer means "no such thing" and is not
  // kept.
  template <class LoadFunction>
  Result<Pointer> get(std::string_view key, LoadFunction&& load) {
    Shard& shard = shard_of(key);
    uint64_t epoch;
    {
      std::shared_lock lock(shard.mutex);
      auto found = shard.entries.find(key);
      if (found != shard.entries.end()) {
        found->second.used.store(true, std::memory_order_relaxed);
        return found->second.value;
      }
      epoch = shard.epoch;
    }
    Result<Pointer> loaded = load();
    if (!loaded.ok() || *loaded == nullptr) return loaded;
    std::unique_lock lock(shard.mutex);
    if (shard.epoch == epoch) {
      if (shard.entries.size() >= shard_capacity_) evict(shard);
      shard.entries.try_emplace(std::string(key), *loaded);
    }
    return loaded;
  }

  void invalidate(std::string_view key) {
    Shard& shard = shard_of(key);
    std::unique_lock lock(shard.mutex);
    ++shard.epoch;
    auto found = shard.entries.find(key);
    if (found != shard.entries.end()) shard.entries.erase(found);
  }

  void clear() {
    for (Shard& shard : shards_) {
      std::unique_lock lock(shard.mutex);
      ++shard.epoch;
      shard.entries.clear();
    }
  }

  size_t size() const {
    size_t total = 0;
    for (const Shard& shard : shards_) {
      std::shared_lock lock(shard.mutex);
      total += shard.entries.size();
    }
    return total;
  }

 private:
  static constexpr size_t kShards = 16;

  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  struct Entry {
    explicit Entry(Pointer pointer) : value(std::move(pointer)) {}
    Pointer value;
    mutable std::atomic<bool> used{true};
  };
  struct Shard {
    mutable std::shared_mutex mutex;
    std::unordered_map<std::string, Entry, Hash, std::equal_to<>> entries;
    uint64_t epoch = 0;
  };

  Shard& shard_of(std::string_view key) { return shards_[Hash()(key) >> 7 & (kShards - 1)]; }

  // Second chance: entries used since the last sweep survive it once. A sweep looks at a bounded number of entries.
  static void evict(Shard& shard) {
    auto it = shard.entries.begin();
    for (int looked = 0; looked < 64 && it != shard.entries.end(); ++looked) {
      if (it->second.used.exchange(false, std::memory_order_relaxed)) {
        ++it;
      } else {
        it = shard.entries.erase(it);
        return;
      }
    }
    if (!shard.entries.empty()) shard.entries.erase(shard.entries.begin());
  }

  const size_t shard_capacity_;
  std::array<Shard, kShards> shards_;
};

}  // namespace coffer::store
