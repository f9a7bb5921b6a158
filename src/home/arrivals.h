// What the home changed, until it has come to the region where somebody asked for the change: whoever writes in a
// region reads there what he wrote. The home tells which states those are (marked_since()), the region waits for them
// (Arrivals). Must never: hold up anything but the one who waits.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "home/state.h"
#include "home/state_kind.h"
#include "store/store.h"

namespace coffer::home {

// A state as of a change, or of a later one.
struct Arrival {
  StateId of;
  uint64_t generation = 0;
  bool operator==(const Arrival&) const = default;
};

struct MarksSince {
  const StateKinds& kinds;
  const Region& peer;
  store::Revision revision = 0;  // before the change
};
// The states that commits after that revision have marked for `peer` and that it has not acknowledged yet: at most
// kMaxArrivals of them. Changes of others at the same time are among them. kIo.
inline constexpr size_t kMaxArrivals = 64;
Result<std::vector<Arrival>> marked_since(const store::Store& store, const MarksSince& marks);

// Thread-safe.
class Arrivals {
 public:
  // Listens to the store from now on, for the life of the store.
  explicit Arrivals(store::Store& store);

  // Blocks until this region has all of these states: true; or until the time is over or stop() is called: false. Of a
  // state that somebody has waited for in vain nobody waits until something of it has come: one that is stuck must not
  // keep everybody who changes it. kIo, kCorrupt.
  Result<bool> wait(const std::vector<Arrival>& states, Duration patience) const;
  // Nobody waits any more.
  void stop();

 private:
  struct Bell;
  const store::Store& store_;
  const std::shared_ptr<Bell> bell_;
};

}  // namespace coffer::home
