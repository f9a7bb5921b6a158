// Requests per second, counted for each holder (an account, an address) and quota. A quota that was silent holds one
// second's worth, which may be used at once; then requests pass at the quota's rate (GCRA). Promises: a holder that is
// known costs one atomic compare-and-exchange and neither a lock nor an allocation; memory does not grow with the
// number of holders. Must never serve more than the rate, whatever the clock does: time is the caller's stopwatch,
// and one that goes back refuses more, not less. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace coffer::api {

class Throttle {
 public:
  static constexpr uint32_t kMaxRate = 1'000'000;

  // `rates`: of each quota, in requests per second, 1 to kMaxRate; to within one in a thousand, exactly where a billion
  // is a multiple of it. `sets` times 16 holders have counters of their own, if they meet evenly; counters of a holder
  // that was silent for ten seconds are given to the next one. A holder that finds none free shares one set of counters
  // with others of its kind: it may be refused early, and is never served too much.
  explicit Throttle(const std::vector<uint32_t>& rates, size_t sets = 256);

  // Whether a request that arrives at `now` is within the rate; it is then counted. `holder`: any number but 0.
  // `quota`: an index into `rates`.
  bool admit(uint64_t holder, size_t quota, std::chrono::microseconds now);

 private:
  static constexpr size_t kWays = 16;

  struct Rate {
    int64_t interval;   // nanoseconds from one request to the next
    int64_t tolerance;  // how far ahead of the clock a burst may be
  };
  // When the next request would be due if all came evenly, in nanoseconds. The past: nothing is owed.
  using Due = std::atomic<int64_t>;

  // The holder's counters, one for each quota.
  Due* counters(uint64_t holder, int64_t now);
  Due* claim(size_t set, uint64_t holder, int64_t now);
  Due* row(size_t set, size_t way) { return &due_[(set * (kWays + 1) + way) * rates_.size()]; }
  bool silent(size_t set, size_t way, int64_t now);

  const size_t sets_;
  std::vector<Rate> rates_;
  // kWays for each set; 0: free. They are taken from the first on and never become free again, only another holder's.
  const std::unique_ptr<std::atomic<uint64_t>[]> owners_;
  const std::unique_ptr<Due[]> due_;  // for each set kWays rows, and one that is shared
  std::mutex claiming_;
};

}  // namespace coffer::api
