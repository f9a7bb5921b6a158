// How much memory the connections of one server may hold for requests that are arriving: whoever has not signed
// anything yet must not be able to use it up. Never more is given than the limit. Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>

namespace coffer::net {

class ByteBudget {
 public:
  explicit ByteBudget(size_t limit) : limit_(limit) {}
  ByteBudget(const ByteBudget&) = delete;
  ByteBudget& operator=(const ByteBudget&) = delete;

  // False, and nothing is taken, when that much is not left.
  [[nodiscard]] bool take(size_t bytes) {
    size_t taken = taken_.load(std::memory_order_relaxed);
    do {
      if (bytes > limit_ - taken) return false;
    } while (!taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
    return true;
  }
  // REQUIRES: they were taken.
  void give_back(size_t bytes) { taken_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const size_t limit_;
  std::atomic<size_t> taken_ = 0;
};

}  // namespace coffer::net
