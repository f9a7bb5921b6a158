// Exponential back-off with jitter: how long to wait after the n-th failure in a row.
#pragma once

#include <algorithm>

#include "base/clock.h"
#include "base/random.h"

namespace coffer::replication {

struct BackoffLimits {
  Duration first;
  Duration longest;
};

// Between half and all of first * 2^(failures - 1), never less than `first` nor more than `longest`. REQUIRES: failures
// > 0.
inline Duration backoff(const BackoffLimits& limits, unsigned failures, Random& random) {
  const unsigned doublings = std::min(failures - 1, 20u);
  const Duration full = std::min(limits.first * (int64_t{1} << doublings), limits.longest);
  const Duration half = full / 2;
  const Duration jitter(random.uniform(static_cast<uint32_t>((full - half).count()) + 1));
  return std::max(limits.first, half + jitter);
}

}  // namespace coffer::replication
