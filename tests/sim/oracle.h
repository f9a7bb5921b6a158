// What must hold after every event of a simulation, whatever happened. It remembers what every region has shown and
// every state that a primary, or the home of identities, has ever made, and knows what each kind of event may change.
// Promises of the system that it checks:
//  - what was acknowledged is there, after a crash as before; what was refused has changed nothing;
//  - a copy shows nothing but whole states that its primary made, and never an older one than before;
//  - nothing that arrives changes what was promoted; nothing is written on a replica;
//  - labels are legal everywhere, at every moment;
//  - a replica that says how far it may be behind has everything that was acknowledged before that.
// The first violation is kept.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/site.h"

namespace coffer::sim {

// A secret as a region shows it.
struct Seen {
  secrets::Secret secret;
  std::string text;  // everything that regions must have in common, values included
};

class Oracle {
 public:
  Oracle(std::vector<std::string> names, std::vector<AccountId> accounts)
      : names_(std::move(names)), accounts_(std::move(accounts)) {}

  const std::vector<std::string>& names() const { return names_; }
  const std::vector<AccountId>& accounts() const { return accounts_; }

  // Null: there was none when the region was last looked at.
  const Seen* seen(const Site& at, const std::string& name) const;

  struct Call {
    std::string operation;
    std::string name;
    std::vector<Region> regions;  // that it names
    std::string value;            // that it stores; empty: none
  };
  // After a client's call at a region.
  void after_call(Site& at, const Call& call, const Answer& answer);
  // After a client has read in a region and was told that the replica is at most so far behind.
  void after_told_lag(const Site& at, const std::string& name, Duration lag);
  // After a frame was handled by a region.
  void after_arrival(Site& at);
  // After a region did something that changes no secret: a step of a replicator.
  void after_step(Site& at);
  // After secrets were erased whose recovery window has ended.
  void after_sweep(Site& at, bool is_certain);
  // After a process has started on the disk of one that died.
  void after_restart(Site& at);
  // Whether what the region has is only what others have made: losing its disk loses nothing.
  bool has_only_copies(const Site& at);
  // After that: it may show anything that its primaries have made.
  void after_lost_disk(const Site& at) { sites_.erase(at.name.text()); }
  // After somebody changed, or tried to change, identities of an account in a region.
  void after_identity_change(Site& at, const AccountId& account, bool is_certain);

  // Before regions that have left are forgotten in a region, and after a part of it.
  void before_forgetting(const Site& at, const std::vector<Region>& left);
  void after_forgetting(Site& at, const std::vector<Region>& left, bool is_certain);

  // At the end, when everything was delivered among the regions of the deployment: copies equal their primaries, and
  // everybody knows one home.
  void check_convergence(const std::vector<Site*>& regions);
  int copies_in_sync = 0;

  void violated(std::string what);
  const std::optional<std::string>& violation() const { return violation_; }

  // Everything that regions must have in common of a state of the home, secrets included.
  static std::string text_of(const Process& process, const home::StateId& id);

 private:
  struct Copy {
    std::string text;
    uint64_t epoch;
    uint64_t generation;
  };
  struct Acknowledged {
    std::string suffix;
    Region primary;
    uint64_t lineage_epoch;
    uint64_t generation;
    Duration when;
  };
  struct SeenState {
    home::Stamp stamp;
    std::string text;
    uint64_t home_epoch = 0;  // when it was taken
  };
  struct Known {
    std::map<std::string, Seen> secrets;
    std::map<std::string, store::Revision> revisions;
    std::set<std::string> maybe;              // names of secrets with a change of which nobody knows the end
    std::map<std::string, SeenState> states;  // by kind and account
    std::set<std::string> maybe_states;
    uint64_t home_epoch = 0;
  };
  using Changes = std::vector<std::pair<std::string, std::optional<Seen>>>;

  Known& known(const Site& at) { return sites_[at.name.text()]; }
  // What is different now; it is remembered as seen.
  struct Difference {
    std::string name;
    std::optional<Seen> before;
    std::optional<Seen> now;
  };
  std::vector<Difference> look(Site& at);
  std::optional<Seen> read(Site& at, const secrets::SecretView& view);
  void record(const Site& at, const Seen& now);
  void check_labels(const Site& at, const Seen& now);
  void check_arrived(const Site& at, const Difference& difference);
  enum class MayChange { kNobody, kHere, kArrival, kAnything };
  void look_at_states(Site& at, MayChange may, const AccountId& account);

  const std::vector<std::string> names_;
  const std::vector<AccountId> accounts_;
  std::map<std::string, Known> sites_;
  std::map<std::string, std::map<uint64_t, Copy>> made_;                // by suffix and state id
  std::map<std::string, std::vector<Acknowledged>> acknowledged_;       // by name, in order of time
  std::map<std::pair<std::string, std::string>, uint64_t> removed_;     // by suffix and region: up to which epoch
  std::set<std::pair<std::string, std::string>> forced_;                // by suffix and region
  std::set<std::pair<std::string, std::string>> promoted_;              // by suffix and region, or maybe
  std::set<std::pair<std::string, std::string>> given_up_;              // by suffix and region, or maybe
  std::map<std::string, std::map<uint64_t, std::string>> made_states_;  // by kind and account, and stamp's id
  std::optional<std::string> violation_;
};

}  // namespace coffer::sim
