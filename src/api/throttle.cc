#include "api/throttle.h"

#include <algorithm>

namespace coffer::api {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
// Far longer than a thread can stand between finding an account's counters and using them.
constexpr int64_t kSilence = 10 * kSecond;

}  // namespace

Throttle::Throttle(const std::vector<uint32_t>& rates, size_t sets)
    : sets_(std::max<size_t>(1, sets)),
      owners_(new std::atomic<uint64_t>[sets_ * kWays]()),
      due_(new Due[sets_ * (kWays + 1) * rates.size()]()) {
  for (const uint32_t wanted : rates) {
    const int64_t rate = std::clamp<int64_t>(wanted, 1, kMaxRate);
    const int64_t interval = (kSecond + rate / 2) / rate;
    rates_.push_back({.interval = interval, .tolerance = interval * (rate - 1)});
  }
}

bool Throttle::admit(uint64_t holder, size_t quota, std::chrono::microseconds now) {
  const int64_t time = std::chrono::nanoseconds(now).count();
  const Rate& rate = rates_[quota];
  Due& due = counters(holder, time)[quota];
  int64_t known = due.load(std::memory_order_relaxed);
  for (;;) {
    const int64_t begin = std::max(known, time);
    if (begin - time > rate.tolerance) return false;
    if (due.compare_exchange_weak(known, begin + rate.interval, std::memory_order_relaxed)) return true;
  }
}

Throttle::Due* Throttle::counters(uint64_t holder, int64_t now) {
  constexpr uint64_t kSpread = 0x9e3779b97f4a7c15;  // neighbouring ids fall into different sets
  const size_t set = (holder * kSpread >> 32) % sets_;
  const std::atomic<uint64_t>* const owners = &owners_[set * kWays];
  for (size_t way = 0; way < kWays; ++way) {
    const uint64_t owner = owners[way].load(std::memory_order_acquire);
    if (owner == holder) return row(set, way);
    if (owner == 0) break;
  }
  return claim(set, holder, now);
}

Throttle::Due* Throttle::claim(size_t set, uint64_t holder, int64_t now) {
  std::lock_guard lock(claiming_);
  std::atomic<uint64_t>* const owners = &owners_[set * kWays];
  size_t free = kWays;
  for (size_t way = 0; way < kWays; ++way) {
    const uint64_t owner = owners[way].load(std::memory_order_relaxed);
    if (owner == holder) return row(set, way);  // another thread was faster
    if (free == kWays && (owner == 0 || silent(set, way, now))) free = way;
    if (owner == 0) break;
  }
  if (free == kWays) return row(set, kWays);
  // Counters of the past owe nothing. What the shared ones owe may be this holder's: it has used them until now.
  const Due* const shared = row(set, kWays);
  for (size_t quota = 0; quota < rates_.size(); ++quota)
    row(set, free)[quota].store(shared[quota].load(std::memory_order_relaxed), std::memory_order_relaxed);
  owners[free].store(holder, std::memory_order_release);
  return row(set, free);
}

bool Throttle::silent(size_t set, size_t way, int64_t now) {
  const Due* const counters = row(set, way);
  return std::all_of(counters, counters + rates_.size(),
                     [now](const Due& due) { return due.load(std::memory_order_relaxed) <= now - kSilence; });
}

}  // namespace coffer::api
