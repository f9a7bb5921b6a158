// What the process itself must be before anything secret is in it, and how it hears that it should stop.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace coffer::server {

// No core dumps, not dumpable (no ptrace by others, no memory file), files private from the start, pages locked where
// the limits allow it, as many descriptors as allowed, broken pipes as errors. First thing in main().
struct Hardening {
  bool memory_locked = false;  // otherwise pages may be swapped out; worth a line in the log
};
Hardening harden_process();

// Starts this program once more, with other arguments and its output going to the descriptor, in a process group of its
// own: Ctrl-C is not for it. It is asked to stop when the thread that called this ends. kIo.
Result<pid_t> spawn_self(const std::vector<std::string>& arguments, int output);

// Signals as events. Constructed in main() before any thread, because it blocks the signals for all of them.
// Not thread-safe, except wake().
class Signals {
 public:
  // SIGINT and SIGTERM ask to stop, SIGHUP to reload; SIGCHLD only ends a wait. kIo.
  static Result<Signals> open();
  Signals(Signals&& other) noexcept;
  Signals& operator=(Signals&&) = delete;
  ~Signals();

  // Waits for a signal, wake() or the time to pass. A negative time waits for ever. False once a stop has been asked
  // for.
  bool wait(Duration time);
  bool stop_asked() const { return stops_asked_ > 0; }
  int stops_asked() const { return stops_asked_; }  // how often
  // Whether SIGHUP came since the last call.
  bool take_reload() { return std::exchange(reload_asked_, false); }
  // Ends the current or next wait(). Any thread.
  void wake() const;

  // For a child between fork and exec: signals as a fresh process has them. Async-signal-safe.
  static void restore_in_child();

 private:
  Signals(int signals, int wake) : signals_(signals), wake_(wake) {}

  int signals_;
  int wake_;
  int stops_asked_ = 0;
  bool reload_asked_ = false;
};

}  // namespace coffer::server
