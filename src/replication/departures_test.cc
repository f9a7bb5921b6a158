#include "replication/departures.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "kms/multi_region.h"
#include "replication/testing/test_region.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

using std::chrono::seconds;
using testing::kAccount;

const Region kEast = *Region::parse("us-east-1");
const Region kWest = *Region::parse("us-west-2");
const Region kEurope = *Region::parse("eu-west-1");
const regions::MayGo kMayGo = [] { return std::vector<store::Precondition>(); };
const std::string kAdmin = "arn:aws:iam::123456789012:root";

template <class T>
T must(Result<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.error().message;
  return std::move(result).value();
}

class DeparturesTest : public ::testing::Test {
 protected:
  DeparturesTest() { EXPECT_TRUE(membership_.load().ok()); }
  ~DeparturesTest() override { ::close(null_); }

  Departures departures() {
    return Departures({*east_.store, east_.secrets, east_.key_exchange, membership_, clock_, log_});
  }
  std::vector<Region> replicas_of(const std::string& name) {
    std::vector<Region> regions;
    for (const secrets::ReplicaRegion& replica : east_.find(name)->secret.replicas)
      regions.push_back(replica.region);
    return regions;
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(Duration(1'795'516'200'000))};
  SeededRandom random_{7};
  const Log log_{clock_, null_, LogLevel::kError};
  const testing::World world_{clock_, random_, {kEast, kWest, kEurope}, log_};
  testing::TestRegion east_{world_, kEast};
  const RegionList regions_{kEast};
  regions::Membership membership_{{.store = *east_.store,
                                   .regions = regions_,
                                   .configured = {{kWest, {"10.0.0.2", 4600}}, {kEurope, {"10.0.0.3", 4600}}},
                                   .has_link = true,
                                   .clock = clock_,
                                   .log = log_}};
};

TEST_F(DeparturesTest, NothingIsLeftOfALostRegion) {
  for (int i = 0; i < 250; ++i)
    east_.create("db-" + std::to_string(i), "value", {kWest, kEurope});
  const kms::KeyName key = east_.keyring.draw_name(kAccount, kms::MultiRegion::kPrimary);
  ASSERT_TRUE(east_.keyring.create_key(kms::NewKey{key, "", {}, {}}).ok());
  ASSERT_TRUE(kms::replicate(east_.keyring, key, kWest, {}).ok());
  ASSERT_TRUE(must(membership_.remove({kWest, true, kAdmin}, kMayGo)));
  EXPECT_EQ(must(east_.key_exchange.keys_of(kWest)).replicated, std::vector<kms::KeyName>{key});

  Departures departures = this->departures();
  EXPECT_EQ(must(departures.step()), 251u);
  EXPECT_EQ(replicas_of("db-0"), std::vector<Region>{kEurope});
  EXPECT_EQ(replicas_of("db-249"), std::vector<Region>{kEurope});
  EXPECT_EQ(east_.marks(kWest), 250u) << "if it comes again, it is to delete what it has";
  for (const store::Row& row : must(east_.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(kWest))))) {
    EXPECT_EQ(store::OutboxMark::parse(row.value)->action, store::OutboxMark::Action::kRemove);
  }
  EXPECT_EQ(east_.marks(kEurope), 250u);
  EXPECT_TRUE(must(east_.key_exchange.keys_of(kWest)).replicated.empty());
  EXPECT_EQ(membership_.removals().size(), 1u) << "a request may still be under way";
  clock_.advance(seconds(10));
  EXPECT_EQ(must(departures.step()), 0u);
  EXPECT_TRUE(membership_.removals().empty());
}

// They stay for as long as nobody hears of the region, so there must be an end to them.
TEST_F(DeparturesTest, EachNameThatHadACopyInALostRegionHasOneMarkWhateverBecomesOfIt) {
  for (const char* name : {"kept", "deleted", "made again"})
    east_.create(name, "value", {kWest});
  ASSERT_TRUE(must(membership_.remove({kWest, true, kAdmin}, kMayGo)));
  Departures departures = this->departures();
  EXPECT_EQ(must(departures.step()), 3u);
  const auto marks = [this] {
    std::vector<std::pair<std::string, std::string>> found;
    for (const store::Row& row : must(east_.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(kWest)))))
      found.emplace_back(row.key, row.value);
    return found;
  };
  const auto after_the_loss = marks();
  EXPECT_EQ(after_the_loss.size(), 3u);
  for (const char* name : {"deleted", "made again"})
    must(east_.secrets.erase(kAccount, name, [](const secrets::SecretView&) { return Result<void>(); }));
  east_.create("made again", "value", {kEurope});
  east_.create("new", "value", {kEurope});
  east_.put("kept", "other");
  clock_.advance(seconds(10));
  EXPECT_EQ(must(departures.step()), 0u);
  EXPECT_TRUE(membership_.removals().empty());
  EXPECT_EQ(marks(), after_the_loss) << "none more, and of the copies that are there";
}

// It had looked at the list of regions before the region was removed, and committed after.
TEST_F(DeparturesTest, WhatARequestThatWasUnderWayWritesIsFoundToo) {
  east_.create("db", "value", {kEurope});
  ASSERT_TRUE(must(membership_.remove({kWest, false, kAdmin}, kMayGo)));
  Departures departures = this->departures();
  EXPECT_EQ(must(departures.step()), 0u);
  east_.replicate("db", {kWest});
  EXPECT_EQ(east_.marks(kWest), 1u);
  clock_.advance(seconds(10));
  EXPECT_EQ(must(departures.step()), 1u);
  EXPECT_EQ(replicas_of("db"), std::vector<Region>{kEurope});
  EXPECT_EQ(east_.marks(kWest), 1u) << "it may have been sent, and is then to be deleted";
  EXPECT_TRUE(membership_.removals().empty());
}

TEST_F(DeparturesTest, ARestartBeginsAnew) {
  east_.create("db", "value", {kWest});
  ASSERT_TRUE(must(membership_.remove({kWest, true, kAdmin}, kMayGo)));
  east_.store->fail_syncs(1);
  EXPECT_EQ(departures().step().error().code, ErrorCode::kIo);
  east_.store->crash();
  EXPECT_EQ(must(departures().step()), 1u);
  EXPECT_TRUE(replicas_of("db").empty());
}

TEST_F(DeparturesTest, ARegionThatHasComeAgainKeepsItsMarks) {
  ASSERT_TRUE(must(membership_.remove({kWest, false, kAdmin}, kMayGo)));
  Departures departures = this->departures();
  ASSERT_TRUE(must(membership_.add({kWest, {"10.0.0.2", 4600}}, kAdmin)) == regions::Joining::kJoined);
  east_.create("db", "value", {kWest});
  clock_.advance(seconds(60));
  EXPECT_EQ(must(departures.step()), 0u);
  EXPECT_EQ(east_.marks(kWest), 1u);
  EXPECT_EQ(replicas_of("db"), std::vector<Region>{kWest});
}

}  // namespace
}  // namespace coffer::replication
