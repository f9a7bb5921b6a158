// Puts what the home region sent into this region's store. Promises: a state takes effect whole, in one commit, however
// many parts it came in, so that nobody has at any moment permissions of two states; only if its base is exactly what
// is here; and never from a home of an older epoch than this region knows of.
// Thread-safe.
#pragma once

#include "base/log.h"
#include "base/result.h"
#include "home/home_region.h"
#include "home/state.h"
#include "home/state_kind.h"
#include "store/store.h"

namespace coffer::home {

class StateReceiver {
 public:
  struct Parts {
    store::Store& store;
    HomeRegion& home;
    const StateKinds& kinds;
    const Log& log;
    size_t operations = store::kMaxOperations;  // of one transaction
  };
  explicit StateReceiver(const Parts& parts) : parts_(parts) {}

  HomeRegion& home() const { return parts_.home; }
  const store::Store& store() const { return parts_.store; }
  const StateKinds& kinds() const { return parts_.kinds; }

  // Blocks until the outcome is durable. kCorrupt for a part that makes no sense, kPermission for a home that is no
  // region of the deployment, kUsage for a kind that this Coffer does not know; kIo: nothing is known to have changed.
  Result<StateAnswer> apply(const StatePart& part);

  // What this region has of it. kIo, kCorrupt; kPermission as above.
  Result<StateAnswer> answer(const StateQuestion& question);

  // What another region says about who is home, as HomeRegion::learn(). If it is news, the log says so; of a region
  // that was home until then it says that it is home no longer, or that it has forgotten an epoch of its own.
  Result<bool> learn(const Claim& claim);

  // The home knows nothing of this state, and so there is none any more: what a former home made and nobody took over.
  // `home`: who said so. False, and nothing is dropped, if the state is of that home's own epoch: it has made it, and
  // has lost its disk. kConflict when that one is not home any more; kIo, kCorrupt.
  Result<bool> drop(const StateId& id, const Claim& home);

  // Ends what a crash broke off, or another home's epoch, for all states: to be called before the first request, and by
  // a new home, in which such a state could not be changed before. kIo, kCorrupt; kConflict when who is home changes
  // meanwhile.
  Result<void> settle_all();

 private:
  // Who is home, now that this was said.
  Result<Claim> hear(const Claim& claim);
  Result<StateAnswer> attempt(const StatePart& part, const StateKind& kind);
  Result<StateVerdict> receive(const StatePart& part, const StateKind& kind);
  void tell_of_lost(const StatePart& part) const;

  const Parts parts_;
};

}  // namespace coffer::home
