#include "server/maintenance.h"

#include <utility>

namespace coffer::server {
namespace {

constexpr Duration kTick = std::chrono::seconds(1);
// A chore that fails this often or seldomer is told of each time.
constexpr Duration kWorthALine = std::chrono::minutes(1);

}  // namespace

Chores::Chores(std::vector<Chore> chores, const Clock& clock, const Log& log) : clock_(clock), log_(log) {
  for (Chore& chore : chores)
    entries_.push_back({std::move(chore), clock.monotonic()});
}

void Chores::step() {
  for (Entry& entry : entries_) {
    if (clock_.monotonic() < entry.next) continue;
    run(entry);
    entry.next = clock_.monotonic() + entry.chore.every;
  }
}

void Chores::finish() {
  for (Entry& entry : entries_) {
    if (entry.chore.is_last_at_stop) run(entry);
  }
}

void Chores::run(Entry& entry) {
  const Chore& chore = entry.chore;
  const Result<size_t> done = chore.run();
  if (!done.ok()) {
    if (!entry.failing || chore.every >= kWorthALine) log_.error(chore.failed, {{"error", done.error().message}});
  } else if (*done > 0 && !chore.done.empty()) {
    log_.info(chore.done, {{"count", *done}});
  }
  entry.failing = !done.ok();
}

Maintenance::Maintenance(std::vector<Chore> chores, const Clock& clock, const Log& log)
    : chores_(std::move(chores), clock, log) {}

Maintenance::~Maintenance() {
  stop();
}

void Maintenance::start() {
  thread_ = std::thread([this] { run(); });
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
    stop_.wait_for(lock, kTick, [this] { return stopping_; });
  }
  lock.unlock();
  chores_.finish();
}

}  // namespace coffer::server
