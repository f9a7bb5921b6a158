#include "server/maintenance.h"

namespace coffer::server {
namespace {

constexpr Duration kFlushEvery = std::chrono::seconds(1);
constexpr Duration kEraseEvery = std::chrono::minutes(1);

}  // namespace

Chores::Chores(secrets::SecretStore& secrets, kms::Keyring& keyring, const Clock& clock, const Log& log)
    : secrets_(secrets), keyring_(keyring), clock_(clock), log_(log), next_erase_(clock.monotonic()) {}

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
  report(secrets_.erase_expired(), "expired_secrets_erased", "expired_secrets_not_erased");
  report(keyring_.erase_expired(), "expired_keys_erased", "expired_keys_not_erased");
}

void Chores::report(const Result<size_t>& erased, std::string_view some, std::string_view failed) const {
  if (!erased.ok()) {
    log_.error(failed, {{"error", erased.error().message}});
  } else if (*erased > 0) {
    log_.info(some, {{"count", *erased}});
  }
}

Maintenance::Maintenance(secrets::SecretStore& secrets, kms::Keyring& keyring, const Clock& clock, const Log& log)
    : chores_(secrets, keyring, clock, log), thread_([this] { run(); }) {}

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
