#include "server/maintenance.h"

namespace coffer::server {
namespace {

constexpr Duration kFlushEvery = std::chrono::seconds(1);
constexpr Duration kEraseEvery = std::chrono::minutes(1);

}  // namespace

Chores::Chores(secrets::SecretStore& secrets, const Clock& clock, const Log& log)
    : secrets_(secrets), clock_(clock), log_(log), next_erase_(clock.monotonic()) {}

void Chores::step() {
  if (clock_.monotonic() >= next_erase_) {
    erase_expired();
    next_erase_ = clock_.monotonic() + kEraseEvery;
  }
  flush();
}

void Chores::flush() {
  const auto flushed = secrets_.flush_accesses();
  if (!flushed.ok() && !flush_failing_) log_.error("access_dates_not_written", {{"error", flushed.error().message}});
  flush_failing_ = !flushed.ok();
}

void Chores::erase_expired() {
  const auto erased = secrets_.erase_expired();
  if (!erased.ok()) {
    log_.error("expired_secrets_not_erased", {{"error", erased.error().message}});
  } else if (*erased > 0) {
    log_.info("expired_secrets_erased", {{"count", *erased}});
  }
}

Maintenance::Maintenance(secrets::SecretStore& secrets, const Clock& clock, const Log& log)
    : chores_(secrets, clock, log), thread_([this] { run(); }) {}

Maintenance::~Maintenance() {
  stop();
}

void Maintenance::stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Maintenance::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    chores_.step();
    lock.lock();
    stop_.wait_for(lock, kFlushEvery, [this] { return stopping_; });
  }
  lock.unlock();
  chores_.flush();
}

}  // namespace coffer::server
