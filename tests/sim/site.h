// A simulated region: what stays (the disk, the clock's error) and the process, which is made of the rooms of the real
// server and may die at any moment. Its links are the real ones; their frames go through the simulated network.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/explanation_store.h"
#include "access/policy_authorizer.h"
#include "api/service.h"
#include "api/testing/owner_authorizer.h"
#include "base/log.h"
#include "base/worker_pool.h"
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
#include "organizations/organization_cache.h"
#include "regions/membership.h"
#include "replication/applier.h"
#include "replication/cross_account_copier.h"
#include "replication/departures.h"
#include "replication/peer_door.h"
#include "replication/region_link.h"
#include "replication/replicator.h"
#include "seal/region_key.h"
#include "secrets/replica_lag.h"
#include "secrets/secret_store.h"
#include "services/coffer/rooms.h"
#include "services/kms/rooms.h"
#include "services/secretsmanager/cross_account_permission.h"
#include "services/secretsmanager/rooms.h"
#include "sim/disk.h"

namespace coffer::sim {

inline const AccountId kAccount = *AccountId::parse("123456789012");

// The deployment's clock, and the error of one region's.
class RegionClock final : public Clock {
 public:
  explicit RegionClock(const Clock& real) : real_(real) {}
  Time now() const override { return real_.now() + error; }
  Duration monotonic() const override { return real_.monotonic(); }
  std::chrono::microseconds stopwatch() const override { return real_.stopwatch(); }

  Duration error{0};

 private:
  const Clock& real_;
};

struct Site;

// The network, as a region sees it.
class Network {
 public:
  virtual ~Network() = default;
  virtual Result<net::ClientResponse> send(Site& from, Site& to, std::string_view frame) = 0;
};

// What planted bugs put between a region's link door and its stores.
using WrapApplier = std::function<std::unique_ptr<replication::Applier>(replication::Applier& real, Site& at)>;

struct Environment {
  const ManualClock& clock;
  Random& random;
  const Log& log;
  Network& network;
  std::vector<Region> regions;    // that there may be; the first is the home of identities
  size_t operations;              // of a transaction that applies a state
  WrapApplier wrap_applier;       // may be empty
  bool trusts_old_joins = false;  // a planted bug: a region that comes again is not sent everything
};

struct Answer {
  int status = 0;
  std::string error;  // the name on the wire; empty on success
  std::string message;
  std::string output;                    // JSON
  std::optional<api::CopyLag> lag = {};  // absent: nothing was told of a replica

  bool ok() const { return status == 200; }
  // Nobody knows whether it was done.
  bool is_unknown() const { return status >= 500; }
};

class Process {
 public:
  // `sites`: all regions of the deployment, this one included.
  Process(Environment& environment, Site& self, const std::vector<std::unique_ptr<Site>>& sites);

  // A call of a root user, from JSON to JSON, through the operation's card.
  Answer call(std::string_view operation, std::string_view input);
  // Of an account's, decided by policies, as where one account acts on what is another's.
  Answer call_as(const AccountId& account, std::string_view operation, std::string_view input);
  Answer call_kms(const AccountId& account, std::string_view operation, std::string_view input);

  Mount store;
  const RegionList regions;
  regions::Membership membership;
  std::unique_ptr<seal::RegionKey> region_key;
  kms::Keyring keyring;
  kms::KeyExchange key_exchange;
  home::HomeRegion home;
  iam::AccountStore accounts;
  secrets::SecretStore secrets;
  secrets::ReplicaLags lags;
  iam::IdentityCache identity_cache;
  iam::Identities identities;
  iam::Principals principals;
  iam::IdentityStore identity_store;
  kms::Grants grants;
  access::ExplanationStore explanations;
  organizations::OrganizationCache organizations;
  access::PolicyAuthorizer policy_authorizer;
  secretsmanager::CrossAccountPermission cross_account;
  secretsmanager::Rooms rooms;
  kms_service::Rooms kms_rooms;
  coffer_service::Rooms operator_rooms;
  api::Service service;
  api::Service operator_service;
  api::Service kms_service;
  api::testing::OwnerAuthorizer authorizer;
  const iam::AccountStates account_states;
  const iam::IdentityStates identity_states;
  const home::StateKinds kinds;
  home::StateReceiver states;
  replication::StoreApplier applier;
  const uint64_t start;
  std::unique_ptr<replication::Applier> wrapped;  // null: nothing is planted
  WorkerPool workers{0, 1};                       // none: what is submitted is done at once
  replication::PeerDoor door;
  replication::Departures departures;
  replication::CrossAccountCopier copier;

  struct Way {
    Site& to;
    std::unique_ptr<replication::RegionLink> link;
    std::unique_ptr<replication::Replicator> replicator;
    bool stepping = false;
  };
  std::vector<std::shared_ptr<Way>> ways;
  // Whether a message is still on its way to a region that was removed, or has moved: the real server waits for it.
  bool is_ending(const Region& region) const { return ending_.contains(region) && !ending_.at(region).expired(); }

 private:
  // What the server does when regions come and go: server/peer_links.h.
  class Links final : public regions::Follower {
   public:
    explicit Links(Process& process) : process_(process) {}
    Result<void> will_join(const Region& region) override;
    void joined(const regions::Peer& peer) override;
    void moved(const regions::Peer& peer) override;
    void left(const Region& region) override;

   private:
    Process& process_;
  };

  struct Request {
    const AccountId& account;
    std::string_view operation;
    std::string_view input;
  };
  Answer ask(const api::Service& service, const Request& request, const api::Authorizer& decides);

  void open_way(const Region& region);
  void close_way(const Region& region);

  Environment& environment_;
  Site& self_;
  const std::vector<std::unique_ptr<Site>>& sites_;
  std::map<Region, std::weak_ptr<Way>> ending_;
  Links links_{*this};
};

struct Site {
  Site(const Region& named, const Clock& real, Random& random) : name(named), clock(real), disk(random) {}

  bool up() const { return process != nullptr && !dying; }

  const Region name;
  RegionClock clock;
  Disk disk;
  std::vector<Region> configured;  // the other regions that its configuration names
  bool is_out = false;             // it is none of the deployment, or not quite yet, or not quite any more
  bool was_given_up = false;       // removed as lost: others may have gone on without it
  bool stays_down = false;         // until somebody starts it
  std::unique_ptr<Process> process;
  bool dying = false;  // killed while something of it is still on the stack
  int entered = 0;     // how many calls into the process are on the stack
};

// While one lives, the process is not destroyed.
class Visit {
 public:
  explicit Visit(Site& region) : region_(region) { ++region_.entered; }
  ~Visit() { --region_.entered; }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

 private:
  Site& region_;
};

// Of a result without which there is no simulation; ends the program otherwise.
[[noreturn]] void fail(const Error& error);
inline void must(const Result<void>& result) {
  if (!result.ok()) fail(result.error());
}
template <class T>
T must(Result<T> result) {
  if (!result.ok()) fail(result.error());
  return std::move(result).value();
}

}  // namespace coffer::sim
