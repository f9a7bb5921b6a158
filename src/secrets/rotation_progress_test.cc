// What becomes of a rotation when labels move, case by case. How requests move them: tests/cases/rotate_secret.json.
#include "secrets/rotation_progress.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "secrets/version_stages.h"

namespace coffer::secrets {
namespace {

const Time kSet = *parse_iso_basic("20261124T103000Z");
const Time kChanged = *parse_iso_basic("20261125T113000Z");

using Stages = std::vector<std::string>;

VersionId id(int number) {
  return *VersionId::parse("version-0000000000000000000000-" + std::to_string(number));
}

// Versions 0, 1, ... with these labels; version 1 is what the rotation waits for.
Secret secret_with(const std::vector<Stages>& labels) {
  Secret secret;
  for (size_t i = 0; i < labels.size(); ++i)
    secret.versions.push_back({.id = id(static_cast<int>(i)), .stages = labels[i], .created = kSet});
  secret.rotation = Rotation{.enabled = true, .lambda_arn = "arn", .counted_from = kSet, .pending = id(1)};
  return secret;
}

class RotationProgress : public ::testing::Test {
 protected:
  // The rotation after a change of labels that gave `written` a value.
  const Rotation& settle(const std::vector<Stages>& before, const std::vector<Stages>& after,
                         std::optional<int> written = std::nullopt) {
    Secret former = secret_with(before);
    former.rotation->rules = rules;
    change_ = Change();
    change_.secret = secret_with(after);
    change_.secret.rotation = former.rotation;
    change_.secret.changed = kChanged;
    if (written) change_.values.push_back({id(*written), SecretBytes::copy_of("v")});
    settle_rotation(former, change_);
    return *change_.secret.rotation;
  }
  Stages stages(size_t version) const { return change_.secret.versions.at(version).stages; }

  RotationRules rules;

 private:
  Change change_;
};

// Who moves AWSCURRENT does not matter, nor whether the version got its value before or with it.
TEST_F(RotationProgress, ItIsFinishedWhenItsVersionBecomesCurrent) {
  for (const Stages& finished : {Stages{"AWSCURRENT"}, Stages{"AWSCURRENT", "AWSPENDING"}}) {
    for (const auto written : {std::optional<int>(), std::optional(1)}) {
      const Rotation& rotation = settle({{"AWSCURRENT"}, {"AWSPENDING"}}, {{"AWSPREVIOUS"}, finished}, written);
      EXPECT_EQ(rotation.last_rotated, kChanged);
      EXPECT_EQ(rotation.counted_from, kChanged) << "whatever the rules are";
      EXPECT_EQ(rotation.pending, std::nullopt);
      EXPECT_EQ(stages(1), finished);
    }
  }
  EXPECT_EQ(settle({{}, {"AWSPENDING"}}, {{}, {"AWSCURRENT", "AWSPENDING"}}, 1).last_rotated, kChanged)
      << "also if there was no value before";
}

TEST_F(RotationProgress, ItGoesOnWhileItsVersionIsFilledAndOthersGetLabels) {
  const Rotation& filled = settle({{"AWSCURRENT"}, {"AWSPENDING"}}, {{"AWSCURRENT"}, {"AWSPENDING", "x"}}, 1);
  EXPECT_EQ(filled.pending, id(1));
  EXPECT_EQ(filled.last_rotated, std::nullopt);
  EXPECT_EQ(filled.counted_from, kSet);
  const Rotation& other = settle({{"AWSCURRENT"}, {"AWSPENDING"}}, {{"AWSCURRENT"}, {"AWSPENDING"}, {"x"}}, 2);
  EXPECT_EQ(other.pending, id(1));
}

// AWS: RotationAbandoned. The next one could not begin while AWSPENDING is there.
TEST_F(RotationProgress, AValueThatBecomesCurrentMeanwhileAbandonsIt) {
  const std::vector<Stages> before = {{"AWSCURRENT"}, {"AWSPENDING", "x"}};
  const std::vector<Stages> after = {{"AWSPREVIOUS"}, {"AWSPENDING", "x"}, {"AWSCURRENT"}};
  const Rotation& rotation = settle(before, after, 2);
  EXPECT_EQ(rotation.pending, std::nullopt);
  EXPECT_EQ(rotation.last_rotated, std::nullopt);
  EXPECT_EQ(rotation.counted_from, kSet);
  EXPECT_EQ(stages(1), Stages{"x"});
  rules.automatically_after_days = 30;
  EXPECT_EQ(settle(before, after, 2).counted_from, kChanged) << "but it counts for a schedule in days";
  EXPECT_EQ(settle(before, after, 2).last_rotated, std::nullopt);
}

// RotateSecret is refused as long as AWSPENDING is on a version that is not current, so the rotation is not over.
TEST_F(RotationProgress, MovingAwscurrentElsewhereDoesNotEndIt) {
  rules.automatically_after_days = 30;
  const Rotation& rotation =
      settle({{"AWSCURRENT"}, {"AWSPENDING"}, {"AWSPREVIOUS"}}, {{"AWSPREVIOUS"}, {"AWSPENDING"}, {"AWSCURRENT"}});
  EXPECT_EQ(rotation.pending, id(1));
  EXPECT_EQ(rotation.last_rotated, std::nullopt);
  EXPECT_EQ(rotation.counted_from, kSet);
}

TEST_F(RotationProgress, ItEndsWhenItsVersionLosesAwspending) {
  const std::vector<Stages> before = {{"AWSCURRENT"}, {"AWSPENDING"}};
  EXPECT_EQ(settle(before, {{"AWSCURRENT"}, {}}).pending, std::nullopt);
  EXPECT_EQ(settle(before, {{"AWSCURRENT"}, {}, {"AWSPENDING"}}, 2).pending, std::nullopt);
  EXPECT_EQ(settle(before, {{"AWSCURRENT", "AWSPENDING"}, {}}).pending, std::nullopt);
  EXPECT_EQ(settle(before, {{"AWSCURRENT"}}).pending, std::nullopt) << "there is no such version any more";
}

TEST_F(RotationProgress, WithoutOneThereIsNothingToSettle) {
  Change change;
  change.secret = secret_with({{"AWSPREVIOUS"}, {"AWSCURRENT"}});
  change.secret.rotation.reset();
  settle_rotation(secret_with({{"AWSCURRENT"}, {"AWSPENDING"}}), change);
  EXPECT_FALSE(change.secret.rotation);
}

}  // namespace
}  // namespace coffer::secrets
