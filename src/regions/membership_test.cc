#include "regions/membership.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <memory>

#include "store/testing/fault_store.h"

namespace coffer::regions {
namespace {

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");
const MayGo kMayGo = [] { return std::vector<store::Precondition>(); };
const std::string kAdmin = "arn:aws:iam::123456789012:user/admin";

// Writes down what it is told.
struct Diary final : Follower {
  Result<void> will_join(const Region& region) override {
    said += "will_join " + region.text() + "; ";
    return objection ? Result<void>(*objection) : Result<void>();
  }
  void joined(const Peer& peer) override { said += "joined " + peer.region.text() + " " + peer.address.text() + "; "; }
  void moved(const Peer& peer) override { said += "moved " + peer.region.text() + " " + peer.address.text() + "; "; }
  void left(const Region& region) override { said += "left " + region.text() + "; "; }
  std::string take() { return std::exchange(said, ""); }

  std::string said;
  std::optional<Error> objection;
};

class MembershipTest : public ::testing::Test {
 protected:
  MembershipTest() { start(); }
  ~MembershipTest() override { ::close(log_file_); }

  // As a process that has just begun, with what its configuration says.
  void start(std::vector<Peer> configured = {{kWest, {"10.0.0.2", 4600}}}, bool has_link = true) {
    regions_ = std::make_unique<RegionList>(kEast);
    membership_ = std::make_unique<Membership>(Membership::Parts{.store = *store_,
                                                                 .regions = *regions_,
                                                                 .configured = std::move(configured),
                                                                 .has_link = has_link,
                                                                 .clock = clock_,
                                                                 .log = log_});
    ASSERT_TRUE(membership_->load().ok());
    membership_->set_follower(&diary_);
  }

  std::string logged() const {
    std::string text(static_cast<size_t>(::lseek(log_file_, 0, SEEK_END)), '\0');
    EXPECT_EQ(::pread(log_file_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return text;
  }

  ManualClock clock_{Time(Duration(1'795'516'200'000))};
  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{clock_, log_file_, LogLevel::kInfo};
  std::unique_ptr<store::testing::FaultStore> store_ = store::testing::FaultStore::make();
  std::unique_ptr<RegionList> regions_;
  std::unique_ptr<Membership> membership_;
  Diary diary_;
};

TEST_F(MembershipTest, AtFirstTheConfigurationCounts) {
  EXPECT_EQ(regions_->all(), (std::vector<Region>{kEast, kWest}));
  EXPECT_EQ(membership_->address_of(kWest)->text(), "10.0.0.2:4600");
  EXPECT_EQ(membership_->address_of(kEurope), std::nullopt);
}

TEST_F(MembershipTest, AnAddedRegionIsThereAfterARestart) {
  EXPECT_EQ(*membership_->add({kEurope, {"10.0.0.3", 4600}}, kAdmin), Joining::kJoined);
  EXPECT_EQ(diary_.take(), "will_join eu-west-1; joined eu-west-1 10.0.0.3:4600; ");
  EXPECT_TRUE(regions_->has(kEurope));
  start();
  EXPECT_EQ(regions_->all(), (std::vector<Region>{kEast, kWest, kEurope}));
  EXPECT_NE(logged().find("peer_added_at_run_time"), std::string::npos);
}

TEST_F(MembershipTest, WhatIsThereAlreadyIsNotWrittenAgain) {
  EXPECT_EQ(*membership_->add({kWest, {"10.0.0.2", 4600}}, kAdmin), Joining::kUnchanged);
  EXPECT_EQ(*membership_->remove({kEurope, false, kAdmin}, kMayGo), false);
  EXPECT_EQ(store_->revision(), 0u);
  EXPECT_EQ(diary_.take(), "");
}

TEST_F(MembershipTest, ARegionMovesToAnotherAddress) {
  EXPECT_EQ(*membership_->add({kWest, {"10.9.0.2", 4601}}, kAdmin), Joining::kMoved);
  EXPECT_EQ(diary_.take(), "moved us-west-2 10.9.0.2:4601; ");
  start();
  EXPECT_EQ(membership_->address_of(kWest)->text(), "10.9.0.2:4601") << "not the configured one";
  EXPECT_NE(logged().find("peer_moved_at_run_time"), std::string::npos);
}

TEST_F(MembershipTest, ARemovedRegionStaysRemovedWhateverTheConfigurationSays) {
  EXPECT_TRUE(*membership_->remove({kWest, false, kAdmin}, kMayGo));
  EXPECT_EQ(diary_.take(), "left us-west-2; ");
  EXPECT_FALSE(regions_->has(kWest));
  start();
  EXPECT_FALSE(regions_->has(kWest));
  EXPECT_TRUE(membership_->was_removed(kWest));
  EXPECT_TRUE(regions_->was_removed(kWest)) << "whoever has the list is told";
  EXPECT_NE(logged().find("peer_removed_at_run_time"), std::string::npos);
  EXPECT_EQ(*membership_->add({kWest, {"10.0.0.2", 4600}}, kAdmin), Joining::kJoined);
  EXPECT_FALSE(membership_->was_removed(kWest));
  EXPECT_FALSE(regions_->was_removed(kWest));
  start();
  EXPECT_TRUE(regions_->has(kWest));
}

TEST_F(MembershipTest, ARemovalCountsUntilItIsForgotten) {
  ASSERT_TRUE(*membership_->remove({kWest, true, kAdmin}, kMayGo));
  start();
  const std::vector<Removal> removals = membership_->removals();
  ASSERT_EQ(removals.size(), 1u);
  EXPECT_TRUE(removals[0].is_lost);
  ASSERT_TRUE(membership_->forget(removals[0]).ok());
  EXPECT_TRUE(membership_->removals().empty());
  start();
  EXPECT_TRUE(membership_->removals().empty());
  EXPECT_TRUE(membership_->was_removed(kWest));
}

// Whoever asks may have looked before somebody else removed it.
TEST_F(MembershipTest, ARegionThatWasRemovedAsLostComesBackOnlyWhenItIsForgotten) {
  ASSERT_TRUE(*membership_->remove({kWest, true, kAdmin}, kMayGo));
  EXPECT_EQ(membership_->would_add({kWest, {"10.0.0.2", 4600}}).error().code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(membership_->add({kWest, {"10.0.0.2", 4600}}, kAdmin).error().code, ErrorCode::kInvalidRequest);
  ASSERT_TRUE(membership_->forget(membership_->removals().at(0)).ok());
  EXPECT_EQ(*membership_->add({kWest, {"10.0.0.2", 4600}}, kAdmin), Joining::kJoined);
}

TEST_F(MembershipTest, WhatKeepsARegionIsAskedAgainWhenItChanges) {
  int asked = 0;
  const MayGo may_go = [&]() -> Result<std::vector<store::Precondition>> {
    if (++asked > 1) return Error{ErrorCode::kInvalidRequest, "it is home now"};
    EXPECT_TRUE(store_->commit({.preconditions = {}, .puts = {{"home", "us-west-2"}}, .deletes = {}}).ok());
    return std::vector<store::Precondition>{{"home", 0}};
  };
  EXPECT_EQ(membership_->remove({kWest, false, kAdmin}, may_go).error().message, "it is home now");
  EXPECT_EQ(asked, 2);
  EXPECT_TRUE(regions_->has(kWest));
  EXPECT_EQ(diary_.take(), "");
}

// It took long to forget, and meanwhile the region came and went: that removal is not over.
TEST_F(MembershipTest, AnEarlierRemovalForgetsNothingOfALaterOne) {
  ASSERT_TRUE(*membership_->remove({kWest, false, kAdmin}, kMayGo));
  const Removal earlier = membership_->removals().at(0);
  ASSERT_TRUE(membership_->add({kWest, {"10.0.0.2", 4600}}, kAdmin).ok());
  ASSERT_TRUE(membership_->forget(earlier).ok());
  EXPECT_TRUE(regions_->has(kWest));
  clock_.advance(std::chrono::seconds(1));
  ASSERT_TRUE(*membership_->remove({kWest, false, kAdmin}, kMayGo));
  ASSERT_TRUE(membership_->forget(earlier).ok());
  EXPECT_EQ(membership_->removals().size(), 1u);
}

TEST_F(MembershipTest, WhatCannotBeWrittenDoesNotCount) {
  store_->fail_syncs(1);
  EXPECT_EQ(membership_->add({kEurope, {"10.0.0.3", 4600}}, kAdmin).error().code, ErrorCode::kIo);
  EXPECT_FALSE(regions_->has(kEurope));
  EXPECT_EQ(diary_.take(), "will_join eu-west-1; ");
}

TEST_F(MembershipTest, WhoMustActFirstMayObject) {
  diary_.objection = Error{ErrorCode::kIo, "the home cannot be told"};
  EXPECT_EQ(membership_->add({kEurope, {"10.0.0.3", 4600}}, kAdmin).error().message, "the home cannot be told");
  EXPECT_FALSE(regions_->has(kEurope));
  EXPECT_EQ(store_->revision(), 0u);
}

TEST_F(MembershipTest, ARegionIsNeitherAddedToItselfNorRemovedFromItself) {
  EXPECT_EQ(membership_->add({kEast, {"10.0.0.1", 4600}}, kAdmin).error().code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(membership_->remove({kEast, false, kAdmin}, kMayGo).error().code, ErrorCode::kInvalidRequest);
}

TEST_F(MembershipTest, WithOtherRegionsALinkIsNeeded) {
  ASSERT_TRUE(membership_->add({kEurope, {"10.0.0.3", 4600}}, kAdmin).ok());
  Membership without({*store_, {kEast}, {}, false, clock_, log_});
  EXPECT_EQ(without.load().error().code, ErrorCode::kUsage);
}

TEST_F(MembershipTest, ARegionWithoutALinkTakesNoOther) {
  start({}, false);
  const auto refused = membership_->add({kEurope, {"10.0.0.3", 4600}}, kAdmin);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidRequest);
  EXPECT_NE(refused.error().message.find("no [link]"), std::string::npos);
}

}  // namespace
}  // namespace coffer::regions
