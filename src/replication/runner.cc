#include "replication/runner.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "home/state_rows.h"
#include "store/keys.h"

namespace coffer::replication {

// Shared with the store's listener, which lives as long as the store.
struct Runner::Alarm {
  explicit Alarm(const Region& destination) : prefix(store::OutboxKey::prefix(destination)) {}

  void ring() {
    {
      const std::lock_guard lock(mutex);
      rung = true;
    }
    condition.notify_one();
  }

  const std::string prefix;
  std::mutex mutex;
  std::condition_variable condition;
  bool rung = false;
  bool stopping = false;
};

// Of all destinations; shared with the listener likewise.
struct Runner::Alarms {
  void set(const Region& destination, std::shared_ptr<Alarm> alarm) {
    const std::lock_guard lock(mutex);
    by_region[destination] = std::move(alarm);
  }
  void erase(const Region& destination) {
    const std::lock_guard lock(mutex);
    by_region.erase(destination);
  }

  void heard(const std::vector<store::Change>& changes) {
    const std::lock_guard lock(mutex);
    for (const auto& [region, alarm] : by_region) {
      for (const store::Change& change : changes) {
        // Who becomes home, or hears of a new one, has something to tell.
        const bool matters = change.key.starts_with(alarm->prefix) || change.key == home::home_key();
        if (change.deleted || !matters) continue;
        alarm->ring();
        break;
      }
    }
  }

  std::mutex mutex;
  std::map<Region, std::shared_ptr<Alarm>> by_region;
};

struct Runner::Worker {
  Worker(Destination destination, const Parts& parts)
      : link(std::move(destination.link)),
        replicator({.store = parts.store,
                    .secrets = parts.secrets,
                    .states = parts.states,
                    .keys = parts.keys,
                    .link = *link,
                    .clock = parts.clock,
                    .random = parts.random,
                    .log = parts.log,
                    .destination = destination.region,
                    .region = parts.region,
                    .first_copies_per_second = parts.first_copies_per_second}),
        alarm(std::make_shared<Alarm>(destination.region)) {}

  void begin() {
    thread = std::thread([this] { run(); });
  }

  void run() {
    while (true) {
      {
        const std::lock_guard lock(alarm->mutex);
        if (alarm->stopping) return;
        alarm->rung = false;
      }
      const Duration wait = replicator.step();
      std::unique_lock lock(alarm->mutex);
      alarm->condition.wait_for(lock, wait, [this] { return alarm->rung || alarm->stopping; });
    }
  }

  const std::unique_ptr<Link> link;
  Replicator replicator;
  const std::shared_ptr<Alarm> alarm;
  std::mutex joining;
  std::thread thread;
};

Runner::Runner(const Parts& parts) : parts_(parts), alarms_(std::make_shared<Alarms>()) {
  parts_.store.on_commit(
      [alarms = alarms_](store::Revision, const std::vector<store::Change>& changes) { alarms->heard(changes); });
}

Runner::~Runner() {
  stop();
}

std::vector<std::shared_ptr<Runner::Worker>> Runner::workers() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Worker>> all;
  for (const auto& [region, worker] : workers_)
    all.push_back(worker);
  return all;
}

void Runner::add(Destination destination) {
  const Region region = destination.region;
  remove(region);
  const auto worker = std::make_shared<Worker>(std::move(destination), parts_);
  const std::lock_guard lock(mutex_);
  if (phase_ == Phase::kStopped) return;
  // What is committed before this is found by the first step.
  alarms_->set(region, worker->alarm);
  workers_[region] = worker;
  if (phase_ == Phase::kRunning) worker->begin();
}

void Runner::remove(const Region& region) {
  std::shared_ptr<Worker> worker;
  {
    const std::lock_guard lock(mutex_);
    const auto found = workers_.find(region);
    if (found == workers_.end()) return;
    worker = std::move(found->second);
    workers_.erase(found);
  }
  alarms_->erase(region);
  end(*worker);
}

void Runner::end(Worker& worker) {
  worker.replicator.stop();
  {
    const std::lock_guard lock(worker.alarm->mutex);
    worker.alarm->stopping = true;
  }
  worker.alarm->condition.notify_all();
  const std::lock_guard lock(worker.joining);
  if (worker.thread.joinable()) worker.thread.join();
}

void Runner::start() {
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::kNotYet) return;
  phase_ = Phase::kRunning;
  for (const auto& [region, worker] : workers_)
    worker->begin();
}

void Runner::stop() {
  {
    const std::lock_guard lock(mutex_);
    phase_ = Phase::kStopped;
  }
  const auto all = workers();
  // All at once: each may have a message under way.
  for (const auto& worker : all) {
    worker->replicator.stop();
    {
      const std::lock_guard lock(worker->alarm->mutex);
      worker->alarm->stopping = true;
    }
    worker->alarm->condition.notify_all();
  }
  for (const auto& worker : all)
    end(*worker);
}

std::vector<LinkStatus> Runner::status() const {
  std::vector<LinkStatus> status;
  for (const auto& worker : workers())
    status.push_back(worker->replicator.status());
  return status;
}

}  // namespace coffer::replication
