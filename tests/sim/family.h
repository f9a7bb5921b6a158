// A family of operations that a run may have beside those of secrets and identities, which every run has. It draws from
// a random stream of its own, so that runs without families stay what they were when one is added or changed.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "sim/clients.h"
#include "sim/oracle.h"
#include "sim/planted_bugs.h"
#include "sim/simulation.h"
#include "sim/site.h"
#include "sim/trace.h"
#include "store/store.h"

namespace coffer::sim {

// What a family sees of the run.
struct World {
  Random& random;  // of families
  Oracle& oracle;
  Outcome& outcome;
  const Trace& trace;
  Clients& clients;
  const std::vector<std::unique_ptr<Site>>& sites;
  const PlantedBug* bug;                           // null: none is planted
  std::function<void(Duration)> advance;           // the clock
  std::function<void(Site&)> kill;                 // REQUIRES: the region is up
  std::function<void(Site&)> start;                // REQUIRES: no process is there
  std::function<void(Site&)> lose_disk;            // REQUIRES: likewise
  std::function<bool(const Site&)> may_lose_disk;  // as far as families know
  std::function<bool(const Site&)> is_owing;       // whether it has to tell a region that a copy there is to be deleted

  bool chance(uint32_t percent) const { return random.uniform(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& from) const {
    return from[random.uniform(static_cast<uint32_t>(from.size()))];
  }
};

class Family {
 public:
  virtual ~Family() = default;

  // Before any process starts.
  virtual void begin() {}
  // Something of it happens, most of the time in this region, which is up.
  virtual void happen(Site& at) = 0;
  // After whatever has happened in a region that is up, and after its process has started.
  virtual void look(Site& at) = 0;
  // Whether losing the region's disk loses nothing of the family.
  virtual bool may_lose_disk(const Site&) { return true; }
  // After that.
  virtual void lost_disk(const Site&) {}
  // Everything has healed: ends what was begun, step by step between those of replication. True if there is nothing
  // (more) to be done.
  virtual bool settle() = 0;
  // Whether a mark of it may stay for ever, when everything has healed.
  virtual bool is_hopeless(const store::Row&) { return false; }
  // When everything was settled.
  virtual void check_convergence() = 0;
  // After that: begins something that has to settle once more, if there is something.
  virtual bool goes_on() { return false; }
};

// nullptr for a name that is none.
std::unique_ptr<Family> make_family(std::string_view name, const World& world);
const std::vector<std::string_view>& family_names();

}  // namespace coffer::sim
