// Drives the replicators: one thread per destination, so that a slow region delays no other. A thread sleeps until its
// replicator has something due or a commit marks something for its destination.
#pragma once

#include <memory>
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
    Region region;  // this one
    std::vector<Destination> destinations;
  };
  // Registers with the store's commits; marks from before are found all the same. Nothing runs until start().
  explicit Runner(Parts parts);
  ~Runner();  // stops

  void start();
  // Joins; a message under way is waited for, which takes at most its timeout. Idempotent.
  void stop();

  std::vector<LinkStatus> status() const;  // any thread

 private:
  struct Worker;
  struct Alarm;

  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace coffer::replication
