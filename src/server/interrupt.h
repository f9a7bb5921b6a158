// Ctrl-C for a command of many threads that clean up when they are stopped: a thread of its own hears the signals, so
// that whoever waits for something else can ask. SIGINT, SIGTERM and SIGHUP (the terminal has been closed) count. The
// first asks to stop and clean up, the second to stop cleaning up. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "cli/heed.h"
#include "server/process.h"

namespace coffer::server {

class Interrupt {
 public:
  explicit Interrupt(Signals signals);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  bool is_asked(cli::Heed heed) const { return count_ >= (heed == cli::Heed::kFirst ? 1 : 2); }
  // For calls that wait; not longer than this lives.
  std::function<bool()> asker(cli::Heed heed) const {
    return [this, heed] { return is_asked(heed); };
  }
  // False at once when it is asked to stop, otherwise true when the time has passed.
  bool pause(Duration time, cli::Heed heed) const;

 private:
  void listen();

  Signals signals_;  // of the thread
  std::atomic<int> count_ = 0;
  std::atomic<bool> is_ending_ = false;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::thread thread_;
};

}  // namespace coffer::server
