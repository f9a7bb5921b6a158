#include "server/interrupt.h"

#include <algorithm>

namespace coffer::server {

Interrupt::Interrupt(Signals signals) : signals_(std::move(signals)), thread_([this] { listen(); }) {}

Interrupt::~Interrupt() {
  is_ending_ = true;
  signals_.wake();
  thread_.join();
}

bool Interrupt::pause(Duration time, cli::Heed heed) const {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, time, [&] { return is_asked(heed); });
}

void Interrupt::listen() {
  while (!is_ending_) {
    signals_.wait(std::chrono::milliseconds(-1));
    // A terminal that is closed may send SIGTERM as well; that is not asking twice.
    const int hung_up = signals_.take_reload() ? 1 : 0;
    const std::lock_guard lock(mutex_);
    count_ = std::max({signals_.stops_asked(), hung_up, count_.load()});
    changed_.notify_all();
  }
}

}  // namespace coffer::server
