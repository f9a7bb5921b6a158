#include "store/testing/store_contract.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

namespace coffer::store::testing {
namespace {

using std::string_literals::operator""s;

Transaction put(std::string key, std::string value) {
  return {{}, {{std::move(key), std::move(value)}}, {}};
}

std::vector<std::string> keys_of(const std::vector<Row>& rows) {
  std::vector<std::string> keys;
  for (const Row& row : rows)
    keys.push_back(row.key);
  return keys;
}

std::vector<std::string> keys_in(const Store& store, const ScanRange& range) {
  return keys_of(*store.scan(range));
}

ErrorCode code_of(const Result<Revision>& result) {
  return result.error().code;
}

using Keys = std::vector<std::string>;

}  // namespace

// The least that a store is for.
TEST_P(StoreContract, ACommittedRowIsReadWithItsValueAndRevision) {
  const auto store = GetParam().make();
  EXPECT_EQ(store->revision(), 0u);
  EXPECT_FALSE(store->get("a")->has_value());
  const Revision revision = *store->commit(put("a", "\0value\xff"s));
  const auto row = *store->get("a");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->key, "a");
  EXPECT_EQ(row->value, "\0value\xff"s);
  EXPECT_EQ(row->revision, revision);
  EXPECT_FALSE(store->get("")->has_value());
  EXPECT_FALSE(store->get("aa")->has_value());
}

// Clients of the store compare revisions and resume from them.
TEST_P(StoreContract, RevisionsGrowByOneForEveryCommitAndOnlyThen) {
  const auto store = GetParam().make();
  EXPECT_EQ(*store->commit(put("a", "1")), 1u);
  EXPECT_FALSE(store->commit({{{"a", 7}}, {{"a", "x"}}, {}}).ok());
  EXPECT_EQ(*store->commit(put("b", "2")), 2u);
  EXPECT_EQ(*store->commit({{}, {}, {"never-there"}}), 3u);
  EXPECT_EQ(*store->commit({}), 4u);
  EXPECT_EQ(store->revision(), 4u);
  EXPECT_EQ((*store->get("a"))->revision, 1u);
}

// Empty values are markers; large ones are secrets of the greatest size with overhead.
TEST_P(StoreContract, ValuesMayBeEmptyOrLarge) {
  const auto store = GetParam().make();
  const std::string large(1 << 20, 'x');
  ASSERT_TRUE(store->commit({{}, {{"empty", ""}, {"large", large}}, {}}).ok());
  EXPECT_EQ((*store->get("empty"))->value, "");
  EXPECT_EQ((*store->get("large"))->value, large);
}

// Two creators of one name: one of them must lose.
TEST_P(StoreContract, RevisionZeroMeansThatTheRowMustNotExist) {
  const auto store = GetParam().make();
  const Transaction create{{{"a", 0}}, {{"a", "first"}}, {}};
  ASSERT_TRUE(store->commit(create).ok());
  EXPECT_EQ(code_of(store->commit(create)), ErrorCode::kConflict);
  ASSERT_TRUE(store->commit({{}, {}, {"a"}}).ok());
  EXPECT_EQ(*store->commit(create), 3u);
}

// An editor who read an older state must not overwrite a newer one.
TEST_P(StoreContract, APreconditionHoldsOnlyForTheRevisionItNames) {
  const auto store = GetParam().make();
  const Revision first = *store->commit(put("a", "1"));
  const Revision second = *store->commit({{{"a", first}}, {{"a", "2"}}, {}});
  EXPECT_EQ(code_of(store->commit({{{"a", first}}, {{"a", "3"}}, {}})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(store->commit({{{"absent", first}}, {{"a", "3"}}, {}})), ErrorCode::kConflict);
  EXPECT_EQ((*store->get("a"))->value, "2");
  EXPECT_TRUE(store->commit({{{"a", second}}, {}, {"a"}}).ok());
  EXPECT_EQ(code_of(store->commit({{{"a", second}}, {{"a", "4"}}, {}})), ErrorCode::kConflict);
}

// A secret without its index row, or the other way round, would be lost or could not be deleted.
TEST_P(StoreContract, AConflictWritesNothingOfTheTransaction) {
  const auto store = GetParam().make();
  ASSERT_TRUE(store->commit({{}, {{"keep", "old"}, {"gone", "x"}}, {}}).ok());
  const Transaction mixed{{{"gone", 1}, {"keep", 99}}, {{"keep", "new"}, {"added", "y"}}, {"gone"}};
  EXPECT_EQ(code_of(store->commit(mixed)), ErrorCode::kConflict);
  EXPECT_EQ((*store->get("keep"))->value, "old");
  EXPECT_TRUE((*store->get("gone")).has_value());
  EXPECT_FALSE((*store->get("added")).has_value());
  EXPECT_EQ(store->revision(), 1u);
  EXPECT_EQ(store->changes(0, 100)->size(), 2u);
}

// Health is judged by it: callers who are refused for a good reason must not take the region out of service.
TEST_P(StoreContract, ARefusedTransactionDoesNotMeanThatTheStoreCannotCommit) {
  const auto store = GetParam().make();
  EXPECT_TRUE(store->can_commit());
  EXPECT_EQ(code_of(store->commit({{{"a", 7}}, {}, {}})), ErrorCode::kConflict);
  EXPECT_EQ(code_of(store->commit(put("", "1"))), ErrorCode::kUsage);
  EXPECT_TRUE(store->can_commit());
  EXPECT_TRUE(store->commit(put("a", "1")).ok());
}

// Listing pages through rows in key order; keys are bytes, not text.
TEST_P(StoreContract, AScanGivesRowsInByteOrderWithinItsRange) {
  const auto store = GetParam().make();
  ASSERT_TRUE(
      store->commit({{}, {{"b", "2"}, {"a\0b"s, "1"}, {"a", "0"}, {"\xff", "5"}, {"c", "3"}, {"c\xff", "4"}}, {}})
          .ok());
  const Keys all{"a", "a\0b"s, "b", "c", "c\xff", "\xff"};
  EXPECT_EQ(keys_in(*store, {}), all);
  EXPECT_EQ(keys_in(*store, {"a\0"s, "c", 10}), (Keys{"a\0b"s, "b"}));
  EXPECT_EQ(keys_in(*store, {"b", "", 2}), (Keys{"b", "c"}));
  EXPECT_EQ(keys_in(*store, {"b", "b", 10}), Keys());
  EXPECT_EQ(keys_in(*store, {"c", "a", 10}), Keys());
  EXPECT_EQ(keys_in(*store, {"a", "", 0}), Keys());
  const auto row = store->scan({"c\xff", "", 1})->at(0);
  EXPECT_EQ(row.value, "4");
  EXPECT_EQ(row.revision, 1u);
}

// A prefix that ends in the greatest byte has no successor of its own length.
TEST_P(StoreContract, APrefixRangeHoldsExactlyTheKeysWithThatPrefix) {
  const auto store = GetParam().make();
  ASSERT_TRUE(
      store->commit({{}, {{"a\xff", "1"}, {"a\xff\xff", "2"}, {"b", "3"}, {"\xff\xff", "4"}, {"\xff\xffz", "5"}}, {}})
          .ok());
  EXPECT_EQ(keys_in(*store, ScanRange::prefix("a")), (Keys{"a\xff", "a\xff\xff"}));
  EXPECT_EQ(keys_in(*store, ScanRange::prefix("a\xff")), (Keys{"a\xff", "a\xff\xff"}));
  EXPECT_EQ(keys_in(*store, ScanRange::prefix("a\xff", 1)), (Keys{"a\xff"}));
  EXPECT_EQ(keys_in(*store, ScanRange::prefix("\xff\xff")), (Keys{"\xff\xff", "\xff\xffz"}));
  EXPECT_EQ(keys_in(*store, ScanRange::prefix("")).size(), 5u);
}

// A scan that saw half of a commit would list a secret whose record it cannot find.
TEST_P(StoreContract, AScanSeesAllOfACommitOrNothing) {
  const auto store = GetParam().make();
  ASSERT_TRUE(store->commit({{}, {{"x", "0"}, {"y", "0"}}, {}}).ok());
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 1; i <= 200; ++i) {
      EXPECT_TRUE(store->commit({{}, {{"x", std::to_string(i)}, {"y", std::to_string(i)}}, {}}).ok());
    }
    stop = true;
  });
  while (!stop) {
    const auto rows = *store->scan({});
    EXPECT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].value, rows[1].value);
    EXPECT_EQ(rows[0].revision, rows[1].revision);
  }
  writer.join();
}

// Followers resume where they stopped, and must never take half a commit for the whole.
TEST_P(StoreContract, TheChangeFeedGivesWholeCommitsInOrder) {
  const auto store = GetParam().make();
  ASSERT_TRUE(store->commit({{}, {{"a", "1"}, {"b", "1"}}, {}}).ok());
  ASSERT_TRUE(store->commit({{}, {{"c", "1"}}, {"a"}}).ok());
  ASSERT_TRUE(store->commit(put("a", "2")).ok());
  const auto all = *store->changes(0, 100);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].key, "a");
  EXPECT_EQ(all[1].key, "b");
  EXPECT_EQ(all[1].revision, 1u);
  EXPECT_EQ(all[2].key, "c");
  EXPECT_FALSE(all[2].deleted);
  EXPECT_EQ(all[3].key, "a");
  EXPECT_TRUE(all[3].deleted);
  EXPECT_EQ(all[4].revision, 3u);
  EXPECT_EQ(store->changes(1, 100)->size(), 3u);
  EXPECT_EQ(store->changes(0, 3)->size(), 2u);
  EXPECT_EQ(store->changes(0, 1)->size(), 2u);
  EXPECT_TRUE(store->changes(3, 100)->empty());
}

// The feed is bounded; a follower that fell behind has to learn it instead of missing changes.
TEST_P(StoreContract, TheChangeFeedSaysWhenItNoLongerReachesBack) {
  const auto store = GetParam().make();
  Transaction many;
  for (size_t i = 0; i < kMaxOperations; ++i)
    many.puts.push_back({"k" + std::to_string(i), ""});
  constexpr Revision kCommits = 30;  // 122,880 changes
  for (Revision i = 0; i < kCommits; ++i)
    ASSERT_TRUE(store->commit(many).ok());
  EXPECT_EQ(store->changes(0, 10).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->changes(kCommits - 2, 3 * kMaxOperations)->size(), 2 * kMaxOperations);
}

// Caches are invalidated by listeners: after commit() has returned, they must have been.
TEST_P(StoreContract, ListenersHaveSeenACommitWhenItReturns) {
  const auto store = GetParam().make();
  std::mutex mutex;
  std::vector<Revision> seen;
  std::vector<std::string> keys;
  store->on_commit([&](Revision revision, const std::vector<Change>& changes) {
    std::lock_guard lock(mutex);
    seen.push_back(revision);
    for (const Change& change : changes)
      keys.push_back(change.key + (change.deleted ? "-" : "+"));
  });
  ASSERT_TRUE(store->commit({{}, {{"a", "1"}}, {"b"}}).ok());
  EXPECT_EQ(keys, (Keys{"a+", "b-"}));
  EXPECT_EQ(code_of(store->commit({{{"a", 9}}, {{"a", "1"}}, {}})), ErrorCode::kConflict);
  EXPECT_EQ(seen.size(), 1u);

  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const Revision revision = *store->commit(put("t" + std::to_string(t), "x"));
        std::lock_guard lock(mutex);
        EXPECT_NE(std::find(seen.begin(), seen.end(), revision), seen.end());
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  ASSERT_EQ(seen.size(), 201u);
  for (size_t i = 0; i < seen.size(); ++i)
    EXPECT_EQ(seen[i], i + 1);
}

// Transactions that share an fsync must still see each other.
TEST_P(StoreContract, ConcurrentIncrementsAreNeverLost) {
  const auto store = GetParam().make();
  constexpr int kThreads = 8;
  constexpr int kIncrements = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int done = 0; done < kIncrements;) {
        const auto row = *store->get("counter");
        const int value = row ? std::stoi(row->value) : 0;
        const Revision revision = row ? row->revision : 0;
        const auto result = store->commit({{{"counter", revision}}, {{"counter", std::to_string(value + 1)}}, {}});
        if (result.ok()) {
          ++done;
        } else {
          EXPECT_EQ(code_of(result), ErrorCode::kConflict);
        }
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ((*store->get("counter"))->value, std::to_string(kThreads * kIncrements));
  EXPECT_EQ(store->revision(), static_cast<Revision>(kThreads * kIncrements));
}

// A reader that was told of a commit reads it, whichever thread made it.
TEST_P(StoreContract, AnAcknowledgedCommitIsVisibleToEveryThread) {
  const auto store = GetParam().make();
  std::atomic<int> acknowledged{0};
  std::thread writer([&] {
    for (int i = 1; i <= 200; ++i) {
      EXPECT_TRUE(store->commit(put("n", std::to_string(i))).ok());
      acknowledged = i;
    }
  });
  for (int before = 0; before < 200;) {
    before = acknowledged;
    const auto row = *store->get("n");
    EXPECT_GE(row ? std::stoi(row->value) : 0, before);
  }
  writer.join();
}

// The outbox: rows that come and go all the time. What was deleted must not come back in a scan, and what was committed
// must be in it, whatever the engine does to find it fast.
TEST_P(StoreContract, AScanOfTheOutboxShowsEachCommitAtOnce) {
  auto store = GetParam().make();
  const auto mark = [](int number) { return "o\0region\0"s + std::to_string(number); };
  const ScanRange range = ScanRange::prefix("o\0region\0"s);
  ASSERT_TRUE(store->commit({{}, {{"o", "before"}, {"o\1", "behind"}, {"o\0other\0"s, "elsewhere"}}, {}}).ok());
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(store->commit({{}, {{mark(i), "made"}, {mark(i + 1), "too"}}, {}}).ok());
    ASSERT_EQ(keys_in(*store, range), (Keys{std::min(mark(i), mark(i + 1)), std::max(mark(i), mark(i + 1))}));
    const Row row = store->scan({mark(i), range.end, 1})->at(0);
    ASSERT_EQ(row.revision, (*store->get(mark(i)))->revision);
    ASSERT_EQ(code_of(store->commit({{{mark(i), 99'999}}, {}, {mark(i)}})), ErrorCode::kConflict);
    ASSERT_EQ(store->scan(range)->size(), 2u);
    ASSERT_TRUE(store->commit({{}, {}, {mark(i)}}).ok());
    ASSERT_EQ(keys_in(*store, range), Keys{mark(i + 1)});
  }
  EXPECT_EQ(keys_in(*store, {"o", "p", 10}), (Keys{"o", "o\0other\0"s, mark(50), "o\1"}));
  if (!GetParam().reopen) return;
  store = GetParam().reopen(std::move(store));
  EXPECT_EQ(keys_in(*store, range), Keys{mark(50)});
  EXPECT_EQ(store->scan(range)->at(0).revision, (*store->get(mark(50)))->revision);
}

// One oversized transaction would hold up everybody behind it.
TEST_P(StoreContract, ATransactionThatBreaksItsLimitsIsRefused) {
  const auto store = GetParam().make();
  Transaction many;
  for (size_t i = 0; i < kMaxOperations; ++i)
    many.deletes.push_back("k" + std::to_string(i));
  EXPECT_TRUE(store->commit(many).ok());
  many.preconditions.push_back({"k", 0});
  EXPECT_EQ(code_of(store->commit(many)), ErrorCode::kUsage);
  EXPECT_TRUE(store->commit(put("k", std::string(kMaxTransactionBytes - 1, 'x'))).ok());
  EXPECT_EQ(code_of(store->commit(put("k", std::string(kMaxTransactionBytes, 'x')))), ErrorCode::kUsage);
  EXPECT_EQ(code_of(store->commit({{}, {{"a", "1"}, {"a", "2"}}, {}})), ErrorCode::kUsage);
  EXPECT_EQ(code_of(store->commit({{}, {{"a", "1"}}, {"a"}})), ErrorCode::kUsage);
  EXPECT_EQ(code_of(store->commit({{}, {}, {"a", "a"}})), ErrorCode::kUsage);
  EXPECT_EQ(code_of(store->commit(put("", "1"))), ErrorCode::kUsage);
  EXPECT_EQ(code_of(store->commit(put("\0revision"s, "1"))), ErrorCode::kUsage);
  EXPECT_EQ(store->revision(), 2u);
}

// What a restart must not change.
TEST_P(StoreContract, AReopenedStoreHasTheSameRowsAndGoesOnCounting) {
  if (!GetParam().reopen) GTEST_SKIP() << "keeps nothing";
  auto store = GetParam().make();
  ASSERT_TRUE(store->commit({{}, {{"a", "1"}, {"b", "1"}, {"c", ""}}, {}}).ok());
  ASSERT_TRUE(store->commit({{{"a", 1}}, {{"a", "2"}}, {"b"}}).ok());
  ASSERT_TRUE(store->commit({}).ok());
  store = GetParam().reopen(std::move(store));
  EXPECT_EQ(store->revision(), 3u);
  EXPECT_EQ(keys_in(*store, {}), (Keys{"a", "c"}));
  EXPECT_EQ((*store->get("a"))->value, "2");
  EXPECT_EQ((*store->get("a"))->revision, 2u);
  EXPECT_TRUE(store->changes(3, 10)->empty());
  EXPECT_EQ(*store->commit({{{"a", 2}, {"b", 0}}, {{"b", "3"}}, {}}), 4u);
  EXPECT_EQ(store->changes(3, 10)->size(), 1u);
}

}  // namespace coffer::store::testing
