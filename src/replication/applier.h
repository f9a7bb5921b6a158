// The receiving end of replication: puts what another region sent into this region's stores. The rules of what is
// accepted are the stores' own: secrets/replica_state.h, home/state.h, kms/key_exchange.h.
#pragma once

#include <vector>

#include "base/result.h"
#include "home/state_receiver.h"
#include "kms/key_exchange.h"
#include "secrets/replica_state.h"
#include "secrets/secret_store.h"

namespace coffer::replication {

// Blocks until the outcome is durable. An error is never a verdict: nothing is known to have changed. Thread-safe.
class Applier {
 public:
  virtual ~Applier() = default;
  // `peer` has started, as HomeRegion::started().
  virtual Result<void> started(const Region& peer, uint64_t start) = 0;
  // An outcome for each; they are made durable together.
  virtual Result<std::vector<secrets::ApplyOutcome>> apply(std::vector<secrets::ReplicaState> states) = 0;
  virtual Result<secrets::ApplyOutcome> apply(const secrets::ReplicaRemoval& removal) = 0;
  virtual Result<home::StateAnswer> apply(const home::StatePart& part) = 0;
  virtual Result<home::StateAnswer> answer(const home::StateQuestion& question) = 0;
  // Of the copies here of `primary`'s secrets.
  virtual Result<secrets::CopyAnswer> answer(const Region& primary, const secrets::CopyCheck& check) = 0;
  // As SecretStore::departures_from().
  virtual uint64_t departures_from(const Region& primary) const = 0;
  virtual Result<kms::KeyAnswer> apply(const kms::SharedKey& shared) = 0;
  virtual Result<kms::KeyAnswer> apply(const Region& from, const kms::ReplicaReport& report) = 0;
};

class StoreApplier final : public Applier {
 public:
  StoreApplier(secrets::SecretStore& secrets, home::StateReceiver& states, kms::KeyExchange& keys)
      : secrets_(secrets), states_(states), keys_(keys) {}

  Result<void> started(const Region& peer, uint64_t start) override { return states_.home().started(peer, start); }
  Result<std::vector<secrets::ApplyOutcome>> apply(std::vector<secrets::ReplicaState> states) override {
    return secrets_.apply_states(std::move(states));
  }
  Result<secrets::ApplyOutcome> apply(const secrets::ReplicaRemoval& removal) override {
    return secrets_.apply_removal(removal);
  }
  Result<home::StateAnswer> apply(const home::StatePart& part) override { return states_.apply(part); }
  Result<home::StateAnswer> answer(const home::StateQuestion& question) override { return states_.answer(question); }
  Result<secrets::CopyAnswer> answer(const Region& primary, const secrets::CopyCheck& check) override {
    return secrets_.check_copies(primary, check);
  }
  uint64_t departures_from(const Region& primary) const override { return secrets_.departures_from(primary); }
  Result<kms::KeyAnswer> apply(const kms::SharedKey& shared) override { return keys_.apply(shared); }
  Result<kms::KeyAnswer> apply(const Region& from, const kms::ReplicaReport& report) override {
    return keys_.apply(from, report);
  }

 private:
  secrets::SecretStore& secrets_;
  home::StateReceiver& states_;
  kms::KeyExchange& keys_;
};

}  // namespace coffer::replication
