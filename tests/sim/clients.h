// The clients of a simulated deployment, and an operator who fails secrets over and lets regions rejoin: what they ask
// of a region, as the seed has it, and what the oracle is told of the answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/oracle.h"
#include "sim/simulation.h"
#include "sim/site.h"
#include "sim/trace.h"

namespace coffer::sim {

// Every value of a secret contains it, and nothing else may.
inline constexpr std::string_view kCanary = "plaintext-";

class Clients {
 public:
  struct Parts {
    Random& random;
    const std::vector<Region>& regions;  // of the deployment
    Oracle& oracle;
    Outcome& outcome;
    const Trace& trace;
    std::optional<Region> region_of_copies;  // has no secrets of its own, and promotes none
    bool writes_on_replicas;                 // a planted bug: the cards' check is missing
  };
  explicit Clients(const Parts& parts) : parts_(parts) {}

  // Somebody asks for something.
  void call(Site& at);
  // Somebody asks for that, which the oracle is told of.
  Answer make(Site& at, const Oracle::Call& call, const std::string& input);
  void read(Site& at, const std::string& name);

  static std::string json_regions(const std::vector<Region>& regions, bool as_objects);

 private:
  bool chance(uint32_t percent) { return percent > 0 && parts_.random.uniform(100) < percent; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[parts_.random.uniform(static_cast<uint32_t>(from.size()))];
  }

  std::string draw_value();
  std::vector<Region> draw_regions();
  void create(Oracle::Call& call, std::string& input);
  void put(Oracle::Call& call, std::string& input);
  void move_label(Oracle::Call& call, std::string& input, const Seen* seen);
  void rejoin(Site& at, Oracle::Call& call, std::string& input);

  const Parts parts_;
};

}  // namespace coffer::sim
