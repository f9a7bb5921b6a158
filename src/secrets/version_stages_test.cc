#include "secrets/version_stages.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "base/random.h"

namespace coffer::secrets {
namespace {

// "v1" becomes "v1-00000...": a version id has at least 32 characters.
VersionId version(const std::string& name) {
  return *VersionId::parse(name + "-" + std::string(32, '0'));
}

std::string expand(std::string_view label) {
  if (label == "C") return std::string(kAwsCurrent);
  if (label == "P") return std::string(kAwsPending);
  if (label == "V") return std::string(kAwsPrevious);
  return std::string(label);
}

std::vector<std::string> words(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, separator);)
    if (!word.empty()) result.push_back(word);
  return result;
}

// "put v2 P,ONE" (an empty list: no labels given), "stage C v1 v2" ("-" for an absent id).
Result<StageMap> perform(StageMap map, const std::string& call) {
  const auto parts = words(call, ' ');
  if (parts[0] == "put") {
    std::vector<std::string> stages;
    if (parts.size() > 2)
      for (const auto& label : words(parts[2], ','))
        stages.push_back(expand(label));
    return add_version(std::move(map), version(parts[1]), stages);
  }
  StageMove move{expand(parts[1]), std::nullopt, std::nullopt};
  if (parts[2] != "-") move.remove_from = version(parts[2]);
  if (parts[3] != "-") move.move_to = version(parts[3]);
  return move_stage(std::move(map), move);
}

// "v1 V, v2 C P": the labels of every version in the order of creation.
StageMap expected_map(const std::string& text) {
  StageMap map;
  for (const auto& entry : words(text, ',')) {
    const auto parts = words(entry, ' ');
    VersionStages stages{version(parts[0]), {}};
    for (size_t i = 1; i < parts.size(); ++i)
      if (parts[i] != "-") stages.stages.push_back(expand(parts[i]));
    std::ranges::sort(stages.stages);
    map.push_back(stages);
  }
  return map;
}

std::string text_of(const StageMap& map) {
  std::string text;
  for (const auto& entry : map) {
    text += entry.id.text().substr(0, entry.id.text().find('-')) + ":";
    for (const auto& stage : entry.stages)
      text += " " + stage;
    text += "; ";
  }
  return text;
}

struct Step {
  std::string call;
  std::string after;
};
struct Trace {
  std::string name;
  std::vector<Step> steps;
};

const Trace kTraces[] = {
    {"PlainWrites",
     {{"put v1", "v1 C"},
      {"put v2", "v1 V, v2 C"},
      {"put v3", "v1 -, v2 V, v3 C"},
      {"put v4", "v1 -, v2 -, v3 V, v4 C"}}},
    {"PendingThenCurrentThenAPlainWrite",
     {{"put v1", "v1 C"},
      {"put v2 P", "v1 C, v2 P"},
      {"stage C v1 v2", "v1 V, v2 C P"},
      {"put v3", "v1 -, v2 V, v3 C"}}},
    {"RotationWithoutRemovingPending",
     {{"put v1", "v1 C"},
      {"put v2 P", "v1 C, v2 P"},
      {"stage C v1 v2", "v1 V, v2 C P"},
      {"put v3 P", "v1 V, v2 C, v3 P"},
      {"stage C v2 v3", "v1 -, v2 V, v3 C P"}}},
    {"CustomLabelsRideAlong",
     {{"put v1", "v1 C"},
      {"put v2 P,AWSSOMETHING,PUT1", "v1 C, v2 P AWSSOMETHING PUT1"},
      {"stage C v1 v2", "v1 V, v2 C P AWSSOMETHING PUT1"},
      {"put v3 P,PUT2", "v1 V, v2 C AWSSOMETHING PUT1, v3 P PUT2"},
      {"stage C v2 v3", "v1 -, v2 V AWSSOMETHING PUT1, v3 C P PUT2"}}},
    {"CustomLabelsWithTheFirstWriteLabelledCurrent",
     {{"put v1", "v1 C"},
      {"put v2 C,PUT0", "v1 V, v2 C PUT0"},
      {"put v3 P,PUT1", "v1 V, v2 C PUT0, v3 P PUT1"},
      {"stage C v2 v3", "v1 -, v2 V PUT0, v3 C P PUT1"},
      {"put v4 P,PUT2", "v1 -, v2 V PUT0, v3 C PUT1, v4 P PUT2"},
      {"stage C v3 v4", "v1 -, v2 PUT0, v3 V PUT1, v4 C P PUT2"}}},
    {"LabelsOnly",
     {{"put v1", "v1 C"},
      {"put v2 one,two,three", "v1 C, v2 one two three"},
      {"put v3 one,two,three,four", "v1 C, v2 -, v3 one two three four"}}},
    {"LabelsOnlySomeOfThem",
     {{"put v1", "v1 C"},
      {"put v2 one,two,three", "v1 C, v2 one two three"},
      {"put v3 one,two,four", "v1 C, v2 three, v3 one two four"}}},
    {"RemovingALabel",
     {{"put v1", "v1 C"},
      {"put v2 PENDING", "v1 C, v2 PENDING"},
      {"stage C v1 v2", "v1 V, v2 C PENDING"},
      {"stage PENDING v2 -", "v1 V, v2 C"}}},
    {"LambdaRotation",
     {{"put v1", "v1 C"},
      {"put T P", "v1 C, T P"},
      {"stage C v1 T", "v1 V, T C P"},
      {"stage P T -", "v1 V, T C"},
      {"put U P", "v1 V, T C, U P"},
      {"stage C T U", "v1 -, T V, U C P"},
      {"stage P U -", "v1 -, T V, U C"}}},
    {"RollingBackExchangesCurrentAndPrevious",
     {{"put v1", "v1 C"}, {"put v2", "v1 V, v2 C"}, {"stage C v2 v1", "v1 C, v2 V"}}},
    {"TheFirstVersionIsCurrentWhateverItsLabels", {{"put v1 mine", "v1 C mine"}, {"put v2 V", "v1 C mine, v2 V"}}},
    {"AVersionIsNeverCurrentAndPreviousAtOnce", {{"put v1 V", "v1 C"}, {"put v2 C,V", "v1 V, v2 C"}}},
    {"ALabelGivenTwiceIsOneLabel", {{"put v1", "v1 C"}, {"put v2 one,one", "v1 C, v2 one"}}},
    {"MovingALabelToWhereItIsChangesNothing",
     {{"put v1", "v1 C"},
      {"put v2", "v1 V, v2 C"},
      {"stage C - v2", "v1 V, v2 C"},
      {"stage C v2 v2", "v1 V, v2 C"},
      {"stage V v1 v1", "v1 V, v2 C"}}},
    {"ALabelOnNobodyIsAttached", {{"put v1", "v1 C"}, {"stage new - v1", "v1 C new"}, {"stage new v1 -", "v1 C"}}},
    {"AWriteOfCurrentLeavesPendingOnOtherVersions",
     {{"put v1", "v1 C"}, {"put T P", "v1 C, T P"}, {"put v2", "v1 V, T P, v2 C"}}},
};

class RecordedTrace : public ::testing::TestWithParam<Trace> {};

// Labels move as they were recorded moving on AWS; clients and rotation functions rely on each of these steps.
TEST_P(RecordedTrace, MovesLabelsAsAwsDoes) {
  StageMap map;
  for (const Step& step : GetParam().steps) {
    auto next = perform(map, step.call);
    ASSERT_TRUE(next.ok()) << step.call << ": " << next.error().message;
    map = *next;
    EXPECT_EQ(map, expected_map(step.after)) << step.call << " gave " << text_of(map);
  }
}

INSTANTIATE_TEST_SUITE_P(VersionStages, RecordedTrace, ::testing::ValuesIn(kTraces),
                         [](const auto& info) { return info.param.name; });

struct Refusal {
  std::string call;
  ErrorCode code;
  std::string message;
};

// Tools print these texts and scripts match on them.
TEST(MoveStage, RefusesWithTheTextsOfAws) {
  const StageMap map = expected_map("v1 V, v2 C, v3 one");
  const std::string v1 = version("v1").text(), v2 = version("v2").text(), v3 = version("v3").text();
  const std::string wrong_one =
      "When you move staging label one, if you specify RemoveFromVersionId, it must be set to the version that "
      "currently has the staging label one.";
  const Refusal refusals[] = {
      {"stage C - v1", ErrorCode::kInvalidParameter,
       "The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is currently attached to version " +
           v2 + ", so you must explicitly reference that version in RemoveFromVersionId."},
      {"stage one v1 v2", ErrorCode::kInvalidParameter, wrong_one},
      {"stage one v1 -", ErrorCode::kInvalidParameter, wrong_one},
      {"stage C v2 -", ErrorCode::kInvalidParameter,
       "You can only move staging label AWSCURRENT to a different secret version. It can\u2019t be completely "
       "removed."},
      {"stage one v3 v9", ErrorCode::kResourceNotFound,
       "Secrets Manager can't find the specified secret value for VersionId: " + version("v9").text()},
      {"stage one v9 v1", ErrorCode::kResourceNotFound,
       "Secrets Manager can't find the specified secret value for VersionId: " + version("v9").text()},
      {"stage one - -", ErrorCode::kInvalidParameter,
       "You must provide RemoveFromVersionId, MoveToVersionId, or both."},
      {"stage V v1 v2", ErrorCode::kInvalidParameter,
       "You can't attach staging label AWSPREVIOUS to the version that has staging label AWSCURRENT."},
  };
  for (const Refusal& refusal : refusals) {
    const auto result = perform(map, refusal.call);
    ASSERT_FALSE(result.ok()) << refusal.call;
    EXPECT_EQ(result.error().code, refusal.code) << refusal.call;
    EXPECT_EQ(result.error().message, refusal.message) << refusal.call;
  }
}

// The limit counts the labels of all versions together, also those that a move adds by itself.
TEST(StageLimit, IsTwentyLabelsOverAllVersions) {
  std::vector<std::string> nineteen;
  for (int i = 0; i < 19; ++i)
    nineteen.push_back("label" + std::to_string(i));
  auto full = add_version({}, version("v1"), nineteen);
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full->front().stages.size(), 20u);
  // AWSPREVIOUS would be the twenty-first.
  EXPECT_EQ(add_version(*full, version("v2"), {}).error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(move_stage(*full, {"another", std::nullopt, version("v1")}).error().code, ErrorCode::kLimitExceeded);
  // Moving what is there adds nothing.
  EXPECT_TRUE(add_version(*full, version("v2"), {"label3"}).ok());
}

void expect_invariants(const StageMap& map, const std::string& after) {
  std::multiset<std::string> labels;
  for (const auto& entry : map) {
    EXPECT_TRUE(std::ranges::is_sorted(entry.stages)) << after;
    labels.insert(entry.stages.begin(), entry.stages.end());
    const auto has = [&](std::string_view stage) { return std::ranges::count(entry.stages, stage) > 0; };
    EXPECT_FALSE(has(kAwsCurrent) && has(kAwsPrevious)) << after;
  }
  EXPECT_EQ(std::set(labels.begin(), labels.end()).size(), labels.size()) << "a label twice after " << after;
  EXPECT_LE(labels.size(), kMaxStagesPerSecret) << after;
  EXPECT_EQ(labels.count(std::string(kAwsCurrent)), map.empty() ? 0u : 1u) << after;
}

// No order of calls, sensible or not, may break what every reader of labels takes for granted.
TEST(VersionStages, KeepTheirInvariantsUnderAnySequenceOfCalls) {
  const std::vector<std::string> labels = {"C", "P", "V", "one", "two"};
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SeededRandom random(seed);
    StageMap map;
    std::string history;
    uint32_t made = 0;
    for (int step = 0; step < 40; ++step) {
      std::string call;
      const auto some_version = [&] { return "v" + std::to_string(random.uniform(made + 2)); };
      if (random.uniform(3) == 0) {
        call = "put v" + std::to_string(++made) + " ";
        for (uint32_t i = random.uniform(4); i > 0; --i)
          call += labels[random.uniform(5)] + ",";
      } else {
        call = "stage " + labels[random.uniform(5)] + " " + (random.uniform(3) == 0 ? "-" : some_version()) + " " +
               (random.uniform(4) == 0 ? "-" : some_version());
      }
      history += call + "; ";
      const StageMap before = map;
      auto next = perform(map, call);
      if (next.ok()) map = *next;
      expect_invariants(map, history);
      // A move that AWSCURRENT took part in leaves the former holder behind as AWSPREVIOUS.
      const auto* former = find_stage(before, kAwsCurrent);
      const auto* now = find_stage(map, kAwsCurrent);
      if (former && now->id != former->id) {
        ASSERT_NE(find_stage(map, kAwsPrevious), nullptr) << history;
        EXPECT_EQ(find_stage(map, kAwsPrevious)->id, former->id) << history;
      }
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace coffer::secrets
