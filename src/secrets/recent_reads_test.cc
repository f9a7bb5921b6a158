#include "secrets/recent_reads.h"

#include <gtest/gtest.h>

namespace coffer::secrets {
namespace {

SecretName secret(size_t i) {
  return {*AccountId::parse("123456789012"), "s" + std::to_string(i)};
}

// Several primaries ask, each on its own: what one was told must not be lost to another.
TEST(RecentReadsTest, EachAskerGoesOnWhereItWas) {
  RecentReads reads;
  for (size_t i = 1; i <= 5; ++i)
    reads.add(secret(i));
  const auto first = reads.after(0, 3);
  EXPECT_EQ(first.secrets, (std::vector{secret(1), secret(2), secret(3)}));
  EXPECT_EQ(first.to, 3u);
  EXPECT_EQ(first.newest, 5u);
  EXPECT_FALSE(first.is_incomplete);
  const auto second = reads.after(first.to, 3);
  EXPECT_EQ(second.secrets, (std::vector{secret(4), secret(5)}));
  EXPECT_TRUE(reads.after(second.to, 3).secrets.empty());
  reads.add(secret(6));
  EXPECT_EQ(reads.after(second.to, 3).secrets, std::vector{secret(6)});
  EXPECT_EQ(reads.after(0, 3).secrets, first.secrets);
}

// A link may be cut for days while everything is read.
TEST(RecentReadsTest, WhoAsksTooLateHearsThatThereWereMore) {
  RecentReads reads;
  for (size_t i = 1; i <= RecentReads::kMaxKept + 2; ++i)
    reads.add(secret(i));
  const auto late = reads.after(1, 1);
  EXPECT_TRUE(late.is_incomplete);
  EXPECT_TRUE(late.secrets.empty()) << "it asks about everything now";
  EXPECT_EQ(late.to, RecentReads::kMaxKept + 2);
  EXPECT_FALSE(reads.after(late.to, 1).is_incomplete) << "and once";
  EXPECT_FALSE(reads.after(2, 1).is_incomplete);
  EXPECT_EQ(reads.after(2, 1).secrets, std::vector{secret(3)});
}

// The process that gave it is gone.
TEST(RecentReadsTest, ANumberThatWasNeverGivenIsTakenForTheNewest) {
  RecentReads reads;
  reads.add(secret(1));
  const auto page = reads.after(77, 3);
  EXPECT_TRUE(page.secrets.empty());
  EXPECT_EQ(page.to, 1u);
  EXPECT_FALSE(page.is_incomplete);
}

}  // namespace
}  // namespace coffer::secrets
