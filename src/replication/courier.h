// Delivers what one outbox row stands for: exports the current state, sends it, records the answer, clears the mark.
// Promises: a mark is cleared only if it is still the row that was read, so a change that came in between is sent too;
// and only after the answer, so a crash at any moment means sending again, never forgetting.
#pragma once

#include <string>

#include "replication/delivery.h"
#include "replication/key_courier.h"
#include "replication/replicator.h"
#include "replication/state_courier.h"
#include "store/keys.h"
#include "store/store.h"

namespace coffer::replication {

class Courier {
 public:
  explicit Courier(const Replicator::Parts& parts) : parts_(parts), states_(parts), keys_(parts) {}

  // Blocks in the link.
  Delivery deliver(const store::Row& row);

 private:
  Delivery update(const store::OutboxKey& key, const store::Row& row);
  // The region's copy is ahead of us, and was to be overwritten: goes on with a generation above the copy's.
  Delivery overtake(const store::OutboxKey& key, const std::string& suffix, uint64_t generation);
  Delivery remove(const store::OutboxKey& key, const store::OutboxMark& mark, const store::Row& row);

  Delivery cleared(const store::Row& row);
  Delivery refused(const store::OutboxKey& key, const store::Row& row, const secrets::ApplyOutcome& outcome);
  Delivery export_failed(const store::OutboxKey& key, const Error& error);
  Delivery send_failed(const store::OutboxKey& key, const Error& error);
  Delivery set_aside(const store::OutboxKey& key, std::string message);
  struct Failure {
    const std::string& message;
    std::optional<secrets::ReplicaProgress::Successor> replaced_by{};  // ReplicaProgress::replaced_by
    std::optional<store::Row> mark_to_clear{};
  };
  Result<void> record_failure(const store::OutboxKey& key, const Failure& failure);

  const Replicator::Parts parts_;
  StateCourier states_;
  KeyCourier keys_;
};

}  // namespace coffer::replication
