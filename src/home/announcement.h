// Telling the other regions of everything there is: after this region has become home, or another one has joined the
// deployment or started again. And asking a new home about everything that is here: what it does not know of was lost
// with the old one. Only marks are written; the replicators do the rest.
#pragma once

#include <vector>

#include "base/result.h"
#include "home/state_receiver.h"

namespace coffer::home {

// Every state of the receiver's kinds that is or was here, also those of which only the stamp is left: others may still
// have their rows. kIo, kCorrupt.
Result<std::vector<StateId>> all_states(const StateReceiver& states);

// Marks every state of the receiver's kinds for `peer`, if it is one of HomeRegion::untold(); true then. May be broken
// off anywhere and begun again. kIo, kCorrupt; kConflict when who is home changed meanwhile.
Result<bool> announce_everything(const StateReceiver& states, const Region& peer);

}  // namespace coffer::home
