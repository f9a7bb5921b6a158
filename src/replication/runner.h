// Drives the replicators: one thread per destination, so that a slow region delays no other. A thread sleeps until its
// replicator has something due or a commit marks something for its destination. Destinations come and go. Thread-safe.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "replication/replicator.h"

namespace coffer::replication {

class Runner {
 public:
  struct Destination {
    Region region;
    std::unique_ptr<Link> link;
  };
  struct Parts {
    store::Store& store;
    secrets::SecretStore& secrets;
    home::StateReceiver& states;
    kms::KeyExchange& keys;
    const Clock& clock;
    Random& random;  // shared by the threads
    const Log& log;
    Region region;                         // this one
    uint32_t first_copies_per_second = 0;  // to each destination: as Replicator has it
  };
  // Registers with the store's commits; marks from before are found all the same. Nothing runs until start().
  explicit Runner(const Parts& parts);
  ~Runner();  // stops

  // In place of what there is for that region, if there is something. Runs at once when the others do. Nothing is sent
  // on the old link any more when it returns: it waits as remove() does.
  void add(Destination destination);
  // Nothing is sent to the region any more when it returns. A message under way is waited for, which takes at most its
  // timeout; the others go on meanwhile.
  void remove(const Region& region);

  void start();
  // Joins, and waits likewise. Idempotent. Nothing can be added any more.
  void stop();

  std::vector<LinkStatus> status() const;  // any thread

 private:
  struct Worker;
  struct Alarm;
  struct Alarms;
  enum class Phase : uint8_t { kNotYet, kRunning, kStopped };

  // In the order of their names.
  std::vector<std::shared_ptr<Worker>> workers() const;
  static void end(Worker& worker);

  const Parts parts_;
  const std::shared_ptr<Alarms> alarms_;
  mutable std::mutex mutex_;
  Phase phase_ = Phase::kNotYet;
  std::map<Region, std::shared_ptr<Worker>> workers_;
};

}  // namespace coffer::replication
