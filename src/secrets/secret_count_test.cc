// The quota of secrets per account: as SecretStore keeps it, and how the counter counts.
#include "secrets/secret_count.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "secrets/testing/store_fixture.h"

namespace coffer::secrets {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kOther;
using testing::kWest;

class SecretQuotaTest : public testing::SecretStoreTest {
 protected:
  // Each for a whole test: the store tells it of every commit.
  SecretStore limited_to(size_t max_secrets) {
    return SecretStore({*store_, keyring_, random_, clock_, kEast, 200'000, max_secrets});
  }
  // "made", or the error's name.
  std::string make(SecretStore& secrets, const std::string& name, const AccountId& account = kAccount) {
    Change change = new_secret(name, "v");
    change.secret.account = account;
    change.key = *keyring_.default_key(account);
    const auto made = secrets.create(std::move(change));
    return made.ok() ? "made" : std::string(error_name(made.error().code));
  }
  static Result<SecretPointer> erase(SecretStore& secrets, const std::string& name) {
    return secrets.erase(kAccount, name, [](const SecretView&) { return Result<void>(); });
  }
  size_t index_rows() { return store_->scan(store::ScanRange::prefix(creation_prefix(kAccount)))->size(); }
};

TEST_F(SecretQuotaTest, AnAccountHasAsManySecretsAsTheLimitAndNoMore) {
  SecretStore secrets = limited_to(3);
  for (const char* name : {"a", "b", "c"})
    EXPECT_EQ(make(secrets, name), "made");
  const auto refused = secrets.create(new_secret("d", "v"));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  EXPECT_NE(refused.error().message.find("limit of secrets in this Region, which is 3."), std::string::npos);
  EXPECT_FALSE(*secrets.find(kAccount, "d"));
  EXPECT_EQ(make(secrets, "a"), "ResourceExistsException") << "a call that is repeated must hear of the first";
  EXPECT_EQ(make(secrets, "a", kOther), "made") << "of another account";
}

TEST_F(SecretQuotaTest, ADeletedSecretMakesRoomAndOneThatWaitsForItDoesNot) {
  SecretStore secrets = limited_to(1);
  EXPECT_EQ(make(secrets, "a"), "made");
  const auto scheduled = secrets.update(kAccount, "a", [this](const SecretView& view) {
    Change change;
    change.secret = view.secret;
    change.secret.deletion_date = clock_.now() + hours(24 * 7);
    return Result<std::optional<Change>>(std::move(change));
  });
  ASSERT_TRUE(scheduled.ok());
  EXPECT_EQ(make(secrets, "b"), "LimitExceededException");
  clock_.advance(hours(24 * 7));
  EXPECT_EQ(*secrets.erase_expired(), 1u);
  EXPECT_EQ(make(secrets, "b"), "made");
  ASSERT_TRUE(erase(secrets, "b").ok());
  EXPECT_EQ(make(secrets, "c"), "made");
  EXPECT_EQ(make(secrets, "d"), "LimitExceededException");
}

TEST_F(SecretQuotaTest, WhatWasMadeBeforeAStartCounts) {
  create("a");
  create("b");
  SecretStore restarted = limited_to(3);
  EXPECT_EQ(make(restarted, "c"), "made");
  EXPECT_EQ(make(restarted, "d"), "LimitExceededException");
}

// A primary must be able to replicate: the copy was allowed for when its primary was made.
TEST_F(SecretQuotaTest, ReplicasCountAndAreNeverRefused) {
  SecretStore secrets = limited_to(1);
  EXPECT_EQ(make(secrets, "a"), "made");
  EXPECT_EQ(secrets.apply_state(state_from(kWest, "AbCdEf", 1, 1))->verdict, ApplyVerdict::kApplied);
  EXPECT_EQ(secrets.apply_state(state_from(kWest, "AbCdEf", 1, 2))->verdict, ApplyVerdict::kApplied);
  EXPECT_TRUE(*secrets.find(kAccount, "copy"));
  ASSERT_TRUE(erase(secrets, "a").ok());
  EXPECT_EQ(make(secrets, "b"), "LimitExceededException");
  const ReplicaRemoval removal{
      .account = kAccount, .name = "copy", .suffix = "AbCdEf", .primary_region = kWest, .lineage_epoch = 1};
  EXPECT_EQ(secrets.apply_removal(removal)->verdict, ApplyVerdict::kApplied);
  EXPECT_EQ(make(secrets, "b"), "made");
}

// Each looks before it commits: without places, all of them would see room for one more.
TEST_F(SecretQuotaTest, CreationsAtTheSameTimeDoNotPassTheLimitTogether) {
  SecretStore secrets = limited_to(10);
  store_->delay_commits(Duration(2));
  std::atomic<int> made = 0;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5; ++j) {
        const std::string outcome = make(secrets, std::to_string(i) + "/" + std::to_string(j));
        made += outcome == "made" ? 1 : 0;
        refused += outcome == "LimitExceededException" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(made.load(), 10);
  EXPECT_EQ(refused.load(), 30);
  EXPECT_EQ(index_rows(), 10u);
}

// A place that is lost with a failure would be lost until the next count.
TEST_F(SecretQuotaTest, WhoeverDoesNotMakeItGivesThePlaceBack) {
  SecretStore secrets = limited_to(8);  // room for all threads at any time
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (const char* contested : {"a", "b", "c", "d"})
        make(secrets, contested);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(index_rows(), 4u);
  store_->fail_syncs(1);
  EXPECT_EQ(make(secrets, "e"), "Io");
  store_->crash();
  for (const char* name : {"e", "f", "g", "h"})
    EXPECT_EQ(make(secrets, name), "made");
  EXPECT_EQ(make(secrets, "i"), "LimitExceededException");
}

// --- counting ----------------------------------------------------------------------------------------------------

// A store in memory that does what a test says whenever it has scanned.
class WatchedStore final : public store::Store {
 public:
  Result<std::optional<store::Row>> get(std::string_view key) const override { return store_->get(key); }
  Result<std::vector<store::Row>> scan(const store::ScanRange& range) const override {
    auto rows = store_->scan(range);
    ++scans;
    if (after_scan) after_scan();
    if (fails) return Error{ErrorCode::kIo, "the disk is gone"};
    return rows;
  }
  Result<store::Revision> commit(store::Transaction transaction) override {
    return store_->commit(std::move(transaction));
  }
  Result<std::vector<store::Change>> changes(store::Revision after, size_t limit) const override {
    return store_->changes(after, limit);
  }
  store::Revision revision() const override { return store_->revision(); }
  bool can_commit() const override { return store_->can_commit(); }
  void on_commit(store::CommitListener listener) override {
    store_->on_commit([this, listener](store::Revision revision, const std::vector<store::Change>& changes) {
      if (!holds_back) return listener(revision, changes);
      held_back_.push_back([listener, revision, changes] { listener(revision, changes); });
    });
  }
  // Tells of the commits that it has held back: between a commit and its listeners there is always a moment.
  void tell() {
    holds_back = false;
    for (const auto& one : std::exchange(held_back_, {}))
      one();
  }

  mutable std::atomic<int> scans = 0;
  std::function<void()> after_scan;
  bool fails = false;
  bool holds_back = false;

 private:
  std::vector<std::function<void()>> held_back_;
  std::unique_ptr<store::Store> store_ = store::testing::FaultStore::make();
};

class SecretCountTest : public ::testing::Test {
 protected:
  std::string key(const std::string& name) const { return creation_key(kAccount, clock_.now(), name); }
  void put(const std::string& key) {
    store::Transaction transaction;
    transaction.puts.push_back({key, ""});
    ASSERT_TRUE(store_.commit(std::move(transaction)).ok());
  }
  void remove(const std::string& key) {
    store::Transaction transaction;
    transaction.deletes.push_back(key);
    ASSERT_TRUE(store_.commit(std::move(transaction)).ok());
  }
  // As SecretStore makes it, if there is a place.
  bool make(SecretCount& count, const std::string& name) {
    auto place = count.take_place(kAccount, key(name));
    if (!place.ok()) return false;
    put(key(name));
    place->fill();
    return true;
  }
  // Whether there is a place. It is not kept.
  bool has_place(SecretCount& count) { return count.take_place(kAccount, key("wanted")).ok(); }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  WatchedStore store_;
};

TEST_F(SecretCountTest, AnAccountIsCountedWhenItFirstAsksAndThenFollowed) {
  SecretCount count(store_, clock_, 2);
  EXPECT_EQ(store_.scans, 0);
  put(key("a"));
  EXPECT_EQ(store_.scans, 0);
  EXPECT_TRUE(make(count, "b"));
  EXPECT_EQ(store_.scans, 1);
  const std::string second = key("b");
  clock_.advance(hours(1));
  put(creation_key(kOther, clock_.now(), "c"));
  put("s");
  remove(second);
  EXPECT_TRUE(has_place(count));
  EXPECT_EQ(store_.scans, 1);
}

TEST_F(SecretCountTest, AScanOfManyRowsCountsEachOnce) {
  for (int batch = 0; batch < 5; ++batch) {
    store::Transaction transaction;
    for (int i = 0; i < 1'000; ++i)
      transaction.puts.push_back({key(std::to_string(batch * 1'000 + i)), ""});
    ASSERT_TRUE(store_.commit(std::move(transaction)).ok());
  }
  put(creation_key(kOther, clock_.now(), "of another"));
  SecretCount exact(store_, clock_, 5'001);
  EXPECT_TRUE(has_place(exact));
  SecretCount full(store_, clock_, 5'000);
  EXPECT_FALSE(has_place(full));
}

// A count that has gone wrong must not refuse anybody for ever; an account that is full and asks a thousand times a
// second must not make the region count a thousand times.
TEST_F(SecretCountTest, AnOldCountIsTakenAgainBeforeItRefuses) {
  SecretCount count(store_, clock_, 2);
  put(key("a"));
  EXPECT_TRUE(has_place(count));
  put(key("a"));  // one row, told twice
  EXPECT_FALSE(has_place(count));
  EXPECT_EQ(store_.scans, 1);
  clock_.advance(seconds(10));
  EXPECT_TRUE(has_place(count));
  EXPECT_EQ(store_.scans, 2);
}

TEST_F(SecretCountTest, WhatIsCommittedDuringAScanIsRatherCountedTooHigh) {
  SecretCount count(store_, clock_, 1);
  const std::string late = key("late");
  store_.after_scan = [&] { put(late); };
  EXPECT_FALSE(has_place(count)) << "the scan came too early to see it";
  clock_.advance(seconds(10));
  store_.after_scan = [&] { remove(late); };
  EXPECT_FALSE(has_place(count));
  clock_.advance(seconds(10));
  store_.after_scan = nullptr;
  EXPECT_TRUE(has_place(count));
}

// The listeners hear of a commit a moment after everybody sees it: what a scan has missed must not be subtracted, too.
TEST_F(SecretCountTest, ADeletionThatTheScanSawAlreadyIsNotSubtracted) {
  SecretCount count(store_, clock_, 2);
  put(key("a"));
  put(key("b"));
  store_.holds_back = true;
  remove(key("b"));
  const auto first = count.take_place(kAccount, key("c"));
  ASSERT_TRUE(first.ok());
  store_.tell();
  EXPECT_FALSE(has_place(count)) << "one secret, and a place for another";
}

// Until it is known which deletions a scan saw, they are left out; nobody has to wait for the ten seconds because of
// it.
TEST_F(SecretCountTest, ADeletionRightAfterAScanMakesRoom) {
  SecretCount count(store_, clock_, 2);
  put(key("a"));
  put(key("b"));
  EXPECT_FALSE(has_place(count));
  remove(key("a"));
  EXPECT_TRUE(make(count, "c"));
  EXPECT_EQ(store_.scans, 2);
  for (const char* name : {"b", "c"})
    remove(key(name));
  EXPECT_TRUE(make(count, "d"));
  EXPECT_TRUE(make(count, "e"));
  EXPECT_FALSE(has_place(count));
  EXPECT_EQ(store_.scans, 2) << "settled by the first that was made";
}

// A commit that began before the scan says nothing about those that the scan saw.
TEST_F(SecretCountTest, APlaceFromBeforeAScanSettlesNothing) {
  SecretCount count(store_, clock_, 3);
  const std::string second = key("b");
  put(key("a"));
  put(second);
  auto early = count.take_place(kAccount, key("c"));
  ASSERT_TRUE(early.ok());
  clock_.advance(seconds(10));
  store_.holds_back = true;
  remove(second);
  ASSERT_TRUE(has_place(count)) << "full, but the count is old";
  EXPECT_EQ(store_.scans, 2);
  early->fill();
  store_.tell();
  const auto other = count.take_place(kAccount, key("d"));
  EXPECT_TRUE(other.ok());
  EXPECT_FALSE(has_place(count)) << "one secret, and places for two";
}

TEST_F(SecretCountTest, AFailedScanIsReportedAndTheNextOneCounts) {
  SecretCount count(store_, clock_, 1);
  store_.fails = true;
  const auto failed = count.take_place(kAccount, key("a"));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kIo);
  store_.fails = false;
  EXPECT_TRUE(has_place(count));
  put(key("a"));
  clock_.advance(seconds(10));
  store_.fails = true;
  EXPECT_EQ(count.take_place(kAccount, key("b")).error().code, ErrorCode::kIo);
  store_.fails = false;
  EXPECT_EQ(count.take_place(kAccount, key("b")).error().code, ErrorCode::kLimitExceeded);
}

// It was not counted by the scan, nor by the count before.
TEST_F(SecretCountTest, WhatIsAddedDuringAFailedScanCounts) {
  SecretCount count(store_, clock_, 3);
  put(key("a"));
  put(key("b"));
  {
    const auto place = count.take_place(kAccount, key("c"));
    ASSERT_TRUE(place.ok());
    clock_.advance(seconds(10));
    store_.fails = true;
    const std::string late = key("d");
    store_.after_scan = [&] { put(late); };
    EXPECT_FALSE(has_place(count));
  }
  store_.fails = false;
  store_.after_scan = nullptr;
  EXPECT_FALSE(has_place(count));
}

TEST_F(SecretCountTest, WhoeverAsksDuringAScanWaitsForIt) {
  SecretCount count(store_, clock_, 5);
  put(key("a"));
  std::atomic<int> places = 0;
  std::vector<std::thread> others;
  store_.after_scan = [&] {
    for (int i = 0; i < 3; ++i)
      others.emplace_back([&] { places += has_place(count) ? 1 : 0; });
  };
  EXPECT_TRUE(has_place(count));
  for (std::thread& other : others)
    other.join();
  EXPECT_EQ(places.load(), 3);
  EXPECT_EQ(store_.scans, 1);
}

}  // namespace
}  // namespace coffer::secrets
