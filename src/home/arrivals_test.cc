#include "home/arrivals.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <future>

#include "home/testing/test_kind.h"

namespace coffer::home::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");

class ArrivalsTest : public ::testing::Test {
 protected:
  ~ArrivalsTest() override { ::close(null_); }

  std::vector<Arrival> marked(store::Revision since, const Region& peer = kWest) {
    return *marked_since(*east_.store, {east_.kinds, peer, since});
  }
  void bring(const std::string& state) {
    for (const StatePart& part : east_.parts_since(state, west_.stamp(state)))
      ASSERT_EQ(west_.receiver.apply(part)->verdict, StateVerdict::kApplied);
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_{3};
  TestSite east_{random_, log_, "us-east-1", {"us-west-2", "eu-west-1"}, "us-east-1"};
  TestSite west_{random_, log_, "us-west-2", {"us-east-1", "eu-west-1"}, "us-east-1"};
  Arrivals arrivals_{*west_.store};
};

TEST_F(ArrivalsTest, TheHomeTellsWhatCommitsSinceThenHaveMarked) {
  ASSERT_TRUE(east_.change("before", {{"row", "1"}}).ok());
  const store::Revision since = east_.store->revision();
  EXPECT_EQ(marked(since), std::vector<Arrival>());
  ASSERT_TRUE(east_.change("a", {{"row", "1"}}).ok());
  ASSERT_TRUE(east_.change("a", {{"row", "2"}}).ok());
  ASSERT_TRUE(east_.change("b", {{"row", "1"}}).ok());
  EXPECT_EQ(marked(since), (std::vector<Arrival>{{state_id("a"), 2}, {state_id("b"), 1}}));
  EXPECT_EQ(marked(since, kEast), std::vector<Arrival>());
}

// Secrets are marked in the same place, and are none of its business: there may be very many of them.
TEST_F(ArrivalsTest, MarksOfOtherKindsAreNotLookedAt) {
  const store::OutboxKey secret{kWest, "secret", *AccountId::parse("123456789012"), "db"};
  ASSERT_TRUE(east_.store->commit({{}, {{secret.text(), store::OutboxMark{.generation = 1}.encode()}}, {}}).ok());
  EXPECT_EQ(marked(0), std::vector<Arrival>());
}

TEST_F(ArrivalsTest, TheAnswerIsBounded) {
  for (size_t i = 0; i < kMaxArrivals + 3; ++i)
    ASSERT_TRUE(east_.change("state-" + std::to_string(i), {{"row", "1"}}).ok());
  EXPECT_EQ(marked(0).size(), kMaxArrivals);
}

TEST_F(ArrivalsTest, WhatIsHereIsNotWaitedFor) {
  EXPECT_TRUE(*arrivals_.wait({}, milliseconds(0)));
  ASSERT_TRUE(east_.change("a", {{"row", "1"}}).ok());
  bring("a");
  EXPECT_TRUE(*arrivals_.wait({{state_id("a"), 1}}, milliseconds(0)));
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 2}}, milliseconds(0)));
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 1}, {state_id("b"), 1}}, milliseconds(0)));
}

// A later state has the change, too; one before it has not.
TEST_F(ArrivalsTest, WhoWaitsGoesOnWhenAllHaveCome) {
  for (int i = 0; i < 2; ++i)
    ASSERT_TRUE(east_.change("a", {{"row", std::to_string(i)}}).ok());
  ASSERT_TRUE(east_.change("b", {{"row", "1"}}).ok());
  auto waited = std::async(std::launch::async, [&] {
    return *arrivals_.wait({{state_id("a"), 1}, {state_id("b"), 1}}, seconds(60));
  });
  bring("a");
  EXPECT_EQ(waited.wait_for(milliseconds(20)), std::future_status::timeout);
  bring("b");
  EXPECT_TRUE(waited.get());
}

TEST_F(ArrivalsTest, NobodyWaitsForEver) {
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 1}}, milliseconds(10)));
  auto waited = std::async(std::launch::async, [&] {
    return *arrivals_.wait({{state_id("b"), 1}}, std::chrono::hours(1));
  });
  arrivals_.stop();
  EXPECT_FALSE(waited.get());
  EXPECT_FALSE(*arrivals_.wait({{state_id("b"), 1}}, std::chrono::hours(1)));
}

// The threads that wait are few: a state that this region cannot take must not hold one for every change of it. Hours
// would pass here.
TEST_F(ArrivalsTest, WhatIsStuckIsWaitedForOnce) {
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 2}}, milliseconds(1)));
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 2}}, std::chrono::hours(1)));
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 3}}, std::chrono::hours(1)));
  // Something else is waited for, beside it and alone.
  ASSERT_TRUE(east_.change("b", {{"row", "1"}}).ok());
  auto both = std::async(std::launch::async, [&] {
    return *arrivals_.wait({{state_id("a"), 3}, {state_id("b"), 1}}, std::chrono::hours(1));
  });
  EXPECT_EQ(both.wait_for(milliseconds(20)), std::future_status::timeout);
  bring("b");
  EXPECT_FALSE(both.get());
}

TEST_F(ArrivalsTest, WhatMovesAgainIsWaitedForAgain) {
  EXPECT_FALSE(*arrivals_.wait({{state_id("a"), 2}}, milliseconds(1)));
  ASSERT_TRUE(east_.change("a", {{"row", "1"}}).ok());
  bring("a");
  auto waited = std::async(std::launch::async, [&] {
    return *arrivals_.wait({{state_id("a"), 2}}, std::chrono::hours(1));
  });
  EXPECT_EQ(waited.wait_for(milliseconds(20)), std::future_status::timeout);
  ASSERT_TRUE(east_.change("a", {{"row", "2"}}).ok());
  bring("a");
  EXPECT_TRUE(waited.get());
}

}  // namespace
}  // namespace coffer::home::testing
