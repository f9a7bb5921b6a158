// The caches of the reader, through the store that owns it: what is answered from memory, and that it is never old.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "secrets/testing/store_fixture.h"

namespace coffer::secrets::testing {
namespace {

class SecretReaderTest : public SecretStoreTest {
 protected:
  std::string current(SecretStore& secrets, const std::string& name) {
    const auto view = secrets.find(kAccount, name);
    if (!view.ok()) return std::string(error_name(view.error().code));
    if (*view == nullptr) return "none";
    const VersionId& version = (*view)->secret.version_with("AWSCURRENT")->id;
    const auto read = secrets.read_value(**view, version);
    secrets.note_access(**view, version);
    return read.ok() ? std::string(read->view(kTest)) : std::string(error_name(read.error().code));
  }
  std::string current(const std::string& name) { return current(secrets_, name); }

  // With so little memory that next to nothing is kept parsed, and not everything packed.
  // Lives as long as the store, to whose commits it listens.
  SecretStore& small_store(size_t bytes) {
    const SecretStore::Parts parts{*store_, keyring_, random_, clock_, kEast, bytes};
    return *small_stores_.emplace_back(std::make_unique<SecretStore>(parts));
  }

 private:
  std::vector<std::unique_ptr<SecretStore>> small_stores_;
};

TEST_F(SecretReaderTest, WhatWasReadBeforeIsReadWithoutTheStore) {
  create("db", "v1", {kWest});
  ASSERT_EQ(current("db"), "v1");
  ASSERT_EQ(current("db"), "v1") << "again, with the date of access";
  ASSERT_EQ(current("db"), "v1") << "again, with the value";
  store_->fail_reads(true);
  EXPECT_EQ(current("db"), "v1");
  EXPECT_EQ(current("never read"), "Io");
}

// Nothing of the parsed view may be lost on its way through the packed rows.
TEST_F(SecretReaderTest, AViewFromPackedRowsIsTheOneFromTheStore) {
  SecretStore& secrets = small_store(0);
  create("db", "v1", {kWest, kEurope});
  ASSERT_TRUE(secrets_
                  .record_progress({.account = kAccount,
                                    .name = "db",
                                    .suffix = find("db")->secret.suffix,
                                    .region = kEurope,
                                    .progress = {.acknowledged_generation = 1, .failed = true, .message = "no key"},
                                    .mark_to_clear = std::nullopt})
                  .ok());
  ASSERT_EQ(current("db"), "v1");
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  ASSERT_EQ(current("db"), "v1");
  ASSERT_EQ(current("db"), "v1");
  const SecretPointer cached = find("db");
  const SecretPointer fresh = *secrets.find(kAccount, "db");
  EXPECT_EQ(cached->revision, fresh->revision);
  EXPECT_EQ(cached->arn, fresh->arn);
  EXPECT_EQ(cached->secret.versions.size(), fresh->secret.versions.size());
  EXPECT_EQ(cached->last_accessed, fresh->last_accessed);
  EXPECT_TRUE(cached->last_accessed);
  EXPECT_EQ(cached->version_last_accessed, fresh->version_last_accessed);
  ASSERT_EQ(cached->progress.size(), 1U);
  EXPECT_EQ(fresh->progress.size(), 1U);
  EXPECT_EQ(cached->replica_status(kEurope).message, "no key");
}

// A value that became current is another one's value, whatever lay in memory.
TEST_F(SecretReaderTest, TheValueInMemoryGoesWithTheChange) {
  create("db", "v1");
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(current("db"), "v1");
  ASSERT_TRUE(put("db", 1, "v2").ok());
  EXPECT_EQ(current("db"), "v2");
  ASSERT_TRUE(erase("db").ok());
  EXPECT_EQ(current("db"), "none");
  create("db", "v3");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(current("db"), "v3");
}

// Somebody may still hold a view of yesterday's value when today's is already kept.
TEST_F(SecretReaderTest, AnOldViewPutsNothingOldIntoTheCache) {
  create("db", "v1");
  const SecretPointer old = find("db");
  ASSERT_TRUE(put("db", 1, "v2").ok());
  EXPECT_EQ(value(old, old->secret.versions.front().id), "v1");
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(current("db"), "v2");
}

// A read is noted once a day: that must cost neither another look into the store, now or when it is written...
TEST_F(SecretReaderTest, AnAccessIsShownAndWrittenWithoutReadingTheSecretAgain) {
  create("db", "v1");
  ASSERT_EQ(current("db"), "v1");
  const auto day = start_of_day(clock_.now());
  store_->fail_reads(true);
  EXPECT_EQ(find("db")->last_accessed, day);
  EXPECT_EQ(current("db"), "v1");
  EXPECT_TRUE(secrets_.flush_accesses().ok());
  EXPECT_EQ(find("db")->last_accessed, day);
  store_->fail_reads(false);
  EXPECT_EQ((*small_store(0).find(kAccount, "db"))->last_accessed, day) << "in the store";
}

// ...and the date of a secret that is gone must not be shown by the next one of its name.
TEST_F(SecretReaderTest, AnAccessToADeletedSecretIsNotTheNextOnes) {
  create("db", "v1");
  const SecretPointer old = find("db");
  ASSERT_TRUE(erase("db").ok());
  create("db", "v2");
  ASSERT_FALSE(find("db")->last_accessed);
  secrets_.note_access(*old, old->secret.versions.front().id);
  EXPECT_FALSE(find("db")->last_accessed);
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  EXPECT_FALSE(find("db")->last_accessed);
}

// Large values, tiny caches and many versions all take the way to the store, and are right.
TEST_F(SecretReaderTest, WhatDoesNotFitIsReadFromTheStore) {
  for (const size_t bytes : {size_t{0}, size_t{30'000}, size_t{200'000}}) {
    SecretStore& secrets = small_store(bytes);
    for (int i = 0; i < 40; ++i) {
      const std::string name = "db" + std::to_string(i) + "-" + std::to_string(bytes);
      create(name, std::string(static_cast<size_t>(1 + i * 400), static_cast<char>('a' + i % 26)));
    }
    for (int round = 0; round < 4; ++round) {
      for (int i = 0; i < 40; ++i) {
        const std::string name = "db" + std::to_string(i) + "-" + std::to_string(bytes);
        ASSERT_EQ(current(secrets, name),
                  std::string(static_cast<size_t>(1 + i * 400), static_cast<char>('a' + i % 26)))
            << name;
      }
    }
  }
}

// The promise under load: whoever begins to read after a change was acknowledged sees it, in caches that evict and
// replace all the time.
TEST_F(SecretReaderTest, ReadersNeverSeeAValueFromBeforeAnAcknowledgedChange) {
  constexpr int kSecrets = 12;
  SecretStore& secrets = small_store(120'000);
  for (int i = 0; i < kSecrets; ++i)
    create("db" + std::to_string(i), "1000");
  std::vector<std::atomic<int>> acknowledged(kSecrets);
  for (auto& one : acknowledged)
    one = 1000;
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&, t] {
      for (int i = t; !stop; ++i) {
        const auto which = static_cast<size_t>(i) % kSecrets;
        const int least = acknowledged[which];
        const std::string read = current(secrets, "db" + std::to_string(which));
        // NotFound: the version was replaced and its value removed between the two looks.
        if (read == "NotFound") continue;
        ASSERT_GE(std::stoi(read), least);
      }
    });
  }
  for (int i = 1; i <= 300; ++i) {
    const int which = i % kSecrets;
    const bool done = put("db" + std::to_string(which), i, std::to_string(1000 + i)).ok();
    ASSERT_TRUE(done);
    acknowledged[static_cast<size_t>(which)] = 1000 + i;
  }
  stop = true;
  for (std::thread& reader : readers)
    reader.join();
}

}  // namespace
}  // namespace coffer::secrets::testing
