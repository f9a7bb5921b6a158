// Brings the other regions up to date: reads dirty marks, sends states, records answers. An engine without threads or
// clocks of its own: step() does what is due and says when to come back; runner.h drives it in production, tests drive
// it with a manual clock and a fake link.
#pragma once

#include <map>
#include <memory>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "home/state_receiver.h"
#include "kms/key_exchange.h"
#include "replication/link.h"
#include "secrets/secret_store.h"
#include "store/store.h"

namespace coffer::replication {

// Lag of one destination, as `coffer dev status` shows it.
struct LinkStatus {
  Region destination;
  size_t dirty = 0;                  // marks waiting, counted up to 10,000
  std::optional<Time> oldest_dirty;  // first seen unsent by this process
  std::optional<Time> last_success;
  std::string last_error;     // empty when the last attempt succeeded and no mark is set aside
  bool concerns_one = false;  // last_error is about one mark, and may tell whose it is
};

// One destination region.
class Replicator {
 public:
  struct Parts {
    store::Store& store;
    secrets::SecretStore& secrets;
    home::StateReceiver& states;
    kms::KeyExchange& keys;
    Link& link;
    const Clock& clock;
    Random& random;  // for jitter
    const Log& log;
    Region destination;
    Region region;                         // this one: removals are sent in its name
    uint32_t first_copies_per_second = 0;  // secrets that the destination never had; 0: as many as it takes
  };
  explicit Replicator(const Parts& parts);
  ~Replicator();

  // Sends at most one batch of due marks (blocking in the link) and returns how long to wait before the next call
  // unless a commit happens first: zero when more is due now. A destination that does not answer is retried with
  // exponential back-off and jitter, 100 ms to 10 s; its failure never delays another destination.
  Duration step();

  // Any thread. Makes a step under way return after the message it is sending; later steps do nothing.
  void stop();

  LinkStatus status() const;  // any thread

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::replication
