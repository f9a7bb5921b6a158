// Which regions belong to the deployment and where their link listeners are: those of the configuration, overlaid by
// what was decided at run time, which rows of this region's store remember. It keeps the RegionList that everybody else
// asks up to date, and tells a follower, who opens and closes links, one change at a time.
// Promises: a change is durable before anybody acts on it; who was removed stays removed after a restart, also while
// the configuration names it, and who was added is there although it does not. Must never: decide whether a region may
// go, which is for whoever asks. Thread-safe.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/region_list.h"
#include "base/result.h"
#include "regions/peer_rows.h"
#include "store/store.h"

namespace coffer::regions {

struct Peer {
  Region region;
  Address address;
  bool operator==(const Peer&) const = default;
};

// A region that is to be removed.
struct Departure {
  Region region;
  bool is_lost = false;  // for good
  std::string by;        // an ARN
};
// Whether it may go, asked while nothing else changes the membership: what must still hold when that is written. An
// error keeps the region.
using MayGo = std::function<Result<std::vector<store::Precondition>>()>;

// A region that was removed, and of which something may still be here.
struct Removal {
  Region region;
  Time when{};
  bool is_lost = false;
};

enum class Joining : uint8_t { kUnchanged, kMoved, kJoined };

// Acts on changes. Called with nothing of Membership locked but its changes.
class Follower {
 public:
  virtual ~Follower() = default;
  // Before it is decided. An error, which is the caller's then, keeps the region out.
  virtual Result<void> will_join(const Region& region) = 0;
  virtual void joined(const Peer& peer) = 0;
  virtual void moved(const Peer& peer) = 0;
  virtual void left(const Region& region) = 0;
};

class Membership {
 public:
  struct Parts {
    store::Store& store;
    RegionList regions;            // is set from now on
    std::vector<Peer> configured;  // the other regions, as long as the store does not know better
    bool has_link = true;          // whether this region has a link listener and a certificate
    const Clock& clock;
    const Log& log;
  };
  explicit Membership(Parts parts) : parts_(std::move(parts)) {}

  // What the store knows; says in the log where it differs from the configuration. Before anything else.
  // kUsage when there are other regions and no link. kIo, kCorrupt.
  Result<void> load();
  // From then on told of every change. Null: nobody is. It must live until the last change.
  void set_follower(Follower* follower);

  bool has_link() const { return parts_.has_link; }
  // The other regions: those of the configuration in its order, then those that were added, by name.
  std::vector<Peer> peers() const;
  std::optional<Address> address_of(const Region& region) const;
  // Whether it was removed at run time, and has not been added again.
  bool was_removed(const Region& region) const;
  // Those that were removed and are not forgotten yet.
  std::vector<Removal> removals() const;

  // Adds a region, or tells where it is now; `by` is an ARN. Nothing is written when it is there already.
  // kInvalidRequest when it is this region, or this region has no link, or the region was removed as lost and is not
  // forgotten yet. kIo.
  Result<Joining> add(const Peer& peer, const std::string& by);
  // What add() would do, and why it would not.
  Result<Joining> would_add(const Peer& peer) const;
  // Removes a region; false when it is none of the deployment. Waits until nothing is sent to it any more, at most the
  // time-out of a link. `may_go` is asked again when what it relied on has changed meanwhile, or when it says
  // kConflict. kInvalidRequest when it is this region. kIo, and what else `may_go` says.
  Result<bool> remove(const Departure& departure, const MayGo& may_go);
  // Nothing in this region is about it any more. Nothing if it is another removal by now. kIo.
  Result<void> forget(const Removal& removal);

 private:
  Result<void> write(const Region& region, const PeerRow& row, std::vector<store::Precondition> conditions = {});
  // Of the configuration and the rows; mutex_ is held.
  std::vector<Peer> effective() const;
  // Puts what counts now where others see it.
  void publish();

  const Parts parts_;
  std::mutex changes_;  // held through a whole change, which the follower is part of
  mutable std::mutex mutex_;
  Follower* follower_ = nullptr;
  std::map<Region, PeerRow> rows_;
};

}  // namespace coffer::regions
