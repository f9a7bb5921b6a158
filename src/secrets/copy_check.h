// Do you still have what I know you to have? A primary asks a replica region about many copies at once, when one of the
// two has started: the region may have lost its disk or been restored from a backup, and says nothing of that by
// itself. What is missing is sent again; of what differs otherwise the rules of replica_state.h say what it is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace coffer::secrets {

// A copy as its region has acknowledged it.
struct ExpectedCopy {
  AccountId account;
  std::string name;
  std::string suffix;
  uint64_t lineage_epoch = 0;
  uint64_t generation = 0;
  uint64_t state_id = 0;
  bool operator==(const ExpectedCopy&) const = default;
};

// A copy was read in its region.
struct CopyAccess {
  AccountId account;
  std::string name;
  std::string suffix;
  Time day;  // 00:00 UTC of the last one
  bool operator==(const CopyAccess&) const = default;
};

struct CopyCheck {
  std::vector<ExpectedCopy> copies;  // may be empty: is anybody there, and which copies were read since?
  uint64_t accesses_after = 0;       // what the region's process has told of before; 0: nothing
};

enum class CopyVerdict : uint8_t {
  kAsExpected,
  kMissing,  // not there: the region has lost it
  kOther,    // promoted, another primary's, no copy, or the very state without its siblings: a send tells
  kOlder,    // there, and older than what was acknowledged, or an earlier secret of that name: the region has lost what
             // came since
  kAhead,    // there, and newer, or another state of the same generation: a send tells
};

struct CopyAnswer {
  std::vector<CopyVerdict> verdicts;  // of each copy
  // When the copies were read last that were asked about; if it was about none, those that were read for the first time
  // of a day since `accesses_after`.
  std::vector<CopyAccess> accesses;
  uint64_t accesses_to = 0;        // for the next check's `accesses_after`
  bool are_accesses_lost = false;  // there were more, which the region does not remember one by one
};

// Some of the copies that a region has acknowledged, and where to go on; empty: these were the last.
struct ExpectedCopies {
  std::vector<ExpectedCopy> copies;
  std::vector<ExpectedCopy> refused;  // whose last state the region has refused: as they would be if it had not
  std::string next;
};

}  // namespace coffer::secrets
