// A state that does not fit into one transaction: its rows wait below the state's prefix until all have come, count all
// at once from the commit on that sets the marker (rows_in_force()), and are then moved into their places, which
// changes nothing that anybody sees. Each step is a commit of its own; what breaks off is gone on with by settle().
// Inside of this room only.
#pragma once

#include <string>

#include "base/result.h"
#include "home/home_region.h"
#include "home/state.h"
#include "home/state_kind.h"
#include "store/store.h"

namespace coffer::home {

struct StagePlace {
  store::Store& store;
  const StateKind& kind;
  const StateId& id;
  store::Precondition fence;
  size_t operations;  // of one transaction
};

// Keeps the rows of a part, and with the last one puts the state in force. kConflict when the state is not `known` any
// more; otherwise as StateReceiver::apply().
Result<void> stage(const StagePlace& place, const StatePart& part, const StoredState& known);

// The state is gone, from this commit on; settle() erases its rows. kConflict as above.
Result<void> put_nothing_in_force(const StagePlace& place);

// Moves what is in force into its places and drops what is not. kConflict when the state changed meanwhile.
Result<void> settle(const StagePlace& place);

// Adds to `transaction` the deletion of those attendants of a row, which goes or gets another value, that are still
// this state's and that `keep(key)` does not want.
template <class Keep>
Result<void> drop_attendants(const StagePlace& place, const store::Row& old, const Keep& keep,
                             store::Transaction& transaction) {
  const std::string prefix = place.kind.prefix(place.id);
  COFFER_ASSIGN(const auto attendants, place.kind.attendants(place.id, row_name(prefix, old.key), old.value));
  for (const Attendant& attendant : attendants) {
    if (keep(attendant.key)) continue;
    if (attendant.value) {
      COFFER_ASSIGN(const auto row, place.store.get(attendant.key));
      if (!row || row->value != *attendant.value) continue;
      transaction.preconditions.push_back({attendant.key, row->revision});
    }
    transaction.deletes.push_back(attendant.key);
  }
  return {};
}

// What both ways of applying have in common: the new stamp, the memory of the changes. `info` without a reception.
Result<void> conclude(const StagePlace& place, const StatePart& part, const StoredState& known, const StateInfo& info,
                      store::Transaction& transaction);

}  // namespace coffer::home
