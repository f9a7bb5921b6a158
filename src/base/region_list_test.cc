#include "base/region_list.h"

#include <gtest/gtest.h>

#include <thread>

namespace coffer {
namespace {

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");

TEST(RegionListTest, TheRegionItselfIsOneOfThemAndComesFirst) {
  const RegionList list(kEast, {kWest, kEurope});
  EXPECT_EQ(list.all(), (std::vector<Region>{kEast, kWest, kEurope}));
  EXPECT_EQ(list.others(), (std::vector<Region>{kWest, kEurope}));
  EXPECT_TRUE(list.has(kEast));
  EXPECT_FALSE(list.has_other(kEast));
  EXPECT_TRUE(list.has_other(kEurope));
}

// Whoever was given the list at its construction hears of what is set later.
TEST(RegionListTest, CopiesAreOneList) {
  const RegionList list(kEast);
  const RegionList copy = list;
  list.set_others({kWest});
  EXPECT_TRUE(copy.has(kWest));
  copy.set_others({kEurope});
  EXPECT_FALSE(list.has(kWest));
  EXPECT_EQ(list.all(), (std::vector<Region>{kEast, kEurope}));
}

// One of which nothing is known may be on its way to be added.
TEST(RegionListTest, WhatHasGoneIsNotWhatIsUnknown) {
  const RegionList list(kEast, {kWest});
  EXPECT_FALSE(list.was_removed(kEurope));
  list.set_others({}, {kWest});
  EXPECT_TRUE(list.was_removed(kWest));
  EXPECT_FALSE(list.has(kWest));
  EXPECT_FALSE(list.was_removed(kEurope));
  list.set_others({kWest});
  EXPECT_FALSE(list.was_removed(kWest));
}

// What a reader sees is one of the lists that were set, never half of one.
TEST(RegionListTest, AReaderSeesAWholeList) {
  const RegionList list(kEast, {kWest});
  std::jthread writer([&list](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      list.set_others({kWest, kEurope});
      list.set_others({kWest});
    }
  });
  for (int i = 0; i < 10'000; ++i) {
    const std::vector<Region> seen = list.others();
    ASSERT_TRUE(seen == std::vector<Region>{kWest} || seen == (std::vector<Region>{kWest, kEurope}));
  }
}

}  // namespace
}  // namespace coffer
