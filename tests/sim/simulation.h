// A deployment in one thread: three to five regions, their clients, clocks, disks and the network between them, all of
// which do what a seed says. Runs the server's own store of secrets, operation cards, replicators, link protocol and
// identity replication; the oracle looks after every event. What else is simulated, and when, are families (family.h).
// The same seed and options give the same run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::sim {

struct Options {
  uint64_t seed = 0;
  int steps = 500;
  std::string bug;           // planted; empty: none. See planted_bugs.h
  bool traces = false;       // tells every event on standard error
  bool keeps_trace = false;  // and in the outcome
  // The regions lie in memory in the other order, which must make no difference.
  bool lies_backwards = false;
  // Names of families, with commas; empty: none. Absent: those of the bug, or as the seed has it.
  std::optional<std::string> families;
};

struct Outcome {
  std::optional<std::string> violation;
  int step = 0;  // in which it was seen
  // What has happened: a run in which nothing does proves nothing.
  int writes = 0;
  int copies_in_sync = 0;
  int crashes = 0;
  int promotions = 0;
  int identity_changes = 0;
  int adoptions = 0;
  int lost_disks = 0;
  int told_lags = 0;
  int rejoined = 0;
  int regions_left = 0;
  int regions_joined = 0;
  int copies_across = 0;  // to other accounts
  int keys_replicated = 0;
  int keys_handed_over = 0;
  int keys_rotated = 0;
  int keys_deleted = 0;
  int encrypted = 0;
  std::string trace;  // a line for every event, if it is kept

  // All that is counted.
  Outcome& operator+=(const Outcome& other);
  // "writes 3, copies in sync 2, ..."
  std::string text() const;
};

Outcome simulate(const Options& options);

}  // namespace coffer::sim
