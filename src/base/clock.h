// Time as an argument. Everything that needs the time takes a Clock; only server/assembly.cc makes a SystemClock.
#pragma once

#include <chrono>

namespace coffer {

// Wall-clock time, UTC, millisecond resolution: what AWS timestamps carry and what records store.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  // May jump (leap, NTP, an operator): use it for timestamps and signatures.
  virtual Time now() const = 0;
  // Never goes back: use it for deadlines and back-off.
  virtual Duration monotonic() const = 0;
  // The same with a finer grain: to measure how long something took.
  virtual std::chrono::microseconds stopwatch() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
  Duration monotonic() const override;
  std::chrono::microseconds stopwatch() const override;
};

// A clock that stands still until told otherwise. Not synchronised: advance it from one thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  Duration monotonic() const override { return std::chrono::duration_cast<Duration>(now_.time_since_epoch()); }
  std::chrono::microseconds stopwatch() const override { return monotonic(); }
  void advance(Duration by) { now_ += by; }

 private:
  Time now_;
};

}  // namespace coffer
