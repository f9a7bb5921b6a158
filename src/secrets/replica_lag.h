// How far the copies of this region may be behind their primaries, as measured by heartbeats:
// docs/formats/region_link.md says how, and why no two clocks need to agree. Promises: whatever a primary had
// acknowledged longer ago than the lag that is told is in the copy, as it was when `as_of` or later; when that cannot
// be said, nothing is. Must never guess. Nothing is kept on disk: after a start every lag is unknown until the first
// heartbeat. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace coffer::secrets {

struct SecretName {
  AccountId account;
  std::string name;
  auto operator<=>(const SecretName&) const = default;
};

// What the primary of secrets says about everything that it replicates to a region.
struct Heartbeat {
  uint64_t start = 0;   // of the region's process that it is meant for: another may have another disk
  uint64_t moment = 0;  // of that process, told before the primary looked at what it had not delivered yet
  std::chrono::microseconds undelivered{0};  // how long before it looked the oldest of that may have been acknowledged
  std::vector<SecretName> behind;            // sorted; copies that are not brought up to date: nothing is said of them
};

class ReplicaLags {
 public:
  explicit ReplicaLags(const Clock& clock) : clock_(clock) {}

  // Now, as a heartbeat must repeat it. Means nothing to anybody else.
  uint64_t moment() const;

  // A heartbeat for this process has come from `primary`. One that was overtaken, or is of a moment that has not been,
  // is ignored.
  void heard(const Region& primary, Heartbeat heartbeat);

  // At most so far behind its primary was the copy when the stopwatch stood at `as_of`, or when anybody looked later;
  // measured now, rounded up, never 0. nullopt: nobody knows. Quick.
  std::optional<Duration> lag(const Region& primary, const AccountId& account, std::string_view name,
                              std::chrono::microseconds as_of) const;

  // The same of all copies of a region's secrets together, now.
  struct OfRegion {
    Duration lag{};     // but for those of which nothing can be said
    size_t behind = 0;  // so many they are
  };
  std::optional<OfRegion> lag_of_region(const Region& primary) const;

 private:
  struct Heard {
    std::chrono::microseconds at;
    Heartbeat heartbeat;
  };

  // Since that one, rounded up.
  Duration since(const Heartbeat& heartbeat) const;

  const Clock& clock_;
  mutable std::shared_mutex mutex_;
  // The newest last. Some of before, because a request must not be told of what has arrived after it looked.
  std::map<Region, std::vector<Heard>> heard_;
};

}  // namespace coffer::secrets
