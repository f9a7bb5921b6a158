#include "home/home_region.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "home/announcement.h"
#include "home/testing/test_kind.h"

namespace coffer::home::testing {
namespace {

class HomeRegionTest : public ::testing::Test {
 protected:
  ~HomeRegionTest() override { ::close(null_); }

  static std::vector<store::OutboxKey> marks(TestSite& site, const std::string& peer) {
    std::vector<store::OutboxKey> keys;
    for (const store::Row& row :
         *site.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(*Region::parse(peer)))))
      keys.push_back(*store::OutboxKey::parse(row.key));
    return keys;
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_{3};
  TestSite east_{random_, log_, "us-east-1", {"us-west-2", "eu-west-1"}, "us-east-1"};
  TestSite west_{random_, log_, "us-west-2", {"us-east-1", "eu-west-1"}, "us-east-1"};
};

TEST_F(HomeRegionTest, TheConfiguredRegionIsHomeInTheFirstEpoch) {
  EXPECT_EQ(*east_.home.claim(), (Claim{east_.region, 1}));
  EXPECT_TRUE(*east_.home.is_here());
  EXPECT_FALSE(*west_.home.is_here());
  ASSERT_TRUE(west_.home.start().ok());
  EXPECT_EQ(*west_.home.claim(), (Claim{east_.region, 1}));
}

// Somebody edits the configuration of a region: that alone must not make a second home.
TEST_F(HomeRegionTest, TheStoreCountsAndNotTheConfiguration) {
  ASSERT_TRUE(west_.home.start().ok());
  HomeRegion restarted({*west_.store, random_, {west_.region, {east_.region}}, west_.region});
  ASSERT_TRUE(restarted.start().ok());
  EXPECT_EQ(restarted.claim()->region, east_.region);
}

TEST_F(HomeRegionTest, AChangeElsewhereThanAtHomeIsRefusedAndTheHomeIsNamed) {
  const Result<void> refused = west_.change("a", {{"row", "text"}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kServiceUnavailable);
  EXPECT_NE(refused.error().message.find("us-east-1"), std::string::npos);
  EXPECT_EQ(west_.home.require_here().error().code, ErrorCode::kServiceUnavailable);
  EXPECT_TRUE(east_.home.require_here().ok());
}

TEST_F(HomeRegionTest, AChangeMarksEveryOtherRegionInItsOwnCommit) {
  const store::Revision before = east_.store->revision();
  ASSERT_TRUE(east_.change("a", {{"row", "text"}}).ok());
  EXPECT_EQ(east_.store->revision(), before + 1);
  for (const char* peer : {"us-west-2", "eu-west-1"}) {
    ASSERT_EQ(marks(east_, peer).size(), 1u);
    EXPECT_EQ(marks(east_, peer)[0].kind, "test");
    EXPECT_EQ(marks(east_, peer)[0].name, "a");
  }
  EXPECT_EQ(east_.stamp("a").generation, 1u);
  EXPECT_EQ(east_.stamp("a").epoch, 1u);
}

// The last moment before the commit is too late for a look at who is home.
TEST_F(HomeRegionTest, AChangeThatBeganBeforeTheHomeMovedDoesNotCommit) {
  store::Transaction transaction;
  transaction.puts.push_back({"t", "x"});
  ASSERT_TRUE(east_.home.complete({state_id("a"), 1, {}}, transaction).ok());
  ASSERT_TRUE(*east_.home.learn({west_.region, 2}));
  EXPECT_EQ(east_.store->commit(std::move(transaction)).error().code, ErrorCode::kConflict);
}

TEST_F(HomeRegionTest, TwoChangesFromTheSameStateDoNotBothCommit) {
  store::Transaction first;
  store::Transaction second;
  ASSERT_TRUE(east_.home.complete({state_id("a"), 1, {}}, first).ok());
  ASSERT_TRUE(east_.home.complete({state_id("a"), 1, {}}, second).ok());
  ASSERT_TRUE(east_.store->commit(std::move(first)).ok());
  EXPECT_EQ(east_.store->commit(std::move(second)).error().code, ErrorCode::kConflict);
  store::Transaction late;
  EXPECT_EQ(east_.home.complete({state_id("a"), 1, {}}, late).error().code, ErrorCode::kConflict);
}

TEST_F(HomeRegionTest, OnlyAHigherEpochIsBelieved) {
  EXPECT_FALSE(*east_.home.learn({west_.region, 1}));
  EXPECT_TRUE(*east_.home.is_here());
  EXPECT_TRUE(*east_.home.learn({west_.region, 3}));
  EXPECT_FALSE(*east_.home.learn({east_.region, 2}));
  EXPECT_EQ(*east_.home.claim(), (Claim{west_.region, 3}));
  EXPECT_EQ(east_.home.learn({*Region::parse("ap-south-1"), 9}).error().code, ErrorCode::kPermission);
}

TEST_F(HomeRegionTest, WhoAdoptsIsHomeInTheNextEpochAndStaysSoAfterARestart) {
  ASSERT_TRUE(west_.home.learn({*Region::parse("eu-west-1"), 5}).ok());
  EXPECT_EQ(*west_.home.adopt(*west_.home.claim()), (Claim{west_.region, 6}));
  EXPECT_TRUE(*west_.home.is_here());
  HomeRegion restarted({*west_.store, random_, {west_.region, {east_.region}}, east_.region});
  EXPECT_EQ(*restarted.claim(), (Claim{west_.region, 6}));
}

TEST_F(HomeRegionTest, ANewHomeTellsEveryRegionOfEverythingOnce) {
  ASSERT_TRUE(east_.change("a", {{"row", "text"}}).ok());
  ASSERT_TRUE(east_.change("b", {{"row", "text"}}).ok());
  for (const char* state : {"a", "b"})
    ASSERT_TRUE(west_.receiver.apply(east_.export_since(state, {})->parts.at(0)).ok());
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  EXPECT_EQ(west_.home.untold()->size(), 2u);
  for (const Region& peer : west_.home.peers())
    EXPECT_TRUE(*announce_everything(west_.receiver, peer));
  EXPECT_EQ(marks(west_, "us-east-1").size(), 2u);
  EXPECT_EQ(marks(west_, "eu-west-1").size(), 2u);
  EXPECT_TRUE(west_.home.untold()->empty());
  EXPECT_FALSE(*announce_everything(west_.receiver, east_.region));
}

// Its disk may be an older one, or empty.
TEST_F(HomeRegionTest, ARegionThatStartedAgainIsToldOfEverythingAgain) {
  ASSERT_TRUE(east_.change("a", {{"row", "text"}}).ok());
  ASSERT_TRUE(east_.home.started(west_.region, 7).ok());
  for (const Region& peer : east_.home.peers())
    ASSERT_TRUE(*announce_everything(east_.receiver, peer));
  ASSERT_TRUE(east_.home.untold()->empty());
  ASSERT_TRUE(east_.home.started(west_.region, 7).ok());
  EXPECT_TRUE(east_.home.untold()->empty()) << "the same process, in another session";
  ASSERT_TRUE(east_.home.started(west_.region, 8).ok());
  EXPECT_EQ(*east_.home.untold(), std::vector<Region>{west_.region});
  EXPECT_EQ(east_.home.told(west_.region, 7).error().code, ErrorCode::kConflict) << "marked for the process before";
  EXPECT_TRUE(*announce_everything(east_.receiver, west_.region));
  EXPECT_TRUE(east_.home.untold()->empty());
  HomeRegion restarted({*east_.store, random_, {east_.region, {west_.region}}, east_.region});
  ASSERT_TRUE(restarted.started(west_.region, 8).ok());
  EXPECT_TRUE(restarted.untold()->empty());
}

TEST_F(HomeRegionTest, StartsAreNoBusinessOfARegionThatIsNotHome) {
  const store::Revision before = west_.store->revision();
  ASSERT_TRUE(west_.home.started(east_.region, 7).ok());
  EXPECT_EQ(west_.store->revision(), before);
}

// Nobody but this region could have begun that epoch: its store was restored from a backup.
TEST_F(HomeRegionTest, AHomeThatHearsOfAnEpochOfItsOwnChangesNothing) {
  ASSERT_TRUE(*east_.home.learn({east_.region, 3}));
  EXPECT_FALSE(*east_.home.is_here());
  EXPECT_TRUE(*east_.home.is_forgotten());
  EXPECT_EQ(east_.home.require_here().error().code, ErrorCode::kServiceUnavailable);
  store::Transaction transaction;
  EXPECT_EQ(east_.home.complete({state_id("a"), 1, {}}, transaction).error().code, ErrorCode::kServiceUnavailable);
  EXPECT_TRUE(east_.home.untold()->empty());
  HomeRegion restarted({*east_.store, random_, {east_.region, {west_.region}}, east_.region});
  EXPECT_TRUE(*restarted.is_forgotten());
  // Either way out.
  EXPECT_TRUE(*restarted.learn({west_.region, 4}));
  EXPECT_FALSE(*restarted.is_forgotten());
  ASSERT_TRUE(*restarted.learn({east_.region, 5}));
  EXPECT_EQ(*restarted.adopt({east_.region, 5}), (Claim{east_.region, 6}));
  EXPECT_TRUE(*restarted.is_here());
}

TEST_F(HomeRegionTest, WhoWantsToReplaceAHomeNamesIt) {
  ASSERT_TRUE(west_.home.learn({*Region::parse("eu-west-1"), 5}).ok());
  EXPECT_EQ(west_.home.adopt({east_.region, 1}).error().code, ErrorCode::kConflict);
  EXPECT_EQ(*west_.home.claim(), (Claim{*Region::parse("eu-west-1"), 5}));
}

// A region that joins the deployment later must hear of what was made before.
TEST_F(HomeRegionTest, ARegionThatIsNewInTheConfigurationIsTold) {
  for (const Region& peer : east_.home.peers())
    ASSERT_TRUE(*announce_everything(east_.receiver, peer));
  HomeRegion larger(
      {*east_.store, random_, {east_.region, {west_.region, *Region::parse("ap-south-1")}}, east_.region});
  EXPECT_EQ(*larger.untold(), std::vector<Region>{*Region::parse("ap-south-1")});
}

// Memory of changes that nobody needs would grow for ever.
TEST_F(HomeRegionTest, OnlyTheNewestChangesAreRemembered) {
  for (uint64_t i = 0; i < kRememberedChanges + 10; ++i)
    ASSERT_TRUE(east_.change("a", {}).ok());
  const auto rows = *east_.store->scan(store::ScanRange::prefix(history_prefix(state_id("a")), 5000));
  EXPECT_EQ(rows.size(), kRememberedChanges);
  EXPECT_EQ(rows.front().key, history_key(state_id("a"), 11));
}

// Otherwise what a home knows of the region's earlier life would keep it from being told anything.
TEST_F(HomeRegionTest, ARegionThatJoinsAgainIsToldEverythingAgain) {
  const RegionList regions(east_.region, {west_.region});
  HomeRegion home({*east_.store, random_, regions, east_.region});
  ASSERT_TRUE(home.started(west_.region, 7).ok());
  ASSERT_TRUE(home.told(west_.region, 7).ok());
  ASSERT_TRUE(home.untold()->empty());
  regions.set_others({});
  ASSERT_TRUE(home.joins(west_.region).ok());
  EXPECT_TRUE(home.untold()->empty()) << "it is not there yet";
  regions.set_others({west_.region});
  EXPECT_EQ(*home.untold(), std::vector<Region>{west_.region});
  EXPECT_EQ(*home.start_of(west_.region), 0u);
}

// A change that was completed while the region was not there has no mark for it, and must not commit behind the
// announcement.
TEST_F(HomeRegionTest, AChangeFromBeforeARegionJoinedDoesNotCommit) {
  const RegionList regions(east_.region);
  HomeRegion home({*east_.store, random_, regions, east_.region});
  ASSERT_TRUE(home.start().ok());
  store::Transaction transaction;
  ASSERT_TRUE(home.complete({state_id("a"), 1, {}}, transaction).ok());
  regions.set_others({west_.region});
  ASSERT_TRUE(home.joins(west_.region).ok());
  EXPECT_EQ(east_.store->commit(std::move(transaction)).error().code, ErrorCode::kConflict);
}

}  // namespace
}  // namespace coffer::home::testing
