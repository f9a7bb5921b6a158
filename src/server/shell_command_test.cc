#include "server/shell_command.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "server/files.h"
#include "server/testing/temporary_directory.h"

namespace coffer::server {
namespace {

class ShellCommandTest : public ::testing::Test {
 protected:
  Result<void> run(const std::string& text) {
    return run_shell({.text = text,
                      .variables = {"COFFER_DRILL_REGION=us-east-1"},
                      .is_given_up = [this] { return is_given_up_ && is_given_up_(); },
                      .timeout = std::chrono::hours(1)},
                     clock_);
  }

  SystemClock clock_;
  TemporaryDirectory directory_;
  std::function<bool()> is_given_up_;
};

TEST_F(ShellCommandTest, ItFindsTheRegionAndHasNoInput) {
  const std::string file = join_path(directory_.path(), "said");
  EXPECT_TRUE(run("echo \"$COFFER_DRILL_REGION\" >'" + file + "'; cat >>'" + file + "'").ok());
  EXPECT_EQ(*read_text_file(file), "us-east-1\n");
}

TEST_F(ShellCommandTest, HowItFailedIsSaid) {
  EXPECT_EQ(run("exit 3").error().message, "`exit 3` exited with 3");
  EXPECT_EQ(run("kill -9 $$").error().message, "`kill -9 $$` was ended by signal 9");
}

// With everything that it has started.
TEST_F(ShellCommandTest, WhatIsGivenUpIsEnded) {
  const std::string file = join_path(directory_.path(), "pid");
  is_given_up_ = [&file] { return read_text_file(file).ok() && !read_text_file(file)->empty(); };
  const Result<void> done = run("sleep 1000 & printf $! >'" + file + "'; wait");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kAborted);
  EXPECT_FALSE(path_exists("/proc/" + *read_text_file(file)));
}

// What cuts a region off must not go on while another command heals it.
TEST_F(ShellCommandTest, WhatTakesItsTimeToEndIsWaitedFor) {
  const std::string begun = join_path(directory_.path(), "begun");
  const std::string ended = join_path(directory_.path(), "ended");
  is_given_up_ = [&begun] { return path_exists(begun); };
  const Result<void> done = run("sh -c 'trap \"sleep 0.3; echo >" + ended + "; exit\" TERM; echo >" + begun +
                                "; while :; do sleep 0.1; done'; :");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::kAborted);
  EXPECT_TRUE(path_exists(ended));
}

}  // namespace
}  // namespace coffer::server
