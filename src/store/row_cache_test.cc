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

size_t weigh_text(std::string_view, const std::string& value) {
  return value.size();
}

// A thousand large secrets must not take what a million small ones may.
TEST(RowCache, IsBoundedInWhatItsEntriesWeigh) {
  Cache cache({.capacity = 16 * 1000, .weigh = weigh_text});
  int loads = 0;
  for (int i = 0; i < 5000; ++i)
    ASSERT_TRUE(cache.get("key" + std::to_string(i), loader(std::string(100, 'x'), loads)).ok());
  EXPECT_LE(cache.size(), 160u);
  EXPECT_GE(cache.size(), 150u);
  // One large entry takes the place of several.
  ASSERT_TRUE(cache.get("large", loader(std::string(900, 'x'), loads)).ok());
  EXPECT_TRUE(holds(cache, "large"));
  EXPECT_LE(cache.size(), 160u - 8);
  // What is larger than its share is not kept, and throws nothing out.
  const size_t before = cache.size();
  ASSERT_TRUE(cache.get("too large", loader(std::string(1001, 'x'), loads)).ok());
  EXPECT_FALSE(holds(cache, "too large"));
  EXPECT_EQ(cache.size(), before);
  // Nothing is left of the weight of what has gone.
  for (int i = 0; i < 5000; ++i)
    cache.invalidate("key" + std::to_string(i));
  cache.invalidate("large");
  EXPECT_EQ(cache.size(), 0u);
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(cache.get("new" + std::to_string(i), loader(std::string(10, 'x'), loads)).ok());
  EXPECT_EQ(cache.size(), 100u);
}

// The rows are the same, more is known of them: a reader has found the value, say.
TEST(RowCache, ReplacesAnEntryOnlyByWhatCameOfIt) {
  Cache cache({.capacity = 16 * 1000, .weigh = weigh_text});
  int loads = 0;
  const Cache::Pointer first = *cache.get("a", loader("1", loads));
  EXPECT_TRUE(cache.replace("a", first.get(), row("1 and more")));
  const Cache::Pointer second = cache.find("a");
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, "1 and more");
  // Somebody who still holds the first comes too late, also after a change.
  EXPECT_FALSE(cache.replace("a", first.get(), row("late")));
  EXPECT_EQ(cache.find("a"), second);
  cache.invalidate("a");
  EXPECT_FALSE(cache.replace("a", second.get(), row("late")));
  EXPECT_EQ(cache.find("a"), nullptr);
  // To nothing, and to what is too large to be kept.
  for (const Cache::Pointer& replacement : {Cache::Pointer(), row(std::string(1001, 'x'))}) {
    const Cache::Pointer kept = *cache.get("a", loader("1", loads));
    EXPECT_EQ(cache.replace("a", kept.get(), replacement), replacement == nullptr);
    EXPECT_EQ(cache.find("a"), nullptr);
  }
  EXPECT_EQ(cache.size(), 0u);
}

// Reading a million secrets at random must not cost a replacement each.
TEST(RowCache, AFullCacheTakesInOneOfSoManyMisses) {
  Cache cache({.capacity = 1600, .misses_per_replacement = 8});
  int loads = 0;
  for (int i = 0; i < 3000; ++i)
    ASSERT_TRUE(cache.get("old" + std::to_string(i), loader("x", loads)).ok());
  int kept = 0;
  for (int i = 0; i < 8000; ++i) {
    const std::string key = "once" + std::to_string(i);
    ASSERT_TRUE(cache.get(key, loader("x", loads)).ok());
    kept += cache.find(key) != nullptr;
  }
  EXPECT_GE(kept, 800);
  EXPECT_LE(kept, 1200);
  // What is asked for again and again comes in.
  for (int i = 0; i < 200; ++i)
    ASSERT_TRUE(cache.get("often", loader("x", loads)).ok());
  EXPECT_TRUE(holds(cache, "often"));
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
