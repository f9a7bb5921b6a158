// How the delivery of one outbox row ended. Inside of this room only.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace coffer::replication {

struct Delivery {
  enum class Kind : uint8_t {
    kDone,        // the region has it, or there is nothing to have
    kMarkedAnew,  // not yet: a newer mark stands for it
    kRefused,     // for good: recorded as Failed, the mark is gone
    kSetAside,    // this one cannot be sent now, others can; the mark stays
    kLinkDown,    // the region did not answer
    kStoreDown,   // this region's store did not
  };
  Kind kind = Kind::kDone;
  std::string message;       // empty if done
  bool leaves_copy = false;  // of a secret that was refused: the region may go on serving an older copy of it
};

// The store or the node is in trouble, not this one row.
bool is_store_trouble(ErrorCode code);
// Of Link::send(): the region takes nothing now.
bool is_link_trouble(ErrorCode code);
Delivery store_down(const Error& error);
// Deletes the mark if it is still the row that was read; false when a newer one has taken its place, which stays.
Result<bool> clear_mark(store::Store& store, const store::Row& row);

}  // namespace coffer::replication
