#include "server/chores.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "secrets/testing/store_fixture.h"

namespace coffer::server {
namespace {

class ChoresTest : public secrets::testing::SecretStoreTest {
 protected:
  ~ChoresTest() override { ::close(log_file_); }

  void create_until(const std::string& name, Duration left) {
    create(name);
    const auto scheduled = edit(name, [&](secrets::Change& change) {
      change.secret.deletion_requested = clock_.now();
      change.secret.deletion_date = clock_.now() + left;
    });
    ASSERT_TRUE(scheduled.ok());
  }
  size_t logged(std::string_view event) const {
    std::string text(65536, '\0');
    text.resize(static_cast<size_t>(::pread(log_file_, text.data(), text.size(), 0)));
    size_t count = 0;
    for (size_t at = text.find(event); at != text.npos; at = text.find(event, at + 1))
      ++count;
    return count;
  }

  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{clock_, log_file_, LogLevel::kInfo};
  kms::Rotator rotator_{keyring_};
  iam::AccessKeyUses key_uses_{*store_};
  Chores chores_{region_chores({secrets_, keyring_, rotator_, key_uses_, nullptr, nullptr, nullptr, nullptr, clock_}),
                 clock_, log_};
};

// A name is free again at most a minute after the recovery window has ended.
TEST_F(ChoresTest, WhatIsPastItsRecoveryWindowIsErasedWithinAMinute) {
  create_until("before", Duration(0));
  create_until("after", std::chrono::seconds(1));
  chores_.step();
  EXPECT_FALSE(find("before")) << "at once after a start";
  for (int second = 1; second < 60; ++second) {
    clock_.advance(std::chrono::seconds(1));
    chores_.step();
    EXPECT_TRUE(find("after")) << "one sweep a minute";
  }
  clock_.advance(std::chrono::seconds(1));
  chores_.step();
  EXPECT_FALSE(find("after"));
  EXPECT_EQ(logged("expired_secrets_erased"), 2u);
}

// Nothing else erases them, and their owner was told that they are gone.
TEST_F(ChoresTest, AKmsKeyPastItsDateIsErasedWithinAMinute) {
  const kms::KeyName key = *keyring_.create_key(secrets::testing::kAccount, "");
  ASSERT_TRUE(keyring_.schedule_deletion(key, 7).ok());
  chores_.step();
  clock_.advance(std::chrono::hours(7 * 24) - Duration(1));
  chores_.step();
  EXPECT_TRUE(*keyring_.find(key) != nullptr);
  EXPECT_EQ(logged("expired_keys_erased"), 0u);
  clock_.advance(std::chrono::minutes(1));
  chores_.step();
  EXPECT_TRUE(*keyring_.find(key) == nullptr);
  EXPECT_EQ(logged("expired_keys_erased"), 1u);
}

// What was read must show LastAccessedDate after a restart, too.
TEST_F(ChoresTest, EverySecondWritesAccessDatesAndAFailingDiskIsOneLine) {
  const auto view = create("db");
  const size_t before = rows();
  secrets_.note_access(*view, secrets::testing::version_id(0));
  store_->fail_syncs(1);
  chores_.step();
  clock_.advance(std::chrono::seconds(1));
  chores_.step();
  EXPECT_EQ(logged("access_dates_not_written"), 1u);
  store_->crash();
  EXPECT_EQ(rows(), before);
  clock_.advance(std::chrono::seconds(1));
  chores_.step();
  EXPECT_EQ(rows(), before + 1);
}

}  // namespace
}  // namespace coffer::server
