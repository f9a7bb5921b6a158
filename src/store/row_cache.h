// Parsed rows in memory, so that a read neither parses nor touches the disk. Bounded in entries, or in what they weigh;
// what was not used since the last sweep goes first. invalidate() belongs into a store's commit listener: then, once
// commit() has returned, no get() that begins later answers from before it. An entry whose load overlaps an
// invalidation is handed to its caller but not kept. Look-ups do not allocate. Thread-safe.
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
#include <vector>

#include "base/result.h"

namespace coffer::store {

template <class T>
class RowCache {
 public:
  using Pointer = std::shared_ptr<const T>;
  // What an entry counts; always the same for one entry.
  using Weigh = size_t (*)(std::string_view key, const T& value);

  struct Options {
    size_t capacity;  // of all entries' weights; rounded up to a multiple of 16
    Weigh weigh = [](std::string_view, const T&) { return size_t{1}; };
    // Once the cache is full, one of so many misses puts its entry into the place of others: what is used often comes
    // in soon, and what is used once seldom costs the work of a replacement.
    uint32_t misses_per_replacement = 1;
  };
  explicit RowCache(const Options& options)
      : shard_capacity_(options.capacity < kShards ? 1 : (options.capacity + kShards - 1) / kShards),
        weigh_(options.weigh),
        misses_per_replacement_(options.misses_per_replacement) {}
  explicit RowCache(size_t capacity) : RowCache(Options{.capacity = capacity}) {}

  // The cached entry, or what `load()` returns: a Result<Pointer>. Errors are not kept, nor a null pointer, which means
  // "no such thing". `load` runs without a lock, in several threads at once if several miss.
  template <class LoadFunction>
  Result<Pointer> get(std::string_view key, LoadFunction&& load) {
    const HashedKey hashed(key);
    Shard& shard = shard_of(hashed);
    uint64_t epoch;
    bool full;
    {
      std::shared_lock lock(shard.mutex);
      if (const Entry* const entry = use(shard, hashed)) return entry->value;
      epoch = shard.epoch;
      full = shard.weight >= shard_capacity_ - shard_capacity_ / 8;
    }
    Result<Pointer> loaded = load();
    if (!loaded.ok() || *loaded == nullptr) return loaded;
    if (full && shard.misses.fetch_add(1, std::memory_order_relaxed) % misses_per_replacement_ != 0) return loaded;
    const size_t weight = weigh_(key, **loaded);
    if (weight > shard_capacity_) return loaded;
    std::vector<Pointer> evicted;  // destroyed after the lock is released
    std::unique_lock lock(shard.mutex);
    // Any invalidation of the shard since the look-up may have been of this key, and `loaded` from before it.
    if (shard.epoch != epoch || shard.entries.contains(hashed)) return loaded;
    make_room(shard, weight, evicted);
    shard.entries.try_emplace(std::string(key), *loaded, weight);
    shard.weight += weight;
    return loaded;
  }

  // The cached entry, or a null pointer.
  Pointer find(std::string_view key) {
    const HashedKey hashed(key);
    Shard& shard = shard_of(hashed);
    std::shared_lock lock(shard.mutex);
    const Entry* const entry = use(shard, hashed);
    return entry != nullptr ? entry->value : Pointer();
  }

  // Puts another view of the same rows into the place of `expected`, if that is still what the cache holds for the key;
  // a null pointer removes it. For what is added to an entry later. False if it was not, or is too large to be kept.
  bool replace(std::string_view key, const T* expected, Pointer replacement) {
    const HashedKey hashed(key);
    Shard& shard = shard_of(hashed);
    const size_t weight = replacement ? weigh_(key, *replacement) : 0;
    std::vector<Pointer> evicted;
    std::unique_lock lock(shard.mutex);
    const auto found = shard.entries.find(hashed);
    if (found == shard.entries.end() || found->second.value.get() != expected) return false;
    evicted.push_back(take(shard, found));
    if (weight > shard_capacity_) return false;
    if (replacement == nullptr) return true;
    make_room(shard, weight, evicted);
    shard.entries.try_emplace(std::string(key), std::move(replacement), weight);
    shard.weight += weight;
    return true;
  }

  void invalidate(std::string_view key) {
    const HashedKey hashed(key);
    Shard& shard = shard_of(hashed);
    Pointer dropped;
    std::unique_lock lock(shard.mutex);
    ++shard.epoch;
    const auto found = shard.entries.find(hashed);
    if (found != shard.entries.end()) dropped = take(shard, found);
  }

  void clear() {
    for (Shard& shard : shards_) {
      Entries dropped;
      std::unique_lock lock(shard.mutex);
      ++shard.epoch;
      shard.weight = 0;
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
    Entry(Pointer pointer, size_t counts) : value(std::move(pointer)), weight(counts) {}
    Pointer value;
    const size_t weight;
    mutable std::atomic<bool> used{true};
  };
  using Entries = std::unordered_map<std::string, Entry, Hash, Equal>;
  struct Shard {
    mutable std::shared_mutex mutex;
    Entries entries;
    size_t weight = 0;
    uint64_t epoch = 0;
    size_t hand = 0;                  // bucket where the next sweep begins
    std::atomic<uint32_t> misses{0};  // while it was full
  };

  Shard& shard_of(const HashedKey& hashed) { return shards_[hashed.hash >> 7 & (kShards - 1)]; }

  // REQUIRES: the shard's lock is held, shared at least.
  static const Entry* use(const Shard& shard, const HashedKey& hashed) {
    const auto found = shard.entries.find(hashed);
    if (found == shard.entries.end()) return nullptr;
    // Looking first keeps the cache line shared between the cores that read the same entry.
    if (!found->second.used.load(std::memory_order_relaxed)) found->second.used.store(true, std::memory_order_relaxed);
    return &found->second;
  }

  // REQUIRES of these three: the shard's lock is held alone.
  static Pointer take(Shard& shard, typename Entries::iterator entry) {
    Pointer taken = std::move(entry->second.value);
    shard.weight -= entry->second.weight;
    shard.entries.erase(entry);
    return taken;
  }
  void make_room(Shard& shard, size_t weight, std::vector<Pointer>& evicted) const {
    while (shard.weight + weight > shard_capacity_)
      evicted.push_back(evict(shard));
  }
  // Second chance: a sweep goes on where the last one stopped and takes the first entry that was not used since the
  // hand passed it. It passes a bounded number of entries; if all of them were used, the one it stands at goes.
  // REQUIRES: the shard has entries.
  static Pointer evict(Shard& shard) {
    size_t passed = 0;
    for (;; ++shard.hand) {
      if (shard.hand >= shard.entries.bucket_count()) shard.hand = 0;
      for (auto it = shard.entries.begin(shard.hand); it != shard.entries.end(shard.hand); ++it) {
        if (it->second.used.exchange(false, std::memory_order_relaxed) && ++passed <= kSweep) continue;
        return take(shard, shard.entries.find(it->first));
      }
    }
  }

  const size_t shard_capacity_;
  const Weigh weigh_;
  const uint32_t misses_per_replacement_;
  std::array<Shard, kShards> shards_;
};

}  // namespace coffer::store
