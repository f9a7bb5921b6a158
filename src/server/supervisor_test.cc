// The supervisor's book-keeping, with this very program in place of the regions' processes: told to run no test, it
// ends at once.
#include "server/supervisor.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "server/testing/temporary_directory.h"

namespace coffer::server {
namespace {

class SupervisorTest : public testing::Test {
 protected:
  SupervisorTest() {
    ::setenv("GTEST_FILTER", "-*", 1);
    std::filesystem::create_directories(deployment_.region_directory(region_));
  }
  ~SupervisorTest() override { ::unsetenv("GTEST_FILTER"); }

  // Starts a process and waits for its end, which the supervisor has not noticed then.
  pid_t spawn_one_that_ends() {
    const auto spawned = supervisor_.spawn(region_);
    EXPECT_TRUE(spawned.ok()) << spawned.error().message;
    if (!spawned.ok()) return 0;
    const pid_t pid = supervisor_.snapshot().at(0).pid;
    siginfo_t info;
    EXPECT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);
    return pid;
  }

  TemporaryDirectory directory_;
  const Region region_ = *Region::parse("us-east-1");
  const Deployment deployment_{
      .directory = directory_.path(), .regions = {region_}, .port = 4566, .account = *AccountId::parse("123456789012")};
  SystemClock clock_;
  Supervisor supervisor_{deployment_, clock_, [](Duration) { return true; }};
};

// Killed from outside, and started again at once: "running already" would be a lie.
TEST_F(SupervisorTest, ARegionThatHasJustEndedCanBeStarted) {
  const pid_t first = spawn_one_that_ends();
  const pid_t second = spawn_one_that_ends();
  EXPECT_NE(first, second);
  const auto ended = supervisor_.reap();
  ASSERT_EQ(ended.size(), 2U) << "and nobody is left unreported";
  EXPECT_EQ(ended[0].pid, first);
  EXPECT_EQ(ended[1].pid, second);
  EXPECT_EQ(supervisor_.snapshot().at(0).pid, 0);
}

TEST_F(SupervisorTest, ARegionThatHasJustEndedIsNotThereToBeStopped) {
  const pid_t pid = spawn_one_that_ends();
  const auto stopped = supervisor_.stop(region_, StopHow::kTerminate);
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().code, ErrorCode::kNotFound);
  const auto ended = supervisor_.reap();
  ASSERT_EQ(ended.size(), 1U) << "it was not asked to end";
  EXPECT_EQ(ended[0].pid, pid);
}

}  // namespace
}  // namespace coffer::server
