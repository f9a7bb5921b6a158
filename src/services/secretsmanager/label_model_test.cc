// Versions and labels: the operations against a naive model, over random sequences. A difference is reported with its
// seed and the fewest steps that show it. That differences are found is tested, too, with models of which one rule is
// broken.
#include "services/secretsmanager/testing/label_model.h"

#include <gtest/gtest.h>

#include <regex>

#include "services/secretsmanager/testing/label_comparison.h"
#include "services/secretsmanager/testing/label_sequences.h"

namespace coffer::secretsmanager::testing {
namespace {

// The steps and what they find; version ids are long, and only their numbers matter.
std::string report(const std::vector<Step>& steps) {
  std::string text;
  for (const Step& step : steps)
    text += "  " + text_of(step) + "\n";
  text += first_difference(steps, {})->what;
  return std::regex_replace(text, std::regex("version-0*(\\d)"), "v$1");
}

void expect_no_difference(Flavour flavour, uint64_t seeds) {
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    std::vector<Step> steps = random_sequence(flavour, seed);
    const auto difference = first_difference(steps, {});
    if (!difference) continue;
    steps.resize(difference->steps);
    FAIL() << "seed " << seed << ":\n" << report(shrunk(std::move(steps), {}));
  }
}

TEST(LabelModel, EverydayCallsDoWhatItSays) {
  expect_no_difference(Flavour::kEveryday, 10);
}

TEST(LabelModel, LabelsMoveAsItSays) {
  expect_no_difference(Flavour::kLabels, 10);
}

TEST(LabelModel, OldVersionsGoWhenItSays) {
  expect_no_difference(Flavour::kOldVersions, 2);
}

TEST(LabelModel, TooManyVersionsAreRefusedWhenItSays) {
  expect_no_difference(Flavour::kManyVersions, 1);
}

// A comparison that finds nothing proves nothing unless it would find something.
struct BrokenRule {
  const char* name;
  bool Rules::*rule;
  Flavour flavour;
};

void PrintTo(const BrokenRule& broken, std::ostream* out) {
  *out << broken.name;
}

Rules without(bool Rules::*rule) {
  Rules rules;
  rules.*rule = false;
  return rules;
}

// The first sequence that shows the broken rule; empty if none does.
std::vector<Step> sequence_against(const Rules& rules, Flavour flavour) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    std::vector<Step> steps = random_sequence(flavour, seed);
    if (first_difference(steps, rules)) return steps;
  }
  return {};
}

class LabelModelWithout : public ::testing::TestWithParam<BrokenRule> {};

TEST_P(LabelModelWithout, DiffersFromTheOperations) {
  EXPECT_FALSE(sequence_against(without(GetParam().rule), GetParam().flavour).empty());
}

constexpr BrokenRule kRules[] = {
    {"FirstValueIsCurrent", &Rules::first_value_is_current, Flavour::kEveryday},
    {"FirstValueIsNotPrevious", &Rules::first_value_is_not_previous, Flavour::kEveryday},
    {"WriteTakesItsLabels", &Rules::write_takes_its_labels, Flavour::kLabels},
    {"WriteMakesFormerPrevious", &Rules::write_makes_former_previous, Flavour::kLabels},
    {"MoveMakesFormerPrevious", &Rules::move_makes_former_previous, Flavour::kLabels},
    {"WriteTakesPending", &Rules::write_takes_pending, Flavour::kLabels},
    {"WriteLeavesOtherPending", &Rules::write_leaves_other_pending, Flavour::kLabels},
    {"MoveLeavesPending", &Rules::move_leaves_pending, Flavour::kLabels},
    {"UpdateTakesCurrent", &Rules::update_takes_current, Flavour::kLabels},
    {"RepetitionSucceeds", &Rules::repetition_succeeds, Flavour::kEveryday},
    {"RepetitionChangesNothing", &Rules::repetition_changes_nothing, Flavour::kEveryday},
    {"TokenBelongsToItsBytes", &Rules::token_belongs_to_its_bytes, Flavour::kEveryday},
    {"TokenBelongsToItsKind", &Rules::token_belongs_to_its_kind, Flavour::kEveryday},
    {"MoveNamesTheHolder", &Rules::move_names_the_holder, Flavour::kLabels},
    {"MoveNamesTheRightHolder", &Rules::move_names_the_right_holder, Flavour::kLabels},
    {"CurrentIsNeverRemoved", &Rules::current_is_never_removed, Flavour::kLabels},
    {"UnknownVersionsGetNothing", &Rules::unknown_versions_get_nothing, Flavour::kLabels},
    {"LabelsAreLimited", &Rules::labels_are_limited, Flavour::kLabels},
    {"VersionsAreLimited", &Rules::versions_are_limited, Flavour::kManyVersions},
    {"OldVersionsGo", &Rules::old_versions_go, Flavour::kOldVersions},
    {"OldestGoFirst", &Rules::oldest_go_first, Flavour::kOldVersions},
    {"YoungVersionsStay", &Rules::young_versions_stay, Flavour::kOldVersions},
    {"ADayIsOld", &Rules::a_day_is_old, Flavour::kOldVersions},
    {"DeletionStopsWrites", &Rules::deletion_stops_writes, Flavour::kEveryday},
    {"DeletionKeepsTheName", &Rules::deletion_keeps_the_name, Flavour::kEveryday},
    {"DeletionEnds", &Rules::deletion_ends, Flavour::kEveryday},
    {"RestoredIsAsItWas", &Rules::restored_is_as_it_was, Flavour::kEveryday},
};

// Who adds a rule adds its line above.
TEST(LabelModel, EveryRuleIsBrokenOnce) {
  EXPECT_EQ(std::size(kRules), sizeof(Rules) / sizeof(bool));
}

INSTANTIATE_TEST_SUITE_P(Rule, LabelModelWithout, ::testing::ValuesIn(kRules),
                         [](const auto& info) { return std::string(info.param.name); });

// Who reads a report wants to see what matters.
TEST(LabelModel, NoStepOfAReportCanBeLeftOut) {
  const Rules rules = without(&Rules::write_takes_pending);
  const std::vector<Step> all = sequence_against(rules, Flavour::kLabels);
  const std::vector<Step> steps = shrunk(all, rules);
  EXPECT_LT(steps.size(), all.size());
  EXPECT_TRUE(first_difference(steps, rules));
  for (size_t i = 0; i < steps.size(); ++i) {
    std::vector<Step> fewer = steps;
    fewer.erase(fewer.begin() + static_cast<ptrdiff_t>(i));
    EXPECT_FALSE(first_difference(fewer, rules)) << text_of(steps[i]);
  }
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
