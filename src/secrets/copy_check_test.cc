// Whether a region still has what it has acknowledged: both sides of the question.
#include "secrets/copy_check.h"

#include <gtest/gtest.h>

#include "secrets/testing/store_fixture.h"

namespace coffer::secrets {
namespace {

using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kWest;
using testing::version_id;

class CopyCheckTest : public testing::SecretStoreTest {
 protected:
  // The region's answer about one copy.
  CopyVerdict verdict(const ExpectedCopy& copy, const Region& primary = kWest) {
    const auto verdicts = secrets_.check_copies(primary, {{copy}});
    if (!verdicts.ok() || verdicts->size() != 1) std::abort();
    return verdicts->front();
  }
};

TEST_F(CopyCheckTest, ACopyIsAsExpectedOrMissingOrSomethingElse) {
  const ExpectedCopy copy{kAccount, "copy", "AAAAAA", 1, 5, 5};
  EXPECT_EQ(verdict(copy), CopyVerdict::kMissing);
  ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  state.siblings = {{kWest, "", false}};
  ASSERT_EQ(apply(std::move(state)), ApplyVerdict::kApplied);
  EXPECT_EQ(verdict(copy), CopyVerdict::kAsExpected);
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 1, 6, 6}), CopyVerdict::kOlder) << "it was restored from a backup";
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 1, 4, 4}), CopyVerdict::kAhead) << "the primary was";
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 1, 5, 99}), CopyVerdict::kAhead);
  EXPECT_EQ(verdict({kAccount, "copy", "BBBBBB", 1, 5, 5}), CopyVerdict::kOlder) << "of a secret that it replaced";
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 2, 5, 5}), CopyVerdict::kOlder);
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 2, 4, 4}), CopyVerdict::kOlder) << "the epoch counts first";
  EXPECT_EQ(verdict({kAccount, "copy", "BBBBBB", 1, 5, 5}, kEurope), CopyVerdict::kOther);
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 2, 5, 5}, kEurope), CopyVerdict::kOther);
  EXPECT_EQ(verdict(copy, kEurope), CopyVerdict::kOther) << "another primary's";
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 1, 6, 6}, kEurope), CopyVerdict::kOther);
}

// One that was made before states had siblings fails over without replicas until they come; its primary may not change
// it for years.
TEST_F(CopyCheckTest, ACopyWithoutSiblingsIsSentThem) {
  const ExpectedCopy copy{kAccount, "copy", "AAAAAA", 1, 5, 5};
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  ASSERT_TRUE(find("copy")->secret.siblings.empty());
  EXPECT_EQ(verdict(copy), CopyVerdict::kOther);
  const auto changed = find("copy")->secret.changed;
  clock_.advance(std::chrono::hours(1));
  // Without the value, which is there.
  ReplicaState again = state_from(kWest, "AAAAAA", 1, 5);
  again.siblings = {{kWest, "alias/west", false}, {kEurope, "", false}};
  again.versions.front().value.reset();
  EXPECT_EQ(apply(std::move(again)), ApplyVerdict::kAlreadyNewer);
  const SecretPointer now = find("copy");
  ASSERT_EQ(now->secret.siblings.size(), 2u);
  EXPECT_EQ(now->secret.siblings[0].kms_key_id, "alias/west");
  EXPECT_EQ(now->secret.siblings[1].region, kEurope);
  EXPECT_EQ(now->secret.changed, changed);
  EXPECT_EQ(value(now, version_id(1)), "AAAAAA5");
  EXPECT_EQ(verdict(copy), CopyVerdict::kAsExpected);
  // From a sender that does not know them: what is there stays.
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kAlreadyNewer);
  EXPECT_EQ(find("copy")->secret.siblings.size(), 2u);
}

// The primary has promoted it again, and then lost that.
TEST_F(CopyCheckTest, ACopyOfALaterEpochIsAhead) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 3, 5)), ApplyVerdict::kApplied);
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 1, 9, 9}), CopyVerdict::kAhead);
}

// A copy whose region refuses its states stays as it is, and somebody has to tell those who read it.
TEST_F(CopyCheckTest, CopiesThatWereRefusedAreListedApart) {
  const auto record = [&](const char* name, bool failed) {
    const SecretPointer view = create(name, "v", {kWest});
    const ReplicaProgress progress{.acknowledged_generation = view->secret.generation,
                                   .acknowledged_state_id = view->secret.state_id,
                                   .failed = failed,
                                   .message = failed ? "no" : "",
                                   .last_attempt = {}};
    ASSERT_TRUE(secrets_.record_progress({kAccount, name, view->secret.suffix, kWest, progress, std::nullopt}).ok());
  };
  record("refused", true);
  record("there", false);
  const auto page = secrets_.expected_copies(kWest, "", 10);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->copies.size(), 1u);
  EXPECT_EQ(page->copies.front().name, "there");
  ASSERT_EQ(page->refused.size(), 1u);
  EXPECT_EQ(page->refused.front().name, "refused");
  EXPECT_EQ(page->refused.front().generation, find("refused")->secret.generation);
}

TEST_F(CopyCheckTest, APromotedCopyIsNotMissing) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  ASSERT_TRUE(edit("copy", [](Change& change) {
                change.secret.role = Role::kPrimary;
                change.secret.primary_region = kEast;
                change.secret.lineage_epoch = 2;
              }).ok());
  EXPECT_EQ(verdict({kAccount, "copy", "AAAAAA", 1, 900, 900}), CopyVerdict::kOther);
}

}  // namespace
}  // namespace coffer::secrets
