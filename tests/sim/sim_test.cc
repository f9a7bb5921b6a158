// What script/test runs of the simulation: a few hundred seeds, and a proof that the simulation sees mistakes.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "sim/planted_bugs.h"
#include "sim/simulation.h"

namespace coffer::sim {
namespace {

constexpr uint64_t kSeedsOfACase = 50;
constexpr uint64_t kSeedsToFindABug = 2'000;

class Simulated : public ::testing::TestWithParam<uint64_t> {};

TEST_P(Simulated, WhatIsPromisedHolds) {
  Outcome all;
  for (uint64_t seed = GetParam(); seed < GetParam() + kSeedsOfACase; ++seed) {
    const Outcome outcome = simulate({.seed = seed});
    ASSERT_FALSE(outcome.violation) << "seed " << seed << ", step " << outcome.step << ": " << *outcome.violation
                                    << "\nscript/sim --seeds " << seed << " --trace tells how it came to that";
    all += outcome;
  }
  // A simulation in which nothing happens proves nothing.
  EXPECT_GT(all.writes, 2'000);
  EXPECT_GT(all.copies_in_sync, 50);
  EXPECT_GT(all.crashes, 200);
  EXPECT_GT(all.promotions, 10);
  EXPECT_GT(all.identity_changes, 50);
  EXPECT_GT(all.adoptions, 10);
  EXPECT_GT(all.lost_disks, 10);
  EXPECT_GT(all.told_lags, 50);
  EXPECT_GT(all.rejoined, 0);
  EXPECT_GT(all.regions_left, 5);
  EXPECT_GT(all.regions_joined, 10);
  EXPECT_GT(all.copies_across, 10);
  EXPECT_GT(all.keys_replicated, 10);
  EXPECT_GT(all.keys_rotated, 3);
  EXPECT_GT(all.encrypted, 50);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Simulated, ::testing::Values(0, 50, 100, 150, 200, 250));

// Whoever finds a violation must be able to look at it again.
TEST(SimulationTest, TheSameSeedGivesTheSameRun) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    const Outcome first = simulate({.seed = seed, .bug = "torn-transaction"});
    const Outcome second = simulate({.seed = seed, .bug = "torn-transaction"});
    EXPECT_EQ(first.violation, second.violation);
    EXPECT_EQ(first.step, second.step);
    EXPECT_EQ(first.writes, second.writes);
    EXPECT_EQ(first.crashes, second.crashes);
  }
}

std::string first_difference(const std::string& first, const std::string& second) {
  std::istringstream lines(first);
  std::istringstream others(second);
  std::string line;
  std::string other;
  while (std::getline(lines, line)) {
    if (!std::getline(others, other)) return "only one of the two: " + line;
    if (line != other) return line + "\n" + other;
  }
  return std::getline(others, other) ? "only one of the two: " + other : "";
}

// Every event, through healing, and with all families; and wherever in memory everything is. In the last three, frames
// of several ways arrive after healing.
TEST(SimulationTest, TheSameSeedGivesTheSameRunToItsEnd) {
  for (const uint64_t seed : {0, 1, 6, 10, 53}) {
    Options options{.seed = seed, .keeps_trace = true, .families = "regions,accounts,keys"};
    const Outcome first = simulate(options);
    EXPECT_FALSE(first.violation) << *first.violation;
    options.lies_backwards = true;
    const Outcome second = simulate(options);
    EXPECT_EQ(first_difference(first.trace, second.trace), "") << "seed " << seed;
    EXPECT_EQ(first.text(), second.text()) << "seed " << seed;
    EXPECT_GT(std::ranges::count(first.trace, '\n'), 200);
  }
}

class Planted : public ::testing::TestWithParam<std::string> {};

// An oracle that sees nothing would be content with everything.
TEST_P(Planted, IsFound) {
  if (simulate({.seed = find_bug(GetParam())->found_at, .bug = GetParam()}).violation) return;
  for (uint64_t seed = 0; seed < kSeedsToFindABug; ++seed) {
    if (simulate({.seed = seed, .bug = GetParam()}).violation) return;
  }
  ADD_FAILURE() << GetParam() << " is not found by " << kSeedsToFindABug << " seeds";
}

std::vector<std::string> names_of_bugs() {
  std::vector<std::string> names;
  for (const PlantedBug& bug : planted_bugs())
    names.emplace_back(bug.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Bugs, Planted, ::testing::ValuesIn(names_of_bugs()), [](const auto& parameter) {
  std::string name = parameter.param;
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace coffer::sim
