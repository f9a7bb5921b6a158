#include "secrets/packed_secret.h"

#include <gtest/gtest.h>

namespace coffer::secrets {
namespace {

void expect_same(const PackedSecret::Rows& a, const PackedSecret::Rows& b) {
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.record, b.record);
  EXPECT_EQ(a.access, b.access);
  EXPECT_EQ(a.progress, b.progress);
  EXPECT_EQ(a.value, b.value);
}

// Parts that are empty, or look like a size, must not run into each other.
TEST(PackedSecret, GivesBackWhatWasPacked) {
  const std::string binary("\0\1\0\0\0", 5);
  for (const PackedSecret::Rows& rows :
       {PackedSecret::Rows{},
        PackedSecret::Rows{.revision = 1, .record = "record", .access = "", .progress = {}, .value = {}},
        PackedSecret::Rows{.revision = 7,
        .record = binary,
        .access = "access",
        .progress = {{"us-west-2", binary}, {"eu-west-1", ""}},
        .value = ""},
        PackedSecret::Rows{.revision = 8, .record = "r", .access = binary, .progress = {{"", ""}}, .value = "sealed"}})
    expect_same(PackedSecret(rows).rows(), rows);
}

TEST(PackedSecret, TakesAValueAndLeavesTheRestAsItIs) {
  PackedSecret::Rows rows{
      .revision = 7, .record = "record", .access = "access", .progress = {{"us-west-2", "row"}}, .value = {}};
  const PackedSecret before(rows);
  EXPECT_EQ(before.value(), std::nullopt);
  const auto with = before.with_value("sealed");
  rows.value = "sealed";
  expect_same(with->rows(), rows);
  EXPECT_EQ(with->value(), "sealed");
  rows.access = "another date";
  expect_same(with->with_access("another date")->rows(), rows);
  rows.access = "access";
  rows.value = "another";
  expect_same(with->with_value("another")->rows(), rows);
}

// The bound of the cache is worth what this is worth.
TEST(PackedSecret, WeighsAtLeastItsBytes) {
  const std::string large(100'000, 'x');
  EXPECT_GE(PackedSecret({.revision = 1, .record = large, .access = "", .progress = {}, .value = large}).weight(),
            200'000U);
}

}  // namespace
}  // namespace coffer::secrets
