// What a change of a multi-region key means for the related ones: its generation, who is to hear of it, and what is due
// once they have answered. Inside of this room only. Pure.
#pragma once

#include <vector>

#include "base/clock.h"
#include "kms/key_rows.h"
#include "store/store.h"

namespace coffer::kms {

// Counts a generation if a primary has changed what is shared.
void count_change(const StoredKey& before, StoredKey& after);

// Of a primary that has changed what is shared: all replicas. Of one that has handed over: the next primary. Of a
// replica whose state has changed: the primary.
std::vector<Region> regions_to_tell(const StoredKey& before, const StoredKey& after);

store::Put mark_for(const StoredKey& key, const Region& destination);

// Of a primary that has heard from a replica, or has lost one: materials encrypt once all replicas have them, and the
// waiting period until deletion begins when there are none.
void settle_replicas(StoredKey& primary, Time now);

// Of a key that is being handed over, in the region that hands it over: it is the primary again. The next primary may
// come back after all, with the disk on which it has taken over: it follows if it is on the list, since the higher
// epoch counts.
void take_back(StoredKey& key, const Region& here);

}  // namespace coffer::kms
