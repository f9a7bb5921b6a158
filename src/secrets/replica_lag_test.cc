// The arithmetic of a replica's lag, with a clock that the test moves.
#include "secrets/replica_lag.h"

#include <gtest/gtest.h>

namespace coffer::secrets {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

const AccountId kAccount = *AccountId::parse("123456789012");
const AccountId kOther = *AccountId::parse("210987654321");
const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");

class ReplicaLagTest : public ::testing::Test {
 protected:
  // "unknown" or milliseconds, for whoever asks now.
  std::string lag(const Region& primary = kEast, std::string_view name = "db", const AccountId& account = kAccount) {
    return lag_as_of(clock_.stopwatch(), primary, name, account);
  }
  std::string lag_as_of(microseconds as_of, const Region& primary = kEast, std::string_view name = "db",
                        const AccountId& account = kAccount) {
    const auto found = lags_.lag(primary, account, name, as_of);
    return found ? std::to_string(found->count()) : "unknown";
  }
  void hear(uint64_t moment, microseconds undelivered = microseconds(0), std::vector<SecretName> behind = {}) {
    lags_.heard(kEast, {.start = 1, .moment = moment, .undelivered = undelivered, .behind = std::move(behind)});
  }

  ManualClock clock_{Time(hours(480'000))};
  ReplicaLags lags_{clock_};
};

TEST_F(ReplicaLagTest, NothingIsKnownBeforeTheFirstHeartbeat) {
  EXPECT_EQ(lag(), "unknown");
}

// The primary looked at some time after the moment was told: how long the way there and back took is within the lag.
TEST_F(ReplicaLagTest, TheLagCountsFromTheMomentThatThePrimaryWasTold) {
  const uint64_t moment = lags_.moment();
  clock_.advance(milliseconds(300));
  hear(moment);
  EXPECT_EQ(lag(), "300");
  EXPECT_EQ(lag(kWest), "unknown") << "it has said nothing";
}

TEST_F(ReplicaLagTest, WithoutHeartbeatsTheLagGrows) {
  hear(lags_.moment());
  clock_.advance(hours(5));
  EXPECT_EQ(lag(), "18000000");
}

TEST_F(ReplicaLagTest, WhatIsNotDeliveredAddsItsAge) {
  const uint64_t moment = lags_.moment();
  clock_.advance(milliseconds(10));
  hear(moment, seconds(2));
  EXPECT_EQ(lag(), "2012") << "and a thousandth, because it was measured on another clock";
}

// An operator looks at links, not at secrets: what cannot be said of some copies is no reason to say nothing.
TEST_F(ReplicaLagTest, ARegionsLagIsThatOfItsCopiesAndHowManyAreLeftOut) {
  EXPECT_FALSE(lags_.lag_of_region(kEast)) << "it has said nothing yet";
  hear(lags_.moment(), seconds(2), {{kAccount, "db"}, {kOther, "db"}});
  clock_.advance(milliseconds(300));
  const auto told = lags_.lag_of_region(kEast);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->lag, milliseconds(2302));
  EXPECT_EQ(told->behind, 2u);
  EXPECT_FALSE(lags_.lag_of_region(kWest));
}

// What is delivered and what was asked about cannot be told apart by a number that is 0.
TEST_F(ReplicaLagTest, TheLagIsRoundedUpAndNeverZero) {
  hear(lags_.moment());
  EXPECT_EQ(lag(), "1");
  hear(lags_.moment() - 1);
  EXPECT_EQ(lag(), "1") << "an older moment is no news";
}

TEST_F(ReplicaLagTest, ALaterHeartbeatReplacesAnEarlierOneAndNotTheOtherWayRound) {
  const uint64_t first = lags_.moment();
  clock_.advance(seconds(1));
  const uint64_t second = lags_.moment();
  clock_.advance(seconds(1));
  hear(second);
  EXPECT_EQ(lag(), "1000");
  hear(first, microseconds(0), {{kAccount, "db"}});
  EXPECT_EQ(lag(), "1000") << "it was overtaken";
}

TEST_F(ReplicaLagTest, AMomentThatHasNotBeenIsNoHeartbeat) {
  hear(lags_.moment() + 1);
  hear(UINT64_MAX);
  EXPECT_EQ(lag(), "unknown");
}

// One that is not brought up to date is not as fresh as the others, whatever has been delivered.
TEST_F(ReplicaLagTest, OfACopyThatIsBehindForAReasonOfItsOwnNothingIsKnown) {
  hear(lags_.moment(), microseconds(0), {{kAccount, "a"}, {kAccount, "db"}, {kOther, "c"}});
  EXPECT_EQ(lag(kEast, "db"), "unknown");
  EXPECT_EQ(lag(kEast, "a"), "unknown");
  EXPECT_EQ(lag(kEast, "c", kOther), "unknown");
  EXPECT_EQ(lag(kEast, "c"), "1");
  EXPECT_EQ(lag(kEast, "db", kOther), "1");
  clock_.advance(seconds(1));
  hear(lags_.moment());
  EXPECT_EQ(lag(), "1") << "it was brought up to date";
}

// A request that had looked at the secret already must not be told of what was delivered since.
TEST_F(ReplicaLagTest, AHeartbeatThatCameAfterSomebodyLookedDoesNotCountForHim) {
  hear(lags_.moment());
  clock_.advance(seconds(1));
  const microseconds looked = clock_.stopwatch();
  clock_.advance(milliseconds(1));
  hear(lags_.moment());
  EXPECT_EQ(lag_as_of(looked), "1001");
  EXPECT_EQ(lag(), "1");
}

TEST_F(ReplicaLagTest, WhoeverLookedLongAgoIsToldNothing) {
  hear(lags_.moment());
  const microseconds looked = clock_.stopwatch();
  EXPECT_EQ(lag_as_of(looked), "1");
  for (int i = 0; i < 100; ++i) {
    clock_.advance(seconds(1));
    hear(lags_.moment());
  }
  EXPECT_EQ(lag_as_of(looked), "unknown");
}

}  // namespace
}  // namespace coffer::secrets
