#include "store/snapshot_slot.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace coffer::store {
namespace {

using Slot = SnapshotSlot<int>;

Result<Slot::Pointer> made(int value) {
  return std::make_shared<const int>(value);
}

TEST(SnapshotSlot, BuildsAgainOnlyAfterAChange) {
  Slot slot;
  int built = 0;
  const auto build = [&](const int* previous) {
    EXPECT_EQ(previous == nullptr ? 0 : *previous, built);
    return made(++built);
  };
  EXPECT_EQ(**slot.get(build), 1);
  EXPECT_EQ(**slot.get(build), 1);
  slot.changed();
  slot.changed();
  EXPECT_EQ(**slot.get(build), 2);
  EXPECT_EQ(built, 2);
}

// Rows that were read before the change may be in what is built.
TEST(SnapshotSlot, AChangeWhileItIsBuiltMakesItOutdated) {
  Slot slot;
  EXPECT_EQ(**slot.get([&](const int*) {
    slot.changed();
    return made(1);
  }),
            1);
  EXPECT_EQ(**slot.get([&](const int*) { return made(2); }), 2);
}

TEST(SnapshotSlot, AnErrorIsNotKeptAndNothingIs) {
  Slot slot;
  const auto fails = [](const int*) -> Result<Slot::Pointer> { return Error{ErrorCode::kIo, "no disk"}; };
  EXPECT_EQ(slot.get(fails).error().code, ErrorCode::kIo);
  EXPECT_EQ(*slot.get([](const int*) -> Result<Slot::Pointer> { return Slot::Pointer(); }), nullptr);
  EXPECT_EQ(*slot.get(fails), nullptr) << "that there is nothing is known until the next change";
}

// Whoever changes something and then asks must see it.
TEST(SnapshotSlot, NobodySeesLessThanWasThereWhenHeAsked) {
  Slot slot;
  std::atomic<int> rows = 0;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 500; ++n) {
        const int mine = ++rows;
        slot.changed();
        const auto seen = slot.get([&](const int*) { return made(rows); });
        if (**seen < mine) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace coffer::store
