#include <gtest/gtest.h>

#include "secrets/testing/store_fixture.h"

namespace coffer::secrets {
namespace {

using testing::kAccount;
using testing::kEurope;
using testing::kWest;

class RegionUseTest : public testing::SecretStoreTest {
 protected:
  // All steps.
  size_t forget(const Region& region, size_t limit) {
    size_t changed = 0;
    std::string from;
    do {
      const auto step = secrets_.forget_region(region, from, limit);
      EXPECT_TRUE(step.ok());
      EXPECT_FALSE(step->failed);
      changed += step->changed;
      from = step->next;
    } while (!from.empty());
    return changed;
  }
};

TEST_F(RegionUseTest, BothDirectionsAreCounted) {
  EXPECT_EQ(secrets_.use_of(kWest)->an_arn, "");
  create("here", "v", {kWest, kEurope});
  create("elsewhere", "v", {kEurope});
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  const auto use = secrets_.use_of(kWest);
  EXPECT_EQ(use->replicated, 1u);
  EXPECT_EQ(use->following, 1u);
  EXPECT_EQ(use->an_arn, find("copy")->arn) << "the first of them";
  EXPECT_EQ(secrets_.use_of(kEurope)->replicated, 2u);
}

// The others hear that it is no sibling any more.
TEST_F(RegionUseTest, ARegionIsForgottenStepByStep) {
  for (const char* name : {"a", "b", "c"})
    create(name, "v", {kWest, kEurope});
  ASSERT_TRUE(secrets_
                  .record_progress({kAccount, "a", find("a")->secret.suffix, kWest,
                                    ReplicaProgress{.acknowledged_generation = 1, .message = {}, .last_attempt = {}},
                                    std::nullopt})
                  .ok());
  ASSERT_EQ(find("a")->progress.size(), 1u);
  ASSERT_TRUE(
      store_
          ->commit(
              {.preconditions = {}, .puts = {}, .deletes = {store::OutboxKey{kWest, "secret", kAccount, "a"}.text()}})
          .ok());
  EXPECT_EQ(forget(kWest, 2), 3u);
  EXPECT_EQ(secrets_.use_of(kWest)->replicated, 0u);
  ASSERT_EQ(find("a")->secret.replicas.size(), 1u);
  EXPECT_EQ(find("a")->secret.replicas[0].region, kEurope);
  EXPECT_TRUE(find("a")->progress.empty());
  ASSERT_TRUE(mark(kWest, "a")) << "if it ever comes again, it deletes what it has";
  EXPECT_EQ(mark(kWest, "a")->action, store::OutboxMark::Action::kRemove);
  EXPECT_EQ(mark(kEurope, "a")->generation, 2u);
  EXPECT_EQ(forget(kWest, 2), 0u) << "nothing is changed twice";
}

TEST_F(RegionUseTest, ACopyIsNotChanged) {
  ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  state.siblings = {{kWest, "", false}, {kEurope, "", false}};
  ASSERT_EQ(apply(std::move(state)), ApplyVerdict::kApplied);
  EXPECT_EQ(forget(kWest, 10), 0u);
  EXPECT_EQ(find("copy")->secret.primary_region, kWest);
}

}  // namespace
}  // namespace coffer::secrets
