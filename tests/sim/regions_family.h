// Regions that leave a deployment and come again while it runs, asked to by an operator who goes from region to region
// and may be kept waiting by any of them: one after the other, as lost or not, with the disk that they had or an empty
// one, running meanwhile or not.
// Promises of the system that it checks: each region knows those that its operator has decided on, also after a
// restart; nothing of a region stays that has been forgotten, but for the removals that it is owed; with a region that
// comes again nothing comes back.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "sim/family.h"

namespace coffer::sim {

class RegionsFamily final : public Family {
 public:
  explicit RegionsFamily(const World& world) : world_(world) {}

  void begin() override;
  void happen(Site& at) override;
  void look(Site& at) override;
  void lost_disk(const Site& at) override;
  bool settle() override;
  void check_convergence() override;
  bool goes_on() override;

 private:
  // kAsking: of an operator, whether all can let it go.
  enum class Phase : uint8_t { kIn, kAsking, kLeaving, kOut, kJoining };
  struct Place {
    Phase phase = Phase::kIn;
    bool is_lost = false;
    int tries = 0;
  };

  bool is_asked(const Site& site, const Site& subject);
  bool takes_part(const Site& site, const Site& subject);
  bool all_others(const Site& subject, const std::function<bool(Site&)>& is_so);
  void begin_leaving(Site& subject);
  void begin_joining(Site& subject);
  bool may_come_empty(const Site& subject);
  void operate(Site& at, Site& subject);
  void ask(Site& subject);
  void leave(Site& subject);
  bool should_have(const Site& other);
  bool agrees(const Site& at);
  bool agree(Site& at, Site& other);
  bool repair(Site& at);
  void add(Site& at, const Site& other, int port);
  void move(Site& at, const Site& subject);
  bool remove(Site& at, const Site& other, bool is_lost);
  void decided(const Site& at, const Site& other, const Answer& answer, bool has);
  void untie(Site& at, const Site& subject, bool is_lost);
  void forget(Site& at);
  static bool is_forgotten(const Site& at, const Region& region);
  void check_nothing_left(const Site& at, const Region& region);
  static std::string input_of(const Site& subject, bool is_lost, bool is_dry_run);
  void tell(const Site& at, std::string_view operation, const std::string& input, const Answer& answer);

  const World& world_;
  std::map<Region, Place> places_;
  std::map<std::pair<Region, Region>, bool> has_;  // whether the first knows the second, as was decided
  std::set<std::pair<Region, Region>> maybe_;      // nobody heard the end of that
  bool is_ending_ = false;                         // everything has healed
};

}  // namespace coffer::sim
