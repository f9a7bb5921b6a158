#include "server/interrupt.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace coffer::server {
namespace {

using cli::Heed;

TEST(InterruptTest, TheFirstEndsWorkAndTheSecondCleaningUp) {
  auto signals = Signals::open();
  ASSERT_TRUE(signals.ok());
  const Interrupt interrupt(std::move(*signals));
  EXPECT_TRUE(interrupt.pause(Duration(1), Heed::kFirst));
  ::kill(::getpid(), SIGINT);
  EXPECT_FALSE(interrupt.pause(std::chrono::hours(1), Heed::kFirst));
  EXPECT_TRUE(interrupt.asker(Heed::kFirst)());
  EXPECT_FALSE(interrupt.asker(Heed::kSecond)());
  EXPECT_TRUE(interrupt.pause(Duration(1), Heed::kSecond));
  ::kill(::getpid(), SIGTERM);
  EXPECT_FALSE(interrupt.pause(std::chrono::hours(1), Heed::kSecond));
}

// A terminal that is closed must not leave a region cut off.
TEST(InterruptTest, AClosedTerminalCountsOnce) {
  auto signals = Signals::open();
  ASSERT_TRUE(signals.ok());
  const Interrupt interrupt(std::move(*signals));
  ::kill(::getpid(), SIGHUP);
  EXPECT_FALSE(interrupt.pause(std::chrono::hours(1), Heed::kFirst));
  ::kill(::getpid(), SIGHUP);
  EXPECT_TRUE(interrupt.pause(Duration(50), Heed::kSecond));
}

}  // namespace
}  // namespace coffer::server
