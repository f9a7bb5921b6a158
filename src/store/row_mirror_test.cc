// What the mirror gives is what the engine has, or nothing.
#include "store/row_mirror.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>

#include "store/memory_store.h"

namespace coffer::store {
namespace {

using std::string_literals::operator""s;

constexpr size_t kPlenty = 1 << 20;

bool operator==(const Row& a, const Row& b) {
  return a.key == b.key && a.value == b.value && a.revision == b.revision;
}

// An engine and a mirror of its family "o", which are told of the same commits.
class RowMirrorTest : public ::testing::Test {
 protected:
  void commit(RowMirror& mirror, const Transaction& transaction) {
    const Revision revision = *engine_->commit(transaction);
    mirror.apply({{&transaction, revision}});
  }
  void load(RowMirror& mirror) {
    mirror.load([this](const ScanRange& range) { return engine_->scan(range); });
  }
  static bool is_whole(const RowMirror& mirror) { return mirror.scan(ScanRange::prefix("o\0"s)).has_value(); }
  static std::string key(size_t number) { return "o\0"s + std::to_string(number); }

  const std::unique_ptr<Store> engine_ = make_memory_store();
};

TEST_F(RowMirrorTest, GivesWhatWasThereAndWhatWasCommittedSince) {
  const auto mirrored = [this](RowMirror& mirror) {
    const auto rows = mirror.scan(ScanRange::prefix("o\0"s));
    return rows && std::ranges::equal(*rows, *engine_->scan(ScanRange::prefix("o\0"s)), operator==) ? rows->size() : 99;
  };
  ASSERT_TRUE(engine_->commit({{}, {{key(1), "one"}, {"p", "other"}, {"o", "too short"}}, {}}).ok());
  RowMirror mirror("o\0"s, kPlenty);
  EXPECT_FALSE(is_whole(mirror));
  load(mirror);
  EXPECT_EQ(mirrored(mirror), 1u);
  commit(mirror, {{}, {{key(2), "two"}, {"p", "changed"}}, {}});
  EXPECT_EQ(mirrored(mirror), 2u);
  commit(mirror, {{}, {{key(2), "two anew"}}, {key(1), "p"}});
  EXPECT_EQ(mirrored(mirror), 1u);
}

// The engine has more than the mirror there.
TEST_F(RowMirrorTest, SaysNothingOfRangesThatAreNotWithinItsFamily) {
  RowMirror mirror("o\0"s, kPlenty);
  load(mirror);
  EXPECT_FALSE(mirror.scan({"", "", 10}));
  EXPECT_FALSE(mirror.scan({"o\0"s, "", 10}));
  EXPECT_FALSE(mirror.scan({"o", "o\0z"s, 10}));
  EXPECT_FALSE(mirror.scan({"o\0a"s, "o\2", 10}));
  EXPECT_TRUE(mirror.scan({"o\0a"s, "o\1", 10}));
}

TEST_F(RowMirrorTest, KeepsNothingWhenTheEngineFails) {
  RowMirror mirror("o\0"s, kPlenty);
  load(mirror);
  mirror.load([](const ScanRange&) { return Error{ErrorCode::kCorrupt, "damaged"}; });
  EXPECT_FALSE(is_whole(mirror));
}

// A region that is down for days leaves a mark for each secret there is.
TEST_F(RowMirrorTest, GivesUpWhatDoesNotFitAndTakesItUpAgainWhenMostIsDeleted) {
  constexpr size_t kRows = 2500;
  RowMirror mirror("o\0"s, 100'000);
  load(mirror);
  for (size_t i = 0; i < kRows; ++i)
    commit(mirror, {{}, {{key(i), ""}}, {}});
  EXPECT_FALSE(is_whole(mirror));
  EXPECT_FALSE(mirror.is_worth_loading());
  load(mirror);
  EXPECT_FALSE(is_whole(mirror)) << "there are as many as before";
  for (size_t i = 0; i < kRows; ++i) {
    commit(mirror, {{}, {}, {key(i)}});
    if (mirror.is_worth_loading()) load(mirror);
  }
  EXPECT_TRUE(is_whole(mirror));
}

TEST_F(RowMirrorTest, AgreesWithTheEngineWhateverIsCommitted) {
  std::mt19937 random(1);
  const auto draw = [&](size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random); };
  RowMirror mirror("o\0"s, 8'000);
  load(mirror);
  size_t compared = 0;
  size_t asked = 0;
  for (int i = 0; i < 20'000; ++i) {
    Transaction transaction;
    // Now few, now more than fit.
    const size_t spread = i / 1000 % 2 == 0 ? 20 : 200;
    if (i % 2000 == 0) {
      Transaction all;
      for (size_t number = 0; number < 400; ++number)
        all.deletes.push_back(key(number));
      commit(mirror, all);
    }
    const std::string first = key(draw(spread));
    const std::string second = key(200 + draw(spread));
    if (draw(3) == 0) {
      transaction.deletes = {first, second};
    } else {
      transaction.puts = {{first, std::string(draw(40), 'v')}};
      transaction.deletes = {second};
    }
    commit(mirror, transaction);
    if (mirror.is_worth_loading()) load(mirror);
    const ScanRange range{key(draw(200)), "o\0"s + std::to_string(draw(400)), draw(30)};
    const auto rows = mirror.scan(range);
    ++asked;
    if (!rows) continue;
    ++compared;
    ASSERT_TRUE(std::ranges::equal(*rows, *engine_->scan(range), operator==)) << i;
  }
  EXPECT_GT(compared, 5'000u);
  EXPECT_GT(asked - compared, 100u) << "it was never too small";
}

// A pass over the marks that saw half of a commit would send a secret's state to some regions only.
TEST_F(RowMirrorTest, ShowsCommitsAsAWhole) {
  RowMirror mirror("o\0"s, kPlenty);
  load(mirror);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i)
      commit(mirror, {{}, {{key(1), std::to_string(i)}, {key(2), std::to_string(i)}}, {}});
  });
  for (int compared = 0; compared < 1000;) {
    const auto rows = *mirror.scan(ScanRange::prefix("o\0"s));
    if (rows.empty()) continue;
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].value, rows[1].value);
    ++compared;
  }
  stop = true;
  writer.join();
}

}  // namespace
}  // namespace coffer::store
