#include "server/memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "store/testing/temp_directory.h"

namespace coffer::server {
namespace {

constexpr size_t kGigabyte = size_t{1} << 30;

class Memory : public ::testing::Test {
 protected:
  void limit(const std::string& file, const std::string& text) {
    const std::filesystem::path path = directory_ / file;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text << "\n";
  }
  size_t usable(std::string_view cgroup) { return usable_memory(cgroup, directory_ / "", 8 * kGigabyte); }

  const store::testing::TempDirectory directory_;
};

// A cache that takes its share of the machine would be killed in a container of half a gigabyte.
TEST_F(Memory, TheLimitOfAControlGroupCounts) {
  limit("system.slice/coffer.service/memory.max", "1073741824");
  EXPECT_EQ(usable("0::/system.slice/coffer.service\n"), kGigabyte);
}

TEST_F(Memory, TheLowestLimitOnThePathCounts) {
  limit("system.slice/memory.max", "2147483648");
  limit("system.slice/coffer.service/memory.max", "max");
  EXPECT_EQ(usable("0::/system.slice/coffer.service\n"), 2 * kGigabyte);
  limit("memory.max", "1073741824");
  EXPECT_EQ(usable("0::/\n"), kGigabyte) << "a container sees itself as the root";
}

TEST_F(Memory, ControlGroupsOfVersionOneCountToo) {
  limit("memory/docker/12/memory.limit_in_bytes", "1073741824");
  EXPECT_EQ(usable("7:cpu,cpuacct:/docker/12\n5:memory:/docker/12\n"), kGigabyte);
  EXPECT_EQ(usable("7:cpu,cpuacct:/docker/12\n"), 8 * kGigabyte);
}

TEST_F(Memory, WhatCannotBeReadIsNoLimit) {
  limit("a/memory.max", "9223372036854771712");
  EXPECT_EQ(usable("0::/a\n"), 8 * kGigabyte);
  for (const std::string_view text : {"", "nonsense", "::", "0::/gone", "\n\n"})
    EXPECT_EQ(usable(text), 8 * kGigabyte) << text;
  limit("b/memory.max", "0");
  EXPECT_EQ(usable("0::/b\n"), size_t{64} << 20) << "nothing runs in no memory";
}

TEST(MemoryOfThisMachine, IsMoreThanNothing) {
  EXPECT_GE(usable_memory(), size_t{64} << 20);
}

}  // namespace
}  // namespace coffer::server
