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
                    .region = parts.region}),
        alarm(std::make_shared<Alarm>(destination.region)) {}

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
  std::thread thread;
};

Runner::Runner(Parts parts) {
  std::vector<std::shared_ptr<Alarm>> alarms;
  for (Destination& destination : parts.destinations) {
    workers_.push_back(std::make_unique<Worker>(std::move(destination), parts));
    alarms.push_back(workers_.back()->alarm);
  }
  parts.store.on_commit([alarms = std::move(alarms)](store::Revision, const std::vector<store::Change>& changes) {
    for (const auto& alarm : alarms) {
      for (const store::Change& change : changes) {
        // Who becomes home, or hears of a new one, has something to tell.
        const bool matters = change.key.starts_with(alarm->prefix) || change.key == home::home_key();
        if (change.deleted || !matters) continue;
        alarm->ring();
        break;
      }
    }
  });
}

Runner::~Runner() {
  stop();
}

void Runner::start() {
  for (const auto& worker : workers_)
    worker->thread = std::thread([&worker = *worker] { worker.run(); });
}

void Runner::stop() {
  for (const auto& worker : workers_) {
    worker->replicator.stop();
    {
      const std::lock_guard lock(worker->alarm->mutex);
      worker->alarm->stopping = true;
    }
    worker->alarm->condition.notify_all();
  }
  for (const auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

std::vector<LinkStatus> Runner::status() const {
  std::vector<LinkStatus> status;
  for (const auto& worker : workers_)
    status.push_back(worker->replicator.status());
  return status;
}

}  // namespace coffer::replication
