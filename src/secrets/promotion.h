// How another region becomes the primary of a secret, and the former one its replica: the rules, as changes that
// SecretStore::update() makes. Pure. What keeps the former primary from doing harm is the lineage epoch, which a
// promotion raises (replica_state.h).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/region_list.h"
#include "base/result.h"
#include "secrets/secret_store.h"

namespace coffer::secrets {

// StopReplicationToReplica: the copy in `here` becomes a secret of its own, without replicas. kInvalidRequest when it
// is no replica, or is to be deleted.
Result<Change> promoted(const SecretView& view, const Region& here);

// The same because the primary in `from` is lost: the promoted secret is replicated to all regions that had it, with
// the keys that it had there, and so to `from` when that comes back without its data. kInvalidRequest when it is no
// replica of one in `from`.
// Two regions may have been promoted at a time, in one lineage epoch, and nobody can tell which of them counts. With
// the epoch of the one in `from`, the one here is promoted once more and so stands above; its replicas are told anew.
// kInvalidRequest when it is not of that epoch, not replicated to `from`, or replaced itself.
struct Failover {
  const Region& from;
  const RegionList& regions;                 // those that are not in it any more are left out
  std::optional<uint64_t> rival_epoch = {};  // of the primary in `from`
};
Result<Change> failed_over(const SecretView& view, const Failover& failover);

// The former primary gives up what it has: a replica from now on, of the copy that was promoted in `primary`. Its
// values stay readable until that region's state replaces them. kInvalidRequest unless a region has answered that it
// is, or follows, that one, so that nobody gives up the only primary by mistake, and all have answered that they follow
// another, so that none is left without a primary.
Result<Change> rejoined(const SecretView& view, const Region& primary);

// The one that was promoted in the place of this primary, which is known here: all its replicas follow that one, or are
// promoted themselves. A null pointer: as far as is known here, this is the primary.
const ReplicaProgress::Successor* successor_of(const SecretView& view);

// For SecretStore::retry(). kInvalidRequest when the secret is not replicated to the region.
Result<void> check_replicated_to(const SecretView& view, const Region& region);

}  // namespace coffer::secrets
