// Whether a region still has what it has acknowledged: both sides of the question.
#include "secrets/copy_check.h"

#include <gtest/gtest.h>

#include <span>

#include "base/time_text.h"
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
    const auto answer = secrets_.check_copies(primary, {{copy}});
    if (!answer.ok() || answer->verdicts.size() != 1) std::abort();
    return answer->verdicts.front();
  }

  // What it tells of reads to who has been told of those up to `after`.
  CopyAnswer reads(uint64_t after, const Region& primary = kWest) {
    return *secrets_.check_copies(primary, {.copies = {}, .accesses_after = after});
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

// One that waits for its next try is not to be tried before.
TEST_F(CopyCheckTest, OfRefusedCopiesThoseAreMarkedThatAreNot) {
  const SecretPointer view = create("db", "v", {kWest});
  const std::string key = store::OutboxKey{kWest, "secret", kAccount, "db"}.text();
  const auto mark = *store_->get(key);
  ASSERT_TRUE(mark);
  ReplicaProgress progress{.failed = true, .message = "no"};
  ASSERT_TRUE(secrets_.record_progress({kAccount, "db", view->secret.suffix, kWest, progress, std::nullopt}).ok());
  const auto send = [&] {
    const auto page = secrets_.expected_copies(kWest, "", 10);
    return *secrets_.send_refused(kWest, page->refused, {page->refused.size(), CopyVerdict::kOther});
  };
  EXPECT_EQ(send(), 0u);
  EXPECT_EQ((*store_->get(key))->revision, mark->revision);
  ASSERT_TRUE(secrets_.record_progress({kAccount, "db", view->secret.suffix, kWest, progress, *mark}).ok());
  ASSERT_FALSE(*store_->get(key));
  EXPECT_EQ(send(), 1u);
  EXPECT_TRUE(*store_->get(key));
}

// LastAccessedDate of a region is of reads there, of which the primary knows nothing by itself.
TEST_F(CopyCheckTest, ARegionTellsWhichCopiesWereReadAndToWhoseTheyAre) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  create("own");
  const ExpectedCopy copy{kAccount, "copy", "AAAAAA", 1, 5, 5};
  EXPECT_TRUE(secrets_.check_copies(kWest, {{copy}})->accesses.empty()) << "never read";
  const Time today = *parse_iso_basic("20261124T000000Z");
  secrets_.note_access(*find("own"), version_id(0));
  secrets_.note_access(*find("copy"), version_id(1));
  const CopyAnswer first = reads(0);
  const std::vector told{CopyAccess{kAccount, "copy", "AAAAAA", today}};
  EXPECT_EQ(first.accesses, told);
  EXPECT_TRUE(reads(first.accesses_to).accesses.empty()) << "it was told";
  EXPECT_TRUE(reads(0, kEurope).accesses.empty()) << "another primary's";
  secrets_.note_access(*find("copy"), version_id(1));
  EXPECT_TRUE(reads(first.accesses_to).accesses.empty()) << "the second read of a day tells nothing new";
  clock_.advance(std::chrono::hours(24));
  secrets_.note_access(*find("copy"), version_id(1));
  EXPECT_EQ(reads(first.accesses_to).accesses.front().day, today + std::chrono::hours(24));
  // Who asks about the copy itself is told of what came before this process, too.
  EXPECT_EQ(secrets_.check_copies(kWest, {{copy}})->accesses.size(), 1u);
  EXPECT_TRUE(secrets_.check_copies(kEurope, {{copy}})->accesses.empty());
  EXPECT_EQ(secrets_.apply_state(state_from(kWest, "AAAAAA", 1, 6))->accessed, today + std::chrono::hours(24));
}

TEST_F(CopyCheckTest, APrimaryShowsWhenACopyWasReadAndKeepsIt) {
  const SecretPointer view = create("db", "v", {kWest});
  const Time today = *parse_iso_basic("20261124T000000Z");
  const Time yesterday = today - std::chrono::hours(24);
  const auto told = [&](const Region& region, const std::string& suffix, Time day) {
    const CopyAccess access{kAccount, "db", suffix, day};
    secrets_.note_copy_accesses(region, std::span(&access, 1));
    return find("db")->copies_last_accessed;
  };
  using Shown = std::vector<std::pair<Region, Time>>;
  EXPECT_EQ(told(kWest, "AAAAAA", today), Shown()) << "of a secret that had the name before";
  EXPECT_EQ(told(kEurope, view->secret.suffix, today), Shown()) << "no replica region";
  EXPECT_EQ(told(kWest, view->secret.suffix, today + std::chrono::hours(24 * 365)), (Shown{{kWest, today}}))
      << "its clock is wrong, or this one's; the date would stand for a year";
  EXPECT_EQ(told(kWest, view->secret.suffix, yesterday), (Shown{{kWest, today}})) << "a late answer";
  EXPECT_FALSE(find("db")->last_accessed) << "nobody read it here";
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  SecretStore restarted({*store_, keyring_, random_, clock_, kEast});
  EXPECT_EQ((*restarted.find(kAccount, "db"))->copies_last_accessed, (Shown{{kWest, today}}));
  EXPECT_FALSE((*restarted.find(kAccount, "db"))->last_accessed);
  // A read here does not lose what is known of the others, nor does a change.
  secrets_.note_access(*find("db"), version_id(0));
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  ASSERT_TRUE(put("db", 1, "w").ok());
  EXPECT_EQ(find("db")->copies_last_accessed, (Shown{{kWest, today}}));
  EXPECT_EQ(find("db")->last_accessed, today);
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
