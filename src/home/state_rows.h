// The rows that the home room itself keeps, as keys and values: who is home, which state of a thing is here, the newest
// changes, and rows that have arrived and are not in their places yet. Format page: docs/formats/home.md. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "home/state.h"
#include "home/state_kind.h"
#include "store/store.h"

namespace coffer::home {

// How many of the newest changes are remembered. Whoever is further behind gets the whole state.
inline constexpr uint64_t kRememberedChanges = 1024;

// "h"
std::string home_key();
struct HomeRow {
  Claim claim;
  std::vector<Region> told;           // for which every state there was when the epoch began has been marked
  bool is_forgotten = false;          // this region's own epoch, of which only others know
  std::map<Region, uint64_t> starts;  // the newest that each region has told of
};
std::string encode(const HomeRow& row);
// kCorrupt, as all of these.
Result<HomeRow> decode_home(std::string_view value);

// "hs" SEP kind SEP account SEP name.
std::string state_key(const StateId& id);
// Of all states: for a scan.
std::string state_family();
// nullopt for keys of other families.
std::optional<StateId> state_of_key(std::string_view key);
struct Reception {
  Stamp base;
  Stamp target;
  Extent extent = Extent::kDelta;
  uint64_t rows = 0;  // that have come
};
struct StateInfo {
  Stamp stamp;
  bool is_settling = false;
  std::optional<Reception> reception;
};
std::string encode(const StateInfo& info);
Result<StateInfo> decode_state(std::string_view value);

// "hh" SEP kind SEP account SEP name SEP generation in 16 hexadecimal digits.
std::string history_key(const StateId& id, uint64_t generation);
std::string history_prefix(const StateId& id);
std::string encode(const HistoryEntry& entry);
Result<HistoryEntry> decode_history(std::string_view key, std::string_view value);

// The main row of a state, all rows below it, and no other.
store::ScanRange state_range(std::string_view prefix);
// Below a state's prefix: the marker that says that what has arrived is in force, and what has arrived.
std::string marker_key(std::string_view prefix);
std::string staged_key(std::string_view prefix, std::string_view name);
std::string staged_prefix(std::string_view prefix);
// The row itself; `name` may be empty.
std::string row_key(std::string_view prefix, std::string_view name);
// What follows the prefix. REQUIRES: the key begins with the prefix.
std::string_view row_name(std::string_view prefix, std::string_view key);
bool is_staged_name(std::string_view name);  // also of the marker
// REQUIRES: is_staged_name(name). Empty of the marker.
std::string_view name_of_staged(std::string_view name);

std::string encode_marker(Extent extent);
Result<Extent> decode_marker(std::string_view value);
struct StagedRow {
  std::optional<std::string> value;  // absent: the row is to be erased
  std::vector<store::Put> attendants;
};
std::string encode(const StagedRow& row);
Result<StagedRow> decode_staged(std::string_view value);

// The rows of a state that count, in the order of their keys, of all rows that a scan of its prefix has found: what has
// arrived in parts counts from the commit on that sets the marker, all of it at once. kCorrupt.
Result<std::vector<store::Row>> rows_in_force(std::string_view prefix, std::vector<store::Row> rows);

}  // namespace coffer::home
