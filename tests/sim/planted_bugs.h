// Mistakes that somebody could make, planted around the rooms without touching them, to show that the simulator finds
// them. Each is a way to lose a promise: docs/decisions says which mechanism keeps it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/site.h"

namespace coffer::sim {

// What a mistake changes. Members that are not set change nothing.
struct PlantedBug {
  std::string_view name;
  std::string_view what;  // a line for people
  WrapApplier wrap_applier{};
  std::function<void(store::Transaction&)> tamper{};  // with every transaction of every region
  bool answers_early = false;                         // a store that answers before its fsync
  bool clears_marks_when_sending = false;             // instead of when the answer has come
  bool claims_everything = false;                     // heartbeats say that nothing is undelivered
  bool takes_late_frames = false;                     // frames of sessions that are over
  bool writes_on_replicas = false;                    // the cards' check is missing
  bool forgets_owed_removals = false;                 // with the rest that a region that has left has left behind
  bool trusts_old_joins = false;                      // what a region heard before it left counts when it comes again
  std::string_view families{};                        // in which it is looked for; empty: in none
  uint64_t found_at = 0;  // a seed that has found it; only where to look first, since every change moves it
};

const std::vector<PlantedBug>& planted_bugs();
// Null: there is no such bug.
const PlantedBug* find_bug(std::string_view name);

}  // namespace coffer::sim
