// kill -9 at the store: what was acknowledged is there afterwards.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <thread>

#include "base/random.h"
#include "store/rocksdb_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::store::testing {
namespace {

const SystemClock kClock;
const Log kQuiet(kClock, STDERR_FILENO, static_cast<LogLevel>(99));

Result<std::unique_ptr<Store>> open(const std::string& directory) {
  return open_rocksdb_store({.directory = directory}, kQuiet);
}

constexpr char kKillDirectory[] = "COFFER_STORE_KILL_DIRECTORY";
constexpr int kReportDescriptor = 3;
constexpr int kWriters = 4;

struct Acknowledged {
  int32_t writer;
  int32_t number;
};

std::string counter_key(int writer) {
  return "counter/" + std::to_string(writer);
}
std::string row_key(int writer, int number) {
  return "row/" + std::to_string(writer) + "/" + std::to_string(number);
}

// Not a test: the process that AKilledProcess... starts and kills. Each writer counts on, and reports what was
// acknowledged.
TEST(RocksdbKillHelper, DISABLED_CommitsUntilItIsKilled) {
  const char* directory = std::getenv(kKillDirectory);
  if (directory == nullptr) GTEST_SKIP() << "started by another test only";
  const auto store = open(directory);
  ASSERT_TRUE(store.ok()) << store.error().message;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&store, writer] {
      for (;;) {
        const auto counter = *(*store)->get(counter_key(writer));
        const int number = counter ? std::stoi(counter->value) + 1 : 1;
        const Transaction next{{{counter_key(writer), counter ? counter->revision : 0}},
                               {{counter_key(writer), std::to_string(number)}, {row_key(writer, number), "x"}},
                               {}};
        if (!(*store)->commit(next).ok()) std::_Exit(1);
        const Acknowledged report{writer, number};
        if (::write(kReportDescriptor, &report, sizeof report) != sizeof report) std::_Exit(1);
      }
    });
  }
  for (std::thread& thread : writers)
    thread.join();
}

// Starts the helper on `directory`, kills it after `reports` acknowledgements, and notes all that it made until then.
void run_and_kill(const std::string& directory, uint32_t reports, std::map<int, int>& acknowledged) {
  int pipe[2];
  ASSERT_EQ(::pipe2(pipe, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  ASSERT_EQ(posix_spawn_file_actions_init(&actions), 0);
  ASSERT_EQ(posix_spawn_file_actions_adddup2(&actions, pipe[1], kReportDescriptor), 0);
  ASSERT_EQ(posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0), 0);
  char program[] = "/proc/self/exe";
  char filter[] = "--gtest_filter=RocksdbKillHelper.*";
  char disabled[] = "--gtest_also_run_disabled_tests";
  char* arguments[] = {program, filter, disabled, nullptr};
  ASSERT_EQ(::setenv(kKillDirectory, directory.c_str(), 1), 0);
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, program, &actions, nullptr, arguments, environ), 0);
  ASSERT_EQ(::unsetenv(kKillDirectory), 0);
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);

  Acknowledged report;
  uint32_t seen = 0;
  while (::read(pipe[0], &report, sizeof report) == sizeof report) {
    acknowledged[report.writer] = report.number;
    if (++seen == reports) ::kill(child, SIGKILL);
  }
  ::close(pipe[0]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "the helper ended by itself: " << status;
}

// The promise that everything else stands on: what was acknowledged is there after any crash of the process, and a
// transaction is there whole or not at all.
TEST(RocksdbKill, AKilledProcessLosesNothingThatItAcknowledged) {
  TempDirectory directory;
  const std::string path = directory / "store";
  SeededRandom random(20);
  std::map<int, int> acknowledged;
  for (int round = 0; round < 20; ++round) {
    run_and_kill(path, 1 + random.uniform(200), acknowledged);
    ASSERT_FALSE(::testing::Test::HasFatalFailure());
    const auto store = open(path);
    ASSERT_TRUE(store.ok()) << store.error().message;
    int commits = 0;
    for (const auto& [writer, number] : acknowledged) {
      const auto counter = *(*store)->get(counter_key(writer));
      ASSERT_TRUE(counter.has_value());
      const int found = std::stoi(counter->value);
      commits += found;
      EXPECT_GE(found, number) << "writer " << writer << ", round " << round;
      EXPECT_TRUE((*store)->get(row_key(writer, found))->has_value());
      EXPECT_FALSE((*store)->get(row_key(writer, found + 1))->has_value());
      const auto rows = (*store)->scan(ScanRange::prefix("row/" + std::to_string(writer) + "/", 1'000'000));
      EXPECT_EQ(rows->size(), static_cast<size_t>(found));
    }
    if (acknowledged.size() == kWriters) {
      EXPECT_EQ((*store)->revision(), static_cast<Revision>(commits));
    }
  }
  EXPECT_EQ(acknowledged.size(), static_cast<size_t>(kWriters));
}

}  // namespace
}  // namespace coffer::store::testing
