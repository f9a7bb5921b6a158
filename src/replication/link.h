// The way from one region to another, as the replicator sees it. The real one is region_link.h (HTTP over mutual TLS);
// tests use a direct call into an Applier.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "home/state.h"
#include "kms/key_exchange.h"
#include "secrets/copy_check.h"
#include "secrets/replica_lag.h"
#include "secrets/replica_state.h"

namespace coffer::replication {

class Link {
 public:
  virtual ~Link() = default;
  // Tells the region that this one has started. Errors as of send().
  virtual Result<void> greet() = 0;
  // kIo or kTimeout when the region does not answer: it is then unknown whether the states were applied.
  // kServiceUnavailable when it is there and takes nothing now. An outcome for each. REQUIRES: kMaxStates at most, and
  // no two of the same name.
  virtual Result<std::vector<secrets::ApplyOutcome>> send(std::span<const secrets::ReplicaState> states) = 0;
  virtual Result<secrets::ApplyOutcome> send(const secrets::ReplicaRemoval& removal) = 0;
  virtual Result<home::StateAnswer> send(const home::StatePart& part) = 0;
  virtual Result<home::StateAnswer> send(const home::StateQuestion& question) = 0;
  // As many verdicts as copies.
  virtual Result<secrets::CopyAnswer> send(const secrets::CopyCheck& check) = 0;
  // A number of the process that has answered last, another one for each: it may work on another disk than the one
  // before. 0 as long as nobody has.
  virtual uint64_t destination_start() const = 0;
  // What it told with its last answer, to be repeated in a heartbeat: whatever is done from now on is done later. 0 as
  // long as nobody has.
  virtual uint64_t destination_moment() const = 0;
  // How many copies of this region's secrets its process had by then that do not follow any more, since it started.
  virtual uint64_t destination_departures() const = 0;
  virtual Result<void> send(const secrets::Heartbeat& heartbeat) = 0;
  virtual Result<kms::KeyAnswer> send(const kms::SharedKey& shared) = 0;
  virtual Result<kms::KeyAnswer> send(const kms::ReplicaReport& report) = 0;
};

}  // namespace coffer::replication
