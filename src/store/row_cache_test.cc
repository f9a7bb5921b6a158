#include "store/row_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "store/memory_store.h"

namespace coffer::store {
namespace {

using Cache = RowCache<std::string>;
using Loaded = Result<Cache::Pointer>;

Cache::Pointer row(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

// Loads `text` and counts.
auto loader(std::string text, int& loads) {
  return [text = std::move(text), &loads]() -> Loaded {
    ++loads;
    return row(text);
  };
}

bool holds(Cache& cache, std::string_view key) {
  bool hit = true;
  EXPECT_TRUE(cache
                  .get(key,
                       [&hit]() -> Loaded {
                         hit = false;
                         return Cache::Pointer();
                       })
                  .ok());
  return hit;
}

// What the cache is for: the second reader does not parse.
TEST(RowCache, LoadsOnceAndThenAnswersFromMemory) {
  Cache cache(100);
  int loads = 0;
  EXPECT_EQ(**cache.get("a", loader("1", loads)), "1");
  const Cache::Pointer again = *cache.get("a", loader("2", loads));
  EXPECT_EQ(*again, "1");
  EXPECT_EQ(loads, 1);
  EXPECT_EQ(cache.size(), 1u);
}

// "No such secret" and a failing disk must be asked again, or a secret made later would not be found.
TEST(RowCache, KeepsNeitherErrorsNorAbsence) {
  Cache cache(100);
  EXPECT_EQ(*cache.get("a", []() -> Loaded { return Cache::Pointer(); }), nullptr);
  EXPECT_EQ(cache.get("a", []() -> Loaded { return Error{ErrorCode::kIo, "disk"}; }).error().code, ErrorCode::kIo);
  EXPECT_EQ(cache.size(), 0u);
  int loads = 0;
  EXPECT_EQ(**cache.get("a", loader("1", loads)), "1");
}

// A revoked permission must not be answered from before its revocation.
TEST(RowCache, InvalidateForgetsTheKeyAndOnlyThat) {
  Cache cache(100);
  int loads = 0;
  ASSERT_TRUE(cache.get("a", loader("1", loads)).ok());
  ASSERT_TRUE(cache.get("b", loader("1", loads)).ok());
  cache.invalidate("a");
  EXPECT_FALSE(holds(cache, "a"));
  EXPECT_TRUE(holds(cache, "b"));
  cache.clear();
  EXPECT_FALSE(holds(cache, "b"));
  EXPECT_EQ(cache.size(), 0u);
}

// The race that matters: the row is read, then changed, and only then would the old one be put into the cache.
TEST(RowCache, AnEntryWhoseLoadOverlapsAnInvalidationIsNotKept) {
  Cache cache(100);
  for (const bool all : {false, true}) {
    const auto got = cache.get("a", [&]() -> Loaded {
      Cache::Pointer old = row("old");
      if (all) {
        cache.clear();
      } else {
        cache.invalidate("a");
      }
      return old;
    });
    EXPECT_EQ(**got, "old");
    EXPECT_FALSE(holds(cache, "a"));
  }
}

// Two threads miss at once: the entry that is there first stays, and both get an answer.
TEST(RowCache, OverlappingLoadsOfOneKeyKeepOneEntry) {
  Cache cache(100);
  int loads = 0;
  const auto outer = cache.get("a", [&]() -> Loaded {
    EXPECT_EQ(**cache.get("a", loader("inner", loads)), "inner");
    return row("outer");
  });
  EXPECT_EQ(**outer, "outer");
  EXPECT_EQ(**cache.get("a", loader("third", loads)), "inner");
  EXPECT_EQ(loads, 1);
}

// Memory is bounded whatever clients ask for.
TEST(RowCache, NeverHoldsMoreThanItsCapacity) {
  for (const size_t capacity : {size_t{0}, size_t{16}, size_t{100}, size_t{1000}}) {
    Cache cache(capacity);
    int loads = 0;
    for (int i = 0; i < 5000; ++i)
      ASSERT_TRUE(cache.get("key" + std::to_string(i), loader("x", loads)).ok());
    const size_t bound = std::max<size_t>(16, (capacity + 15) / 16 * 16);
    EXPECT_LE(cache.size(), bound);
    EXPECT_GE(cache.size(), bound / 2);
  }
}

// A crawl over all secrets must not push out the ones that are read all the time.
TEST(RowCache, WhatIsUsedOftenSurvivesACrawl) {
  Cache cache(1600);
  int loads = 0;
  const auto hot = [](int i) { return "hot" + std::to_string(i); };
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(cache.get(hot(i), loader("x", loads)).ok());
  int hot_loads = 0;
  for (int i = 0; i < 20000; ++i) {
    ASSERT_TRUE(cache.get("cold" + std::to_string(i), loader("x", loads)).ok());
    ASSERT_TRUE(cache.get(hot(i % 100), loader("x", hot_loads)).ok());
  }
  // Every hot entry is used once per 100 new ones, and the hand needs about 1,600 new ones for a round.
  EXPECT_LT(hot_loads, 200);
}

// The sweep goes round: were it to begin at the same place each time, the newest entries would be thrown out over and
// over and entries nobody uses would stay for ever.
TEST(RowCache, EntriesNobodyUsesAreAllGoneAfterAFewRounds) {
  Cache cache(1600);
  int loads = 0;
  for (int i = 0; i < 1600; ++i)
    ASSERT_TRUE(cache.get("old" + std::to_string(i), loader("x", loads)).ok());
  for (int i = 0; i < 8000; ++i)
    ASSERT_TRUE(cache.get("new" + std::to_string(i), loader("x", loads)).ok());
  int left = 0;
  for (int i = 0; i < 1600; ++i)
    left += holds(cache, "old" + std::to_string(i));
  EXPECT_EQ(left, 0);
}

// The promise of the header, under load: once a commit has returned, a get that begins later sees it or a newer one.
TEST(RowCache, ReadersNeverSeeStateFromBeforeAnAcknowledgedCommit) {
  const auto store = make_memory_store();
  RowCache<int> cache(32);  // small, so that eviction takes part
  store->on_commit([&cache](Revision, const std::vector<Change>& changes) {
    for (const Change& change : changes)
      cache.invalidate(change.key);
  });
  constexpr int kKeys = 64;
  constexpr int kCommits = 4000;
  std::vector<std::atomic<int>> acknowledged(kKeys);
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int t = 0; t < 3; ++t) {
    readers.emplace_back([&, t] {
      for (int i = t; !stop; ++i) {
        const int which = i * 7 % kKeys;
        const std::string key = "key" + std::to_string(which);
        const int least = acknowledged[which];
        const auto got = cache.get(key, [&]() -> Result<std::shared_ptr<const int>> {
          COFFER_ASSIGN(const auto stored, store->get(key));
          return std::make_shared<const int>(stored ? std::stoi(stored->value) : 0);
        });
        ASSERT_GE(**got, least);
      }
    });
  }
  for (int i = 1; i <= kCommits; ++i) {
    const int which = i % kKeys;
    ASSERT_TRUE(store->commit({{}, {{"key" + std::to_string(which), std::to_string(i)}}, {}}).ok());
    acknowledged[which] = i;
  }
  stop = true;
  for (std::thread& reader : readers)
    reader.join();
}

}  // namespace
}  // namespace coffer::store
