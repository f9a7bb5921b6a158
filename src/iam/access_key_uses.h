// When access keys were last used, without a write per request: uses are noted in memory, shown from there, and written
// by flush(). What was noted since the last flush before a crash is lost. Bounded: beyond kMaxPending keys a use is not
// noted. Thread-safe.
#pragma once

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

class AccessKeyUses {
 public:
  static constexpr size_t kMaxPending = 100'000;
  // A use this soon after the last one at the same place is not told from it.
  static constexpr Duration kGrain = std::chrono::minutes(1);

  explicit AccessKeyUses(store::Store& store) : store_(store) {}

  // REQUIRES: the request was signed with that key.
  void note(std::string_view access_key_id, const AccessKeyUse& use);
  // nullopt: never. kIo, kCorrupt.
  Result<std::optional<AccessKeyUse>> last_use(std::string_view access_key_id) const;
  // Writes what was noted of keys that still exist. What could not be written stays noted. kIo.
  Result<void> flush();

 private:
  struct Pending {
    AccessKeyUse use;
    bool is_written = false;
  };

  store::Store& store_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Pending> pending_;
};

}  // namespace coffer::iam
