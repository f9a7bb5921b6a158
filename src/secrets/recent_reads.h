// Which copies were read for the first time of a day since this process started, in the order in which that was
// noticed, so that their primaries can be told. Bounded: of more than kMaxKept the oldest are forgotten, and whoever
// did not ask in time hears that there were more. Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "secrets/replica_lag.h"

namespace coffer::secrets {

class RecentReads {
 public:
  static constexpr size_t kMaxKept = 100'000;

  void add(SecretName secret);

  struct Page {
    std::vector<SecretName> secrets;
    uint64_t to = 0;      // where the next page begins
    uint64_t newest = 0;  // where it would begin if there were only those that are noticed later
    bool is_incomplete =
        false;  // some are forgotten: whoever asks has to look at everything, and goes on behind the last
  };
  // Those behind `serial` (0: all), `limit` at most. One that this process has never given: those noticed from now on.
  Page after(uint64_t serial, size_t limit) const;

 private:
  mutable std::mutex mutex_;
  std::deque<SecretName> kept_;
  uint64_t newest_ = 0;  // the serial number of the last one; each has the next one of the one before
};

}  // namespace coffer::secrets
