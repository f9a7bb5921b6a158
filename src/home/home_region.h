// Which region may change identities - accounts, users, roles, organizations, session keys - and since which epoch.
// Promises: a change commits only while this region is home, and marks in the same transaction every region that must
// hear of it. The row in the store counts, not the configuration, and its epoch never falls: whoever was left behind by
// adopt() learns of it from any other region. A home that has lost its memory changes nothing. Must never: decide who
// is home by who answers. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/region_list.h"
#include "base/result.h"
#include "home/state.h"
#include "home/state_rows.h"
#include "store/row_cache.h"
#include "store/store.h"

namespace coffer::home {

// A change that is about to be committed.
struct StateChange {
  StateId of;
  uint64_t generation = 1;          // that it makes
  std::vector<std::string> erased;  // names of rows
};

class HomeRegion {
 public:
  struct Parts {
    store::Store& store;
    Random& random;      // of the ids of states
    RegionList regions;  // of the deployment
    Region configured;   // home as long as the store does not know better
  };
  // Listens to the store from now on, for the life of the store.
  explicit HomeRegion(const Parts& parts);
  ~HomeRegion();

  const Region& region() const { return parts_.regions.self(); }
  // The other regions of the deployment.
  std::vector<Region> peers() const { return parts_.regions.others(); }
  const Region& configured() const { return parts_.configured; }

  // Writes what is configured into the store if there is nothing yet, so that from then on only adopt() and learn()
  // change it. kIo, kCorrupt.
  Result<void> start();

  // kIo, kCorrupt.
  Result<Claim> claim() const;
  // Whether identities may be changed here: this region is home, and has not forgotten that it is.
  Result<bool> is_here() const;
  // Others say that this region is home since an epoch of which its store knows nothing, and so nothing of what was
  // changed in it: it was restored from a backup. Until somebody adopts, nothing is changed, and nothing is sent that
  // could replace what others know.
  Result<bool> is_forgotten() const;
  // kServiceUnavailable, with a text for clients, when it is another region, or forgotten.
  Result<void> require_here() const;

  // Adds to a transaction with a change what it needs: the condition that this region is still home and the state what
  // it was, the state's new stamp, the memory of the change, and a mark for each other region. kServiceUnavailable as
  // above; kConflict when the state is not the one before this generation.
  Result<void> complete(const StateChange& change, store::Transaction& transaction) const;

  // The condition that home and epoch are still those of `claim`. kConflict when they are not already.
  Result<store::Precondition> fence(const Claim& claim) const;

  // What another region says. Of an older or the same epoch it is ignored; of a higher one it counts from the commit
  // on, which it waits for: true. If it names this region, what it says was forgotten. kPermission when the region that
  // it names is none of the deployment.
  Result<bool> learn(const Claim& claim);
  // Makes this region home in place of `before`, with the next epoch. What no other region than the old home has seen
  // is lost from then on. Waits for the commit. kConflict when the home is not `before` any more.
  Result<Claim> adopt(const Claim& before);

  // At home: the other regions for which not everything was marked since this region became home. Elsewhere: the home,
  // if it was not asked about everything since this region has heard of it.
  Result<std::vector<Region>> untold() const;
  // A mark for each of the states. kIo; kConflict when who is home changes meanwhile.
  Result<void> mark(const Region& peer, const std::vector<StateId>& states) const;
  // `peer`, which has told of the start `start`, has marks for everything. kConflict likewise, and when it has started
  // again since.
  Result<void> told(const Region& peer, uint64_t start);

  // `peer` joins the deployment, perhaps again: it counts as untold, and a change that was completed before, and so
  // does not mark it, can commit no more. To be called before it is in the list of regions, so that nothing of an
  // earlier life counts, and again when it is there. Always a commit. kIo, kCorrupt.
  Result<void> joins(const Region& peer);

  // A process of `peer` has started, with a random number of its own: the store it works on may be an older one than
  // before, or empty, so the region counts as untold again. Nothing unless this region is home: whoever becomes home
  // tells everybody. Any number of times. kIo, kCorrupt.
  Result<void> started(const Region& peer, uint64_t start);
  // The newest that `peer` has told of; 0 when it has told of none.
  Result<uint64_t> start_of(const Region& peer) const;

 private:
  struct View {
    HomeRow row;
    store::Revision revision = 0;  // 0: not in the store yet
  };
  Result<std::shared_ptr<const View>> view() const;
  Result<std::shared_ptr<const View>> view_at_home() const;
  // In place of the row of that revision.
  Result<void> replace(store::Revision revision, const HomeRow& row) const;

  const Parts parts_;
  mutable store::RowCache<View> cache_{1};
};

// The state of a thing that this region has; no stamp when it has none. kIo, kCorrupt.
struct StoredState {
  StateInfo info;
  store::Revision revision = 0;
};
Result<StoredState> read_state(const store::Store& store, const StateId& id);

}  // namespace coffer::home
