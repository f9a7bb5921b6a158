// What a room tells about the states that it keeps, so that they can travel: where their rows are, which of them hold
// secrets, and which rows of other families attend them. The rooms above implement it once for each kind.
// Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "home/state.h"
#include "store/store.h"

namespace coffer::home {

// A row of another family that exists because a row of a state does: the index of its name, a wrapped secret.
struct Attendant {
  std::string key;
  // What it holds if it is still this state's: another state may have taken the key over. Absent: it is, whatever it
  // holds.
  std::optional<std::string> value{};
};

// A row as this region stores it.
struct ArrivedRow {
  std::string value;
  std::vector<store::Put> attendants;
};

class StateKind {
 public:
  virtual ~StateKind() = default;

  // The word of StateId::kind, a literal.
  virtual std::string_view word() const = 0;
  // All states of this kind that this region has.
  virtual Result<std::vector<StateId>> all() const = 0;
  // The key of the main row. All others are below it: the prefix, a separator, the name. No name begins with "s" and a
  // separator, nor is "s": there stands what has arrived and is not in force yet.
  virtual std::string prefix(const StateId& id) const = 0;
  // Of the change that wrote the row. kCorrupt.
  virtual Result<uint64_t> generation(const store::Row& row) const = 0;

  // The row for the way to another region: without what only this region can read, with its secrets. kConflict when it
  // does not fit to what else is stored, because somebody changes it at this moment; kCorrupt.
  virtual Result<StateRow> leaving(const StateId& id, std::string_view name, std::string_view value) const = 0;
  // The row for this region's store. REQUIRES: it has a value. kCorrupt when it is none that leaving() made, or there
  // can be no such state.
  virtual Result<ArrivedRow> arriving(const StateId& id, const StateRow& row) const = 0;
  // Those of a stored row, which go when it does. kCorrupt.
  virtual Result<std::vector<Attendant>> attendants(const StateId& id, std::string_view name,
                                                    std::string_view value) const = 0;
};

// All kinds there are. Not owned.
using StateKinds = std::vector<const StateKind*>;

// nullptr when there is no such kind.
inline const StateKind* find_kind(const StateKinds& kinds, std::string_view word) {
  for (const StateKind* kind : kinds) {
    if (kind->word() == word) return kind;
  }
  return nullptr;
}

}  // namespace coffer::home
