// Telling the other regions of everything there is: after this region has become home, or another one has joined the
// deployment. And asking a new home about everything that is here: what it does not know of was lost with the old one.
// Only marks are written; the replicators do the rest.
#pragma once

#include "base/result.h"
#include "home/home_region.h"
#include "home/state_kind.h"

namespace coffer::home {

// Marks every state of these kinds for each region of HomeRegion::untold(). May be broken off anywhere and begun again.
// Returns how many states there are; kIo, kCorrupt; kConflict when
// who is home changed meanwhile.
Result<size_t> announce_everything(HomeRegion& home, const StateKinds& kinds);

}  // namespace coffer::home
