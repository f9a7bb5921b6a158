#include "api/throttle.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"

namespace coffer::api {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

uint64_t account(int number) {
  return 1'000'000'000'000 + static_cast<uint64_t>(number);
}

class ThrottleTest : public ::testing::Test {
 protected:
  bool admit(int number, size_t quota) { return throttle_.admit(account(number), quota, clock_.stopwatch()); }
  // How many of `asked` requests pass at once.
  int passed(int number, size_t quota, int asked) {
    int count = 0;
    for (int i = 0; i < asked; ++i)
      count += admit(number, quota) ? 1 : 0;
    return count;
  }

  // What eight threads that begin at the same time return, added up.
  static int together(const std::function<int()>& work) {
    std::atomic<int> sum = 0;
    std::latch start(8);
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        sum += work();
      });
    }
    for (std::thread& thread : threads)
      thread.join();
    return sum;
  }

  ManualClock clock_{Time(hours(24 * 365 * 50))};
  Throttle throttle_{{50, 40'000, 1, 3}};
};

TEST_F(ThrottleTest, OneSecondsWorthPassesAtOnceAndNoMore) {
  EXPECT_EQ(passed(1, 0, 200), 50);
  EXPECT_EQ(passed(1, 1, 50'000), 40'000);
  EXPECT_EQ(passed(1, 2, 5), 1);
  EXPECT_EQ(passed(1, 3, 5), 3);
}

TEST_F(ThrottleTest, AfterABurstRequestsPassAtTheRate) {
  EXPECT_EQ(passed(1, 0, 200), 50);
  clock_.advance(milliseconds(19));
  EXPECT_FALSE(admit(1, 0)) << "the next is due after 20 ms";
  clock_.advance(milliseconds(1));
  EXPECT_EQ(passed(1, 0, 10), 1);
  for (int i = 0; i < 100; ++i) {
    clock_.advance(milliseconds(100));
    EXPECT_EQ(passed(1, 0, 20), 5);
  }
}

// A client that keeps asking while it is refused must not be refused for ever.
TEST_F(ThrottleTest, WhatIsRefusedDoesNotCount) {
  EXPECT_EQ(passed(1, 0, 5'000), 50);
  clock_.advance(seconds(1));
  EXPECT_EQ(passed(1, 0, 5'000), 50);
}

// Otherwise a night without requests would be paid out in one morning's flood.
TEST_F(ThrottleTest, SilenceSavesUpOneSecondAndNoMore) {
  EXPECT_EQ(passed(1, 0, 10), 10);
  clock_.advance(hours(8));
  EXPECT_EQ(passed(1, 0, 200), 50);
}

TEST_F(ThrottleTest, QuotasAndAccountsDoNotShare) {
  EXPECT_EQ(passed(1, 0, 200), 50);
  EXPECT_EQ(passed(1, 3, 200), 3);
  EXPECT_EQ(passed(2, 0, 200), 50);
}

// Nobody's time goes back here, but if it did, everything would not be free again.
TEST_F(ThrottleTest, AClockThatGoesBackRefillsNothing) {
  EXPECT_EQ(passed(1, 0, 200), 50);
  clock_.advance(-hours(1));
  EXPECT_EQ(passed(1, 0, 200), 0);
  clock_.advance(hours(1));
  EXPECT_EQ(passed(1, 0, 200), 0);
  clock_.advance(seconds(1));
  EXPECT_EQ(passed(1, 0, 200), 50);
}

// One too many would be a request that was read and counted by two threads at once.
TEST_F(ThrottleTest, ManyThreadsTogetherPassExactlyWhatOneMay) {
  for (int round = 0; round < 2; ++round)
    EXPECT_EQ(together([&] { return passed(round, 1, 10'000); }), 40'000);
}

// They meet while its counters are made, too.
TEST_F(ThrottleTest, ManyThreadsMakeTheCountersOfAnAccountOnce) {
  constexpr int kAccounts = 1'000;
  const auto ask = [&] {
    int count = 0;
    for (int number = 0; number < kAccounts; ++number)
      count += passed(number, 3, 3);
    return count;
  };
  EXPECT_EQ(together(ask), 3 * kAccounts);
}

// --- more accounts than counters ---------------------------------------------------------------------------------

class ThrottleOfManyAccounts : public ::testing::Test {
 protected:
  int passed(int number, int asked) {
    int count = 0;
    for (int i = 0; i < asked; ++i)
      count += throttle_.admit(account(number), 0, clock_.stopwatch()) ? 1 : 0;
    return count;
  }
  // One request each of accounts `first` to 16, which is as many as have counters.
  void occupy(int first) {
    for (int number = first; number <= 16; ++number)
      ASSERT_EQ(passed(number, 1), 1);
  }

  ManualClock clock_{Time(hours(24))};
  Throttle throttle_{{50}, 1};
};

TEST_F(ThrottleOfManyAccounts, CountersOfSilentAccountsAreGivenAway) {
  for (int number = 0; number < 1'000; ++number) {
    EXPECT_EQ(passed(number, 60), 50) << number;
    clock_.advance(seconds(1));  // of the last 16 accounts, the oldest have been silent for long enough
  }
  EXPECT_EQ(passed(999, 60), 50);
  EXPECT_EQ(passed(999, 60), 0);
}

TEST_F(ThrottleOfManyAccounts, ThoseWithoutCountersOfTheirOwnShareOneSetAndTheRateHolds) {
  occupy(1);
  EXPECT_EQ(passed(17, 30), 30);
  EXPECT_EQ(passed(18, 30), 20);
  EXPECT_EQ(passed(1, 60), 49) << "who has counters keeps them";
  clock_.advance(seconds(12));
  EXPECT_EQ(passed(17, 30), 30) << "of its own now";
  EXPECT_EQ(passed(18, 60), 50);
  EXPECT_EQ(passed(17, 60), 20);
}

// Whoever moves from the shared counters to its own must not get a second burst on the way.
TEST_F(ThrottleOfManyAccounts, MovingToCountersOfItsOwnIsNoRefill) {
  occupy(1);
  clock_.advance(milliseconds(10'019));
  occupy(2);
  EXPECT_EQ(passed(17, 60), 50) << "on the shared ones: account 1 is not silent yet";
  clock_.advance(milliseconds(1));
  EXPECT_EQ(passed(17, 60), 0) << "on those of account 1";
  clock_.advance(milliseconds(19));
  EXPECT_EQ(passed(17, 60), 1);
  EXPECT_EQ(passed(1, 60), 1) << "on the shared ones now";
}

}  // namespace
}  // namespace coffer::api
