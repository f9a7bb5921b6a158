// Delivers what outbox rows stand for: exports the current states, sends them, records the answers, clears the marks.
// Promises: a mark is cleared only if it is still the row that was read, so a change that came in between is sent too;
// and only after the answer, so a crash at any moment means sending again, never forgetting.
#pragma once

#include <span>
#include <string>
#include <vector>

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

  // Delivers the first, and together with it those that follow and fit into the same message: one delivery for each,
  // in order. Blocks in the link. REQUIRES: there is a row.
  std::vector<Delivery> deliver(std::span<const store::Row> rows);

 private:
  // Secrets' states that go in one message. A row of `rows` for each, and a place for its delivery.
  struct Batch {
    std::vector<secrets::ReplicaState> states;
    std::vector<store::OutboxKey> keys;
    std::vector<size_t> places;  // in both, ascending
  };

  // Those at the beginning of `rows` that a message takes; a delivery, for each row that was looked at, of those that
  // need none.
  Batch gather(std::span<const store::Row> rows, std::vector<Delivery>& deliveries);
  void send(std::span<const store::Row> rows, const Batch& batch, std::vector<Delivery>& deliveries);
  void record_applied(std::span<const store::Row> rows, const Batch& batch,
                      const std::vector<secrets::ApplyOutcome>& outcomes, std::vector<Delivery>& deliveries);
  // What becomes of the state `i` of a batch that was not applied with the others.
  Delivery send_on(const store::Row& row, const Batch& batch, size_t i,
                   const Result<std::vector<secrets::ApplyOutcome>>& outcomes);
  Delivery deliver_alone(const store::Row& row);
  // Sends the state by itself. `needed`: what the region has asked for when it was sent what it had not acknowledged.
  using Versions = std::vector<VersionId>;
  Delivery update(const store::OutboxKey& key, const store::Row& row, std::optional<Versions> needed = std::nullopt);
  // LastAccessedDate of the copy, of a region that may follow this primary only from now on.
  void note_access(const secrets::ReplicaState& state, const secrets::ApplyOutcome& outcome) const;
  // The region did not take the state, for a reason that is not missing values.
  Delivery not_applied(const store::OutboxKey& key, const store::Row& row, const secrets::ReplicaState& state,
                       const secrets::ApplyOutcome& outcome);
  secrets::ProgressReport acknowledged(const store::OutboxKey& key, const store::Row& row,
                                       const secrets::ReplicaState& state) const;
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
