// The receiving end of replication: puts what another region sent into this region's stores. The rules of what is
// accepted are the stores' own: secrets/replica_state.h, iam/account_store.h.
#pragma once

#include "base/result.h"
#include "iam/account_store.h"
#include "secrets/replica_state.h"
#include "secrets/secret_store.h"

namespace coffer::replication {

// Blocks until the outcome is durable. An error is never a verdict: nothing is known to have changed. Thread-safe.
class Applier {
 public:
  virtual ~Applier() = default;
  virtual Result<secrets::ApplyOutcome> apply(secrets::ReplicaState state) = 0;
  virtual Result<secrets::ApplyOutcome> apply(const secrets::ReplicaRemoval& removal) = 0;
  virtual Result<void> apply(const iam::AccountState& state) = 0;
};

class StoreApplier final : public Applier {
 public:
  StoreApplier(secrets::SecretStore& secrets, iam::AccountStore& accounts) : secrets_(secrets), accounts_(accounts) {}

  Result<secrets::ApplyOutcome> apply(secrets::ReplicaState state) override {
    return secrets_.apply_state(std::move(state));
  }
  Result<secrets::ApplyOutcome> apply(const secrets::ReplicaRemoval& removal) override {
    return secrets_.apply_removal(removal);
  }
  Result<void> apply(const iam::AccountState& state) override { return accounts_.apply_state(state); }

 private:
  secrets::SecretStore& secrets_;
  iam::AccountStore& accounts_;
};

}  // namespace coffer::replication
