#include "server/terminal.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

namespace coffer::server {
namespace {

// A person at a keyboard, which is standard input.
class TerminalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    int terminal = -1;
    ASSERT_EQ(::openpty(&keyboard_, &terminal, nullptr, nullptr, nullptr), 0);
    before_ = ::dup(STDIN_FILENO);
    ASSERT_EQ(::dup2(terminal, STDIN_FILENO), STDIN_FILENO);
    ::close(terminal);
  }
  void TearDown() override {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
    ::close(keyboard_);
  }

  // And it has arrived.
  void type(std::string_view keys) const {
    ASSERT_EQ(::write(keyboard_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
    pollfd there{STDIN_FILENO, POLLIN, 0};
    ASSERT_EQ(::poll(&there, 1, -1), 1);
  }
  // Types once the question is there, and gives up some looks later: there is one before each key.
  std::function<bool()> then(std::string_view keys) {
    looks_ = 0;
    return [this, keys] {
      if (looks_ == 0 && !keys.empty()) type(keys);
      return ++looks_ > kLooks;
    };
  }
  // It was not the answer that ended the last one.
  bool was_given_up() const { return looks_ > kLooks; }

  static constexpr int kLooks = 4;
  int keyboard_ = -1;
  int before_ = -1;
  int looks_ = 0;
};

std::string outcome(const Result<void>& result) {
  return result.ok() ? "agreed" : std::string(error_name(result.error().code)) + ": " + result.error().message;
}

TEST_F(TerminalTest, WhatIsTypedAfterTheQuestionIsTheAnswer) {
  EXPECT_EQ(outcome(confirm("Cut us-east-1 off?", Consent::kAsk, then("y\n"))), "agreed");
  EXPECT_EQ(outcome(confirm("Cut us-east-1 off?", Consent::kAsk, then("n\n"))), "Aborted: nothing was changed");
  EXPECT_FALSE(was_given_up());
  EXPECT_EQ(outcome(wait_for_enter("cut it off", then("\n"))), "agreed");
}

// Enter may have been pressed for what was shown before, and cutting a region off is nothing to be agreed to by chance.
TEST_F(TerminalTest, WhatIsTypedAheadAgreesToNothing) {
  type("y\n\n");
  EXPECT_EQ(outcome(confirm("Cut us-east-1 off?", Consent::kAsk, then(""))), "Aborted: nothing was changed");
  EXPECT_TRUE(was_given_up());
  type("\n\n");
  EXPECT_EQ(outcome(wait_for_enter("cut it off", then(""))), "Aborted: given up");
}

}  // namespace
}  // namespace coffer::server
