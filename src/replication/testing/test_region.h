// One region in memory, for tests: its stores, keys, secrets and accounts, and short words for what tests do with them.
// Time and randomness are the test's. Not thread-safe beyond what its parts are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "home/home_region.h"
#include "home/state_receiver.h"
#include "iam/account_states.h"
#include "iam/account_store.h"
#include "iam/identities.h"
#include "iam/identity_cache.h"
#include "iam/identity_states.h"
#include "iam/identity_store.h"
#include "iam/principals.h"
#include "kms/key_exchange.h"
#include "kms/keyring.h"
#include "replication/applier.h"
#include "seal/region_key.h"
#include "secrets/replica_lag.h"
#include "secrets/secret_store.h"
#include "store/testing/fault_store.h"

namespace coffer::replication::testing {

inline const AccountId kAccount = *AccountId::parse("123456789012");

struct World {
  const Clock& clock;
  Random& random;
  std::vector<Region> regions;  // the first is the home of identities
  const Log& log;
  size_t operations = store::kMaxOperations;  // of a transaction that applies a state
};

class TestRegion {
 public:
  TestRegion(const World& world, const Region& self);

  // What the API's cards do; aborts the test when they are refused.
  void create(const std::string& name, std::string_view value, const std::vector<Region>& replicas,
              bool force_overwrite = false);
  // A new version that becomes AWSCURRENT.
  VersionId put(const std::string& name, std::string_view value, std::optional<VersionId> id = std::nullopt);
  void describe(const std::string& name, const std::string& description);
  // For the values to come; those that are there keep their key.
  void seal_with(const std::string& name, const std::string& kms_key_id);
  // Adds regions, or marks those that are there for another attempt.
  void replicate(const std::string& name, const std::vector<Region>& regions, bool force_overwrite = false,
                 const std::string& kms_key_id = "");
  void unreplicate(const std::string& name, const Region& region);
  void promote(const std::string& name);
  // As a region whose data was restored: primary of the lineage epoch that the copy has.
  void become_primary(const std::string& name, const std::vector<Region>& replicas);

  // Null when there is none.
  secrets::SecretPointer find(const std::string& name) const;
  // Of AWSCURRENT; empty when there is no such secret.
  std::string current(const std::string& name) const;
  std::string status(const std::string& name, const Region& replica) const;
  std::string status_message(const std::string& name, const Region& replica) const;
  // Everything that a replica must have in common with its primary, values included, as text to compare.
  std::string contents(const std::string& name) const;
  size_t marks(const Region& destination) const;
  // Everything of an account's identities that regions must have in common, secrets included, as text to compare.
  std::string identities_of(const AccountId& account) const;

  const Region self;
  const std::unique_ptr<store::testing::FaultStore> store;
  const std::unique_ptr<seal::RegionKey> region_key;
  kms::Keyring keyring;
  kms::KeyExchange key_exchange;
  secrets::SecretStore secrets;
  secrets::ReplicaLags lags;
  home::HomeRegion home;
  iam::AccountStore accounts;
  iam::IdentityCache identity_cache;
  iam::Identities identities;
  iam::Principals principals;
  iam::IdentityStore identity_store;
  const iam::AccountStates account_states;
  const iam::IdentityStates identity_states;
  const home::StateKinds kinds;
  home::StateReceiver states;
  StoreApplier applier;

 private:
  using Edit = std::function<void(secrets::Change&)>;
  void update(const std::string& name, const Edit& edit);
  secrets::Version version(uint64_t generation) const;

  const World world_;
};

}  // namespace coffer::replication::testing
