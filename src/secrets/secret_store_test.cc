// The life of a secret: creation, changes, deletion, lists, access dates.
#include "secrets/secret_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "secrets/testing/store_fixture.h"
#include "secrets/version_stages.h"

namespace coffer::secrets {
namespace {

using std::chrono::hours;
using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kOther;
using testing::kWest;
using testing::version_id;
class SecretStoreTest : public testing::SecretStoreTest {};

TEST_F(SecretStoreTest, ASecretIsFoundByNameAndByItsOwnArnOnly) {
  const SecretPointer made = create("db/password", "s3cr3t");
  EXPECT_EQ(made->arn, "arn:aws:secretsmanager:us-east-1:123456789012:secret:db/password-" + made->secret.suffix);
  EXPECT_EQ(value(find("db/password"), version_id(0)), "s3cr3t");
  const auto by = [&](std::string_view id) { return *secrets_.find(*parse_secret_id(id, kAccount, kEast)); };
  EXPECT_TRUE(by(made->arn));
  EXPECT_TRUE(by(made->arn.substr(0, made->arn.size() - 7)));
  EXPECT_FALSE(by(made->arn.substr(0, made->arn.size() - 6) + "ABC123"));
  EXPECT_FALSE(*secrets_.find(kOther, "db/password"));
  EXPECT_FALSE(*secrets_.find(kAccount, "db/passwor"));
  EXPECT_FALSE(*secrets_.find(kAccount, std::string(2000, 'x')));
}

TEST_F(SecretStoreTest, ANameIsUniqueAndAFreshSecretHasAFreshSuffix) {
  const std::string first = create("name")->secret.suffix;
  const auto again = secrets_.create(new_secret("name", "w"));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().code, ErrorCode::kResourceExists);
  EXPECT_EQ(again.error().message, "The operation failed because the secret name already exists.");
  ASSERT_TRUE(erase("name").ok());
  EXPECT_NE(create("name")->secret.suffix, first);
}

// Two requests at once must not both believe that they made it.
TEST_F(SecretStoreTest, OfConcurrentCreationsOneWins) {
  std::atomic<int> won = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 20; ++j) {
        auto made = secrets_.create(new_secret("contested/" + std::to_string(j), "thread " + std::to_string(i)));
        ++(made.ok() ? won : lost);
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(won, 20);
  EXPECT_EQ(lost, 60);
}

// No update may be lost, whoever else writes at the same moment.
TEST_F(SecretStoreTest, ConcurrentUpdatesAllCount) {
  create("counter");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j)
        EXPECT_TRUE(edit("counter", [](Change& change) { change.secret.description += "x"; }).ok());
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(find("counter")->secret.description, std::string(40, 'x'));
  EXPECT_EQ(find("counter")->secret.generation, 41u);
}

// A reader must see its own write, and never half of somebody else's: record and value come in one commit.
TEST_F(SecretStoreTest, AReadAfterAWriteSeesIt) {
  create("db", "0");
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(put("db", i, std::to_string(i)).ok());
    const SecretPointer view = find("db");
    EXPECT_EQ(value(view, view->secret.version_with(kAwsCurrent)->id), std::to_string(i));
  }
}

TEST_F(SecretStoreTest, AFailedCommitChangesNothing) {
  create("db", "before");
  const size_t before = rows();
  store_->fail_syncs(1);
  EXPECT_EQ(put("db", 1, "after").error().code, ErrorCode::kIo);
  EXPECT_EQ(find("db")->secret.versions.size(), 1u);
  EXPECT_EQ(rows(), before);
}

TEST_F(SecretStoreTest, NothingOfADeletedSecretStays) {
  const size_t before = [&] {
    create("other");
    return rows();
  }();
  create("db", "v", {});
  ASSERT_TRUE(put("db", 1, "w").ok());
  secrets_.note_access(*find("db"), version_id(1));
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  ASSERT_TRUE(edit("db", [&](Change& change) { change.secret.deletion_date = clock_.now() + hours(24 * 7); }).ok());
  ASSERT_TRUE(erase("db").ok());
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(erase("db").error().code, ErrorCode::kResourceNotFound);
}

TEST_F(SecretStoreTest, ASecretWithReplicasIsNotErased) {
  const SecretPointer view = create("db", "v", {kWest, kEurope});
  const auto refused = erase("db");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message,
            "You can't delete secret " + view->arn + " that still has replica regions [us-west-2, eu-west-1].");
  EXPECT_TRUE(find("db"));
}

// Between the decision and the deletion somebody may have restored the secret, or made another of the name.
TEST_F(SecretStoreTest, OnlyTheStateThatWasAgreedToIsErased) {
  create("db", "first");
  const std::string suffix = find("db")->secret.suffix;
  int calls = 0;
  const auto erased = secrets_.erase(kAccount, "db", [&](const SecretView& view) -> Result<void> {
    if (++calls == 1) {
      // Behind the back of the caller, who looked a moment ago.
      EXPECT_TRUE(erase("db").ok());
      create("db", "second");
    }
    if (view.secret.suffix == suffix) return {};
    return Error{ErrorCode::kInvalidRequest, "another secret"};
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(erased.error().code, ErrorCode::kInvalidRequest);
  EXPECT_EQ(value(find("db"), version_id(0)), "second");
}

// What the edit reads may be gone when the record that it was given is not the newest: then the newest decides.
TEST_F(SecretStoreTest, AnUpdateThatMissesADeletedValueLooksAgain) {
  int calls = 0;
  const auto update = [&](const std::function<void()>& meanwhile) {
    calls = 0;
    return secrets_.update(kAccount, "db", [&](const SecretView& view) -> Result<std::optional<Change>> {
      if (++calls == 1) meanwhile();
      COFFER_ASSIGN(const SecretBytes value, secrets_.read_value(view, version_id(0)));
      return std::optional<Change>();
    });
  };
  create("db", "first");
  const auto deleted = update([&] { EXPECT_TRUE(erase("db").ok()); });
  ASSERT_FALSE(deleted.ok());
  EXPECT_EQ(deleted.error().code, ErrorCode::kResourceNotFound);
  create("db", "second");
  const auto replaced = update([&] {
    EXPECT_TRUE(erase("db").ok());
    create("db", "third");
  });
  EXPECT_TRUE(replaced.ok());
  EXPECT_EQ(calls, 2);
  // A row that is lost while the record still names it is damage, however often one looks.
  const std::string lost = value_key(kAccount, "db", version_id(0));
  const auto damaged =
      update([&] { EXPECT_TRUE(store_->commit({.preconditions = {}, .puts = {}, .deletes = {lost}}).ok()); });
  ASSERT_FALSE(damaged.ok());
  EXPECT_EQ(damaged.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(calls, 1);
}

TEST_F(SecretStoreTest, OnlyWhatIsPastItsRecoveryWindowIsErased) {
  for (const int days : {7, 8, 30}) {
    const std::string name = "after/" + std::to_string(days);
    create(name);
    ASSERT_TRUE(
        edit(name, [&](Change& change) { change.secret.deletion_date = clock_.now() + hours(24 * days); }).ok());
  }
  create("restored");
  ASSERT_TRUE(edit("restored", [&](Change& change) { change.secret.deletion_date = clock_.now() + hours(1); }).ok());
  ASSERT_TRUE(edit("restored", [&](Change& change) { change.secret.deletion_date.reset(); }).ok());
  clock_.advance(hours(24 * 7) - Duration(1));
  EXPECT_EQ(*secrets_.erase_expired(), 0u);
  clock_.advance(Duration(1));
  EXPECT_EQ(*secrets_.erase_expired(), 1u);
  EXPECT_FALSE(find("after/7"));
  clock_.advance(hours(24));
  EXPECT_EQ(*secrets_.erase_expired(), 1u);
  EXPECT_TRUE(find("after/30"));
  EXPECT_TRUE(find("restored"));
}

// AWS: unlabelled versions beyond 100 go, oldest first, never one younger than a day.
TEST_F(SecretStoreTest, OldVersionsWithoutLabelsArePruned) {
  create("db", "0");
  for (int i = 1; i < 150; ++i)
    ASSERT_TRUE(put("db", i, std::to_string(i)).ok());
  EXPECT_EQ(find("db")->secret.versions.size(), 150u);
  clock_.advance(hours(24));
  ASSERT_TRUE(put("db", 150, "new").ok());
  const SecretPointer view = find("db");
  EXPECT_EQ(view->secret.versions.size(), 100u);
  EXPECT_EQ(view->secret.versions.front().id, version_id(51));
  EXPECT_EQ(value(view, version_id(51)), "51");
  EXPECT_EQ(value(view, version_id(50)), "NotFound") << "its row is gone, too";
}

TEST_F(SecretStoreTest, MoreThan200VersionsADayAreRefused) {
  create("db", "0");
  for (int i = 1; i < 200; ++i)
    ASSERT_TRUE(put("db", i, "v").ok());
  EXPECT_EQ(put("db", 200, "v").error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(find("db")->secret.versions.size(), 200u);
}

TEST_F(SecretStoreTest, AccessDatesShowAtOnceAndSurviveARestart) {
  create("db", "v");
  EXPECT_FALSE(find("db")->last_accessed);
  const Time today = *parse_iso_basic("20261124T000000Z");
  secrets_.note_access(*find("db"), version_id(0));
  EXPECT_EQ(find("db")->last_accessed, today);
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  clock_.advance(hours(24));
  SecretStore restarted({*store_, keyring_, random_, clock_, kEast});
  const SecretPointer view = *restarted.find(kAccount, "db");
  EXPECT_EQ(view->last_accessed, today);
  ASSERT_EQ(view->version_last_accessed.size(), 1u);
  EXPECT_EQ(view->version_last_accessed[0], std::pair(version_id(0), today));
}

// Reading costs no write, but for the first read of a version on a day.
TEST_F(SecretStoreTest, ReadingTheSameVersionAgainWritesNothing) {
  create("db", "v");
  secrets_.note_access(*find("db"), version_id(0));
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  const store::Revision before = store_->revision();
  secrets_.note_access(*find("db"), version_id(0));
  ASSERT_TRUE(secrets_.flush_accesses().ok());
  EXPECT_EQ(store_->revision(), before);
  store_->fail_syncs(1);
  clock_.advance(hours(24));
  secrets_.note_access(*find("db"), version_id(0));
  EXPECT_FALSE(secrets_.flush_accesses().ok());
  EXPECT_EQ(find("db")->last_accessed, *parse_iso_basic("20261125T000000Z")) << "noted until it is written";
}

TEST_F(SecretStoreTest, AListIsInOrderOfCreationAndItsPagesMeetEverySecretOnce) {
  for (int i = 0; i < 25; ++i) {
    create("secret/" + std::to_string(99 - i));
    if (i % 3 == 0) clock_.advance(Duration(1));
  }
  std::vector<std::string> names;
  std::optional<SecretStore::Position> after;
  const auto all = [](const SecretView&) { return true; };
  for (int pages = 1;; ++pages) {
    const auto page = secrets_.list(kAccount, after, 10, all);
    ASSERT_TRUE(page.ok());
    for (const SecretPointer& view : page->secrets)
      names.push_back(view->secret.name);
    if (pages == 1) create("made/meanwhile");
    if (!page->next) {
      EXPECT_EQ(pages, 3);
      break;
    }
    after = page->next;
  }
  EXPECT_EQ(names.size(), 26u);
  std::ranges::sort(names);
  EXPECT_TRUE(std::ranges::adjacent_find(names) == names.end());
  // Exactly a page full: no token for an empty second page.
  const auto exact = secrets_.list(kAccount, std::nullopt, 26, all);
  EXPECT_EQ(exact->secrets.size(), 26u);
  EXPECT_FALSE(exact->next);
  const auto one =
      secrets_.list(kAccount, std::nullopt, 1, [](const SecretView& view) { return view.secret.name == "secret/99"; });
  EXPECT_EQ(one->secrets.size(), 1u);
  EXPECT_FALSE(one->next) << "clients take a token for more matches";
  EXPECT_TRUE(secrets_.list(kOther, std::nullopt, 10, all)->secrets.empty());
}

// A value is bound to its secret and version: moving rows about must not show one under the name of another.
TEST_F(SecretStoreTest, AValueMovedToAnotherSecretOrVersionDoesNotOpen) {
  create("a", "of a");
  create("b", "of b");
  ASSERT_TRUE(put("a", 1, "second of a").ok());
  const auto move = [&](const std::string& from, const std::string& to) {
    const auto row = store_->get(from);
    ASSERT_TRUE(store_->commit({.preconditions = {}, .puts = {{to, (*row)->value}}, .deletes = {}}).ok());
  };
  move(value_key(kAccount, "a", version_id(0)), value_key(kAccount, "b", version_id(0)));
  EXPECT_EQ(value(find("b"), version_id(0)), "Corrupt");
  move(value_key(kAccount, "a", version_id(1)), value_key(kAccount, "a", version_id(0)));
  EXPECT_EQ(value(find("a"), version_id(0)), "Corrupt");
  EXPECT_EQ(value(find("a"), version_id(1)), "second of a");
}

// The sealed value is at hand, its key is not: damage of this region, whether or not the value was read before.
TEST_F(SecretStoreTest, AValueWhoseKeyIsLostIsAnErrorOfTheServer) {
  create("db", "v");
  const SecretPointer view = find("db");
  const VersionId& current = view->secret.version_with(kAwsCurrent)->id;
  ASSERT_EQ(value(view, current), "v");
  const auto keys = store_->scan(store::ScanRange::prefix(std::string("k\0", 2)));
  ASSERT_EQ(keys->size(), 1u);
  ASSERT_TRUE(store_->commit({.preconditions = {}, .puts = {}, .deletes = {keys->front().key}}).ok());
  EXPECT_EQ(value(view, current), "Corrupt");
  EXPECT_EQ(value(view, version_id(0)), "Corrupt");
}

// The replicator finds out from these rows alone; they must be there if and only if the change is.
TEST_F(SecretStoreTest, EveryChangeMarksEveryReplicaInTheSameCommit) {
  create("db", "v", {kWest, kEurope});
  EXPECT_EQ(mark(kWest, "db")->generation, 1u);
  EXPECT_EQ(mark(kEurope, "db")->generation, 1u);
  ASSERT_TRUE(put("db", 1, "w").ok());
  EXPECT_EQ(mark(kWest, "db")->generation, 2u);
  ASSERT_TRUE(edit("db", [](Change& change) {
                change.secret.replicas.pop_back();
                change.removed_replicas.push_back(kEurope);
              }).ok());
  EXPECT_EQ(mark(kWest, "db")->action, store::OutboxMark::Action::kUpdate);
  EXPECT_EQ(mark(kEurope, "db")->action, store::OutboxMark::Action::kRemove);
  EXPECT_EQ(mark(kEurope, "db")->suffix, find("db")->secret.suffix);
  store_->fail_syncs(1);
  ASSERT_FALSE(put("db", 2, "x").ok());
  EXPECT_EQ(mark(kWest, "db")->generation, 3u);
}

// Rows that were damaged are reported, never guessed at.
TEST_F(SecretStoreTest, ADamagedRecordIsAnErrorOfTheServer) {
  create("db", "v");
  const std::string key = record_key(kAccount, "db");
  ASSERT_TRUE(store_->commit({.preconditions = {}, .puts = {{key, "\xff\xff\xff"}}, .deletes = {}}).ok());
  EXPECT_EQ(secrets_.find(kAccount, "db").error().code, ErrorCode::kCorrupt);
}

// One secret that nobody can read must not be the end of every inventory, and must not be forgotten by it either.
TEST_F(SecretStoreTest, AListLeavesOutWhatIsDamagedAndSaysSo) {
  for (const char* name : {"a", "b", "c"}) {
    create(name);
    clock_.advance(Duration(1));
  }
  const std::string bad_entry = creation_prefix(kAccount) + "0";
  const std::string record = record_key(kAccount, "b");
  ASSERT_TRUE(
      store_->commit({.preconditions = {}, .puts = {{record, "\xff\xff\xff"}, {bad_entry, ""}}, .deletes = {}}).ok());
  const auto all = [](const SecretView&) { return true; };
  const auto page = secrets_.list(kAccount, std::nullopt, 10, all);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->secrets.size(), 2u);
  EXPECT_EQ(page->secrets[0]->secret.name, "a");
  EXPECT_EQ(page->secrets[1]->secret.name, "c");
  ASSERT_EQ(page->damaged.size(), 2u);
  EXPECT_NE(page->damaged[1].message.find("secret b"), std::string::npos) << page->damaged[1].message;
  store_->fail_reads(true);
  EXPECT_EQ(secrets_.list(kAccount, std::nullopt, 10, all).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace coffer::secrets
