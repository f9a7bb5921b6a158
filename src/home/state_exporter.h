// What a region lacks, in parts. Promises: all parts are of one moment, the newest; each fits into a frame of the
// region link, and the receiver can take the usual one in one transaction.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "home/state.h"
#include "home/state_kind.h"
#include "store/store.h"

namespace coffer::home {

struct PartLimits {
  size_t bytes = 3 << 20;  // of names and values; a single row may be larger
  size_t rows = 300;
};

struct StateExport {
  enum class Relation {
    kNothing,  // there is no such state here
    kSame,     // the region has it
    kFollows,  // the region is behind
    kForked,   // the region has seen changes that are not in this state's past
  };
  Relation relation = Relation::kNothing;
  Stamp target;
  std::vector<StatePart> parts;  // of kFollows and kForked, in their order; `home` is not set
};

struct ExportSource {
  const store::Store& store;
  const StateKind& kind;
  PartLimits limits{};
};

// For a region that has `base`. What changed since, if that is remembered, otherwise everything. kCorrupt also
// when the rows do not fit to each other; kIo.
Result<StateExport> export_state(const ExportSource& source, const StateId& id, const Stamp& base);

// The stamp of the state; generation 0 when there is none.
Result<Stamp> current_stamp(const ExportSource& source, const StateId& id);

}  // namespace coffer::home
