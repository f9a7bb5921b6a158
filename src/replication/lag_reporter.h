// Tells a region up to when it has everything that was committed for it, so that it can say how far its copies may be
// behind: the heartbeats of docs/formats/region_link.md. Promises: nothing is told that is not certain; without
// certainty no heartbeat is sent, and the lag that the region tells its clients grows. One thread.
#pragma once

#include <set>
#include <string>

#include "replication/delivery.h"
#include "replication/replicator.h"
#include "replication/undelivered.h"

namespace coffer::replication {

class LagReporter {
 public:
  explicit LagReporter(const Replicator::Parts& parts);

  // How the delivery of a mark has ended.
  void settled(const store::Row& row, const Delivery& delivery);
  // The region is about to be asked about all its copies: until then it may have lost some, of which no mark tells.
  void begin_check() { undelivered_.forget(); }
  // What it says to one whose last state it has refused.
  void refused(const secrets::SecretName& secret, secrets::CopyVerdict verdict);

  // When the last heartbeat was sent, or was not because nothing is certain.
  Duration reported() const { return reported_; }
  // Looks at the outbox, sends a heartbeat. REQUIRES: the region has been asked about all its copies since it started.
  // kDone, kLinkDown or kStoreDown. Blocks in the link.
  Delivery report();

 private:
  const Replicator::Parts parts_;
  const std::string prefix_;
  Undelivered undelivered_;
  // Copies that stay as they are for reasons of their own: their changes are refused, or cannot be sent.
  std::set<secrets::SecretName> behind_;
  Duration reported_{};
};

}  // namespace coffer::replication
