#include "net/look_up.h"

#include <gtest/gtest.h>

#include <latch>
#include <memory>

#include "net/net_test_support.h"

namespace coffer::net {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(LookUps, GiveWhatTheResolverGives) {
  const auto found = run_look_up([] { return std::vector<Endpoint>(3); }, seconds(10));
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->size(), 3u);
  const auto failed = run_look_up([] { return Error{ErrorCode::kIo, "no such name"}; }, seconds(10));
  EXPECT_EQ(failed.error().message, "no such name");
}

// A resolver whose servers are silent takes half a minute; the thread that asked must not.
TEST(LookUps, AreGivenUpInTime) {
  const auto answers = std::make_shared<std::latch>(1);
  const auto ended = std::make_shared<std::latch>(1);
  const auto slow = [answers, ended]() -> Result<std::vector<Endpoint>> {
    answers->wait();
    ended->count_down();
    return std::vector<Endpoint>(1);
  };
  const auto found = run_look_up(slow, milliseconds(20));
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kTimeout);
  answers->count_down();
  ended->wait();
}

TEST(LookUps, AreGivenUpWhenThatIsAskedFor) {
  const auto answers = std::make_shared<std::latch>(1);
  const auto ended = std::make_shared<std::latch>(1);
  const auto slow = [answers, ended]() -> Result<std::vector<Endpoint>> {
    answers->wait();
    ended->count_down();
    return std::vector<Endpoint>(1);
  };
  const auto found = run_look_up(slow, std::chrono::hours(1), [asked = 0]() mutable { return ++asked > 2; });
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kAborted);
  answers->count_down();
  ended->wait();
}

// Or names that nobody answers for would take a thread each.
TEST(LookUps, OfWhichTooManyRunAreNotBegun) {
  const auto answers = std::make_shared<std::latch>(1);
  const auto waits = [answers]() -> Result<std::vector<Endpoint>> {
    answers->wait();
    return std::vector<Endpoint>();
  };
  Error last{};
  for (int i = 0; i < 100 && last.code != ErrorCode::kIo; ++i)
    last = run_look_up(waits, milliseconds(0)).error();
  answers->count_down();
  EXPECT_EQ(last.code, ErrorCode::kIo);
  EXPECT_EQ(last.message, "too many names are being looked up");
  // Their places become free again.
  EXPECT_TRUE(
      testing::eventually([] { return run_look_up([] { return std::vector<Endpoint>(); }, seconds(10)).ok(); }));
}

TEST(LookUps, AnAddressIsFoundWithoutAsking) {
  const auto found = look_up("::1", 443, milliseconds(0));
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->size(), 1u);
  EXPECT_TRUE(look_up("localhost", 443, seconds(10)).ok());
}

}  // namespace
}  // namespace coffer::net
