// When access keys were last used, without a write per request: uses are noted in memory, shown from there, and written
// by flush(). What was noted since the last flush before a crash is lost. Bounded: beyond kMaxPending keys a use is not
// noted. Every request notes its key: one that says nothing new costs an atomic read and takes no lock. Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "store/store.h"

namespace coffer::iam {

struct AccessKeyUse {
  Time used;
  std::string region;
  std::string service;  // "secretsmanager"
  bool operator==(const AccessKeyUse&) const = default;
};

// The same for as long as it is told.
struct NotedUse {
  Time used;
  std::string_view region;
  std::string_view service;
};

class AccessKeyUses {
 public:
  static constexpr size_t kMaxPending = 100'000;
  // A use this soon after another one of the same key at the same place is not told from that.
  static constexpr Duration kGrain = std::chrono::minutes(1);

  explicit AccessKeyUses(store::Store& store) : store_(store) {}

  // REQUIRES: the request was signed with that key.
  void note(std::string_view access_key_id, const NotedUse& use);
  // nullopt: never. kIo, kCorrupt.
  Result<std::optional<AccessKeyUse>> last_use(std::string_view access_key_id) const;
  // Writes what was noted of keys that still exist. What could not be written stays noted. kIo.
  Result<void> flush();

 private:
  struct Pending {
    AccessKeyUse use;
    bool is_written = false;
  };

  // When the key was used that is kept of the same place; nullopt when this use is told from it and not kept.
  std::optional<Time> keep(std::string_view access_key_id, const NotedUse& use);

  // Of uses that were noted: a fingerprint of key, region and service, and the second. What falls into the place of
  // another takes it, which costs that one a lock once more.
  static constexpr size_t kRecent = 16'384;
  std::array<std::atomic<uint64_t>, kRecent> recent_{};

  store::Store& store_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Pending> pending_;
};

}  // namespace coffer::iam
