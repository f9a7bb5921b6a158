// Parsed rows in memory, so that a read neither parses nor touches the disk. Bounded in entries; what was not used
// since the last sweep goes first. invalidate() belongs into a store's commit listener: then, once commit() has
// returned, no get() that begins later answers from before it. An entry whose load overlaps an invalidation is handed
// to its caller but not kept. Look-ups do not allocate. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/result.h"

namespace coffer::store {

template <class T>
class RowCache {
 public:
  using Pointer = std::shared_ptr<const T>;

  // Holds at most `capacity` entries, rounded up to a multiple of 16.
  explicit RowCache(size_t capacity) : shard_capacity_(capacity < kShards ? 1 : (capacity + kShards - 1) / kShards) {}

  // The cached entry, or what `load()` returns: a Result<Pointer>. Errors are not kept, nor a null pointer, which means
  // "no such thing". `load` runs without a lock, in several threads at once if several miss.
  template <class LoadFunction>
  Result<Pointer> get(std::string_view key, LoadFunction&& load) {
    const HashedKey hashed(key);
    Shard& shard = shard_of(hashed);
    uint64_t epoch;
    {
      std::shared_lock lock(shard.mutex);
      const auto found = shard.entries.find(hashed);
      if (found != shard.entries.end()) {
        // Looking first keeps the cache line shared between the cores that read the same entry.
        if (!found->second.used.load(std::memory_order_relaxed))
          found->second.used.store(true, std::memory_order_relaxed);
        return found->second.value;
      }
      epoch = shard.epoch;
    }
    Result<Pointer> loaded = load();
    if (!loaded.ok() || *loaded == nullptr) return loaded;
    Pointer evicted;  // destroyed after the lock is released
    std::unique_lock lock(shard.mutex);
    // Any invalidation of the shard since the look-up may have been of this key, and `loaded` from before it.
    if (shard.epoch != epoch || shard.entries.contains(hashed)) return loaded;
    if (shard.entries.size() >= shard_capacity_) evicted = evict(shard);
    shard.entries.try_emplace(std::string(key), *loaded);
    return loaded;
  }

  void invalidate(std::string_view key) {
    const HashedKey hashed(key);
    Shard& shard = shard_of(hashed);
    Pointer dropped;
    std::unique_lock lock(shard.mutex);
    ++shard.epoch;
    const auto found = shard.entries.find(hashed);
    if (found == shard.entries.end()) return;
    dropped = std::move(found->second.value);
    shard.entries.erase(found);
  }

  void clear() {
    for (Shard& shard : shards_) {
      Entries dropped;
      std::unique_lock lock(shard.mutex);
      ++shard.epoch;
      dropped.swap(shard.entries);
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
  static constexpr size_t kSweep = 64;

  // A look-up needs the hash twice, to find the shard and the entry; it is computed once.
  struct HashedKey {
    explicit HashedKey(std::string_view text) : key(text), hash(std::hash<std::string_view>()(text)) {}
    std::string_view key;
    size_t hash;
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
    size_t operator()(const HashedKey& hashed) const { return hashed.hash; }
  };
  struct Equal {
    using is_transparent = void;
    bool operator()(std::string_view left, std::string_view right) const { return left == right; }
    bool operator()(const HashedKey& left, std::string_view right) const { return left.key == right; }
    bool operator()(std::string_view left, const HashedKey& right) const { return left == right.key; }
  };
  struct Entry {
    explicit Entry(Pointer pointer) : value(std::move(pointer)) {}
    Pointer value;
    mutable std::atomic<bool> used{true};
  };
  using Entries = std::unordered_map<std::string, Entry, Hash, Equal>;
  struct Shard {
    mutable std::shared_mutex mutex;
    Entries entries;
    uint64_t epoch = 0;
    size_t hand = 0;  // bucket where the next sweep begins
  };

  Shard& shard_of(const HashedKey& hashed) { return shards_[hashed.hash >> 7 & (kShards - 1)]; }

  // Second chance: a sweep goes on where the last one stopped and takes the first entry that was not used since the
  // hand passed it. It passes a bounded number of entries; if all of them were used, the one it stands at goes.
  // REQUIRES: the shard has entries and its lock is held.
  static Pointer evict(Shard& shard) {
    size_t passed = 0;
    for (;; ++shard.hand) {
      if (shard.hand >= shard.entries.bucket_count()) shard.hand = 0;
      for (auto it = shard.entries.begin(shard.hand); it != shard.entries.end(shard.hand); ++it) {
        if (it->second.used.exchange(false, std::memory_order_relaxed) && ++passed <= kSweep) continue;
        Pointer evicted = std::move(it->second.value);
        shard.entries.erase(shard.entries.find(it->first));
        return evicted;
      }
    }
  }

  const size_t shard_capacity_;
  std::array<Shard, kShards> shards_;
};

}  // namespace coffer::store
