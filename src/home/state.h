// What travels from the home region to the others, and what they answer. A state is rows below one prefix of keys, one
// of which is the main row. Each change gives it a new stamp, so that two regions with equal stamps have equal rows.
// A part says from which state it leads to which: a region that has another one takes nothing of it. So nothing that
// arrives late, twice or out of order does harm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/secret_bytes.h"

namespace coffer::home {

// A thing that only the home region changes: an account, its identities, an organization, the session keys.
struct StateId {
  std::string kind;   // as outbox marks name it: "identities"
  AccountId account;  // whose it is; empty: no account's
  std::string name;   // which one, where account and kind do not tell
  bool operator==(const StateId&) const = default;
};

struct Stamp {
  uint64_t generation = 0;  // grows by one with every change; 0: there is nothing yet
  uint64_t epoch = 0;       // of the home that made the change
  uint64_t id = 0;          // random: a home that was restored from a backup makes other changes of the same numbers
  bool operator==(const Stamp&) const = default;
};

// Far above what anybody will ever need, and far below the end, behind which none could be overruled.
inline constexpr uint64_t kLastEpoch = uint64_t{1} << 62;

// "REGION is home since EPOCH." Of two claims the one of the higher epoch counts.
struct Claim {
  Region region;
  uint64_t epoch = 0;
  bool operator==(const Claim&) const = default;
};

struct StateRow {
  std::string name;                  // what follows the state's prefix in the key; empty: the main row
  std::optional<std::string> value;  // without secrets; absent: there is no such row any more
  std::vector<SecretBytes> secrets;  // plaintext that belongs to it, in an order that the kind knows
};

// A change as its region remembers it.
struct HistoryEntry {
  Stamp stamp;
  std::vector<std::string> erased;  // names of rows
};

enum class Extent : uint8_t {
  kDelta,  // what changed since the base
  kWhole,  // everything: what it does not name is not there any more
};
enum class Position : uint8_t { kNotLast, kLast };

// One of the messages that bring a state; most have one.
struct StatePart {
  StateId of;
  Claim home;  // who sends it
  Stamp base;  // exactly what the receiver has
  Stamp target;
  Extent extent = Extent::kDelta;
  uint64_t first_row = 0;  // of the state's rows in this transfer, which are in the order of their keys
  Position position = Position::kLast;
  uint64_t lost = 0;  // changes that the receiver has and the target has not: those of a home that was left behind
  std::vector<StateRow> rows;
  std::vector<HistoryEntry> history;  // in the last part: the newest changes up to the target's
};

// Which state of it do you have? From home to know what to send, or to home to know whether there is such a thing.
struct StateQuestion {
  StateId of;
  Claim home;  // as the sender knows it
};

enum class StateVerdict : uint8_t {
  kApplied,    // or, of a part that is not the last: kept until the others have come
  kThere,      // the region has the target; of a question: the home is known
  kOtherBase,  // it has neither: `stamp`
  kOtherHome,  // it knows a home of a higher epoch, or another one of the same: `home`; or is it, and has forgotten
               // that
};

struct StateAnswer {
  StateVerdict verdict = StateVerdict::kApplied;
  Stamp stamp;  // what the region has now
  Claim home;   // as the region knows it now
};

}  // namespace coffer::home
