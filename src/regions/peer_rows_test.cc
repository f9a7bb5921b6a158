#include "regions/peer_rows.h"

#include <gtest/gtest.h>

namespace coffer::regions {
namespace {

TEST(PeerRowsTest, ARowComesBackAsItWasWritten) {
  const PeerRow row{.address = {"10.0.0.7", 4600},
                    .is_removed = true,
                    .is_lost = true,
                    .is_forgotten = true,
                    .decided = Time(Duration(1'795'516'200'000)),
                    .decided_by = "arn:aws:iam::123456789012:root"};
  EXPECT_EQ(*decode_peer(encode(row)), row);
}

TEST(PeerRowsTest, AKeyTellsItsRegion) {
  const Region region = *Region::parse("eu-west-1");
  EXPECT_TRUE(peer_key(region).starts_with(peer_family()));
  EXPECT_EQ(region_of_peer_key(peer_key(region)), region);
  EXPECT_EQ(region_of_peer_key("o"), std::nullopt);
}

// An address that leads nowhere must not pass for a region's.
TEST(PeerRowsTest, ARowWithoutAnAddressIsDamaged) {
  EXPECT_EQ(decode_peer("").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_peer("\xff\xff").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_peer(encode({.address = {"h", 0}})).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace coffer::regions
