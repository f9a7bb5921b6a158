// What the simulation does not look at: what is said when a state cannot be sent, and how little is sent when it can.
#include <gtest/gtest.h>

#include "iam/users.h"
#include "replication/testing/replicator_fixture.h"
#include "store/keys.h"

namespace coffer::replication::testing {
namespace {

class StateCourierTest : public ReplicatorTest {
 protected:
  StateCourierTest() {
    if (!east_.accounts.create("payments", kAccount).ok()) std::abort();
  }
  void make_user(TestRegion& at, const std::string& name) {
    ASSERT_TRUE(iam::create_user(at.identity_store, kAccount, {.name = name}).ok());
  }
};

TEST_F(StateCourierTest, AnAccountAndItsIdentitiesArrive) {
  make_user(east_, "alice");
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  EXPECT_EQ(west_.identities_of(kAccount), east_.identities_of(kAccount));
}

TEST_F(StateCourierTest, AChangeIsOneMessageOnceTheRegionIsKnown) {
  make_user(east_, "alice");
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  make_user(east_, "bob");
  const int before = way.link.sent;
  settle(way);
  EXPECT_EQ(way.link.sent, before + 1);
  EXPECT_EQ(west_.identities_of(kAccount), east_.identities_of(kAccount));
}

// After a restart nobody remembers what the regions have: one question tells, and nothing large is sent.
TEST_F(StateCourierTest, WhatARegionHasIsAskedAfterARestart) {
  make_user(east_, "alice");
  {
    Way way = this->way(east_, west_);
    drain(way, east_, west_);
  }
  make_user(east_, "bob");
  Way way = this->way(east_, west_);
  settle(way);
  EXPECT_EQ(way.link.sent, 2);
  EXPECT_EQ(west_.identities_of(kAccount), east_.identities_of(kAccount));
}

TEST_F(StateCourierTest, ARegionThatJoinsLaterGetsEverything) {
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  // Marks of a region that was not in the configuration do not exist; here they are gone.
  Way later = this->way(east_, europe_);
  for (const store::Row& row : *east_.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(europe_.self))))
    ASSERT_TRUE(east_.store->commit({{}, {}, {row.key}}).ok());
  drain(later, east_, europe_);
  EXPECT_TRUE(*europe_.accounts.exists(kAccount));
}

// As from a backup, or with an empty disk: keys that were revoked since would be good there for ever.
TEST_F(StateCourierTest, ARegionThatLostItsDiskGetsEverythingOnceItHasStarted) {
  make_user(east_, "alice");
  ASSERT_TRUE(east_.home.started(kWest, 1).ok());
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  TestRegion wiped(world_, kWest);
  way.link.replace_destination(wiped);
  ASSERT_TRUE(east_.home.started(kWest, 2).ok());
  drain(way, east_, wiped);
  EXPECT_EQ(wiped.identities_of(kAccount), east_.identities_of(kAccount));
}

// Restored from a backup of an epoch ago: what it would send is older than what others have.
TEST_F(StateCourierTest, AHomeThatHasForgottenItsEpochSendsNothingAndKeepsItsMarks) {
  make_user(east_, "alice");
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  make_user(west_, "bob");
  ASSERT_TRUE(west_.home.learn({kEast, 3}).ok());  // the home moved back, and west has everything of before

  TestRegion restored(world_, kEast);
  ASSERT_TRUE(restored.accounts.create("payments", kAccount).ok());
  make_user(restored, "alice");
  Way back = this->way(restored, west_);
  settle(back);
  EXPECT_EQ(*restored.home.claim(), (home::Claim{kEast, 3}));
  EXPECT_GT(restored.marks(kWest), 0u);
  EXPECT_NE(back.replicator.status().last_error.find("restored from a backup"), std::string::npos);
  EXPECT_NE(west_.identities_of(kAccount).find("bob"), std::string::npos);
  EXPECT_EQ(iam::create_user(restored.identity_store, kAccount, {.name = "carol"}).error().code,
            ErrorCode::kServiceUnavailable);

  ASSERT_TRUE(restored.home.adopt(*restored.home.claim()).ok());
  clock_.advance(std::chrono::minutes(2));
  drain(back, restored, west_);
  EXPECT_EQ(west_.identities_of(kAccount), restored.identities_of(kAccount));
}

// Asked what it has, it must not be believed either: what the backup lacks would be dropped everywhere.
TEST_F(StateCourierTest, WhatAHomeThatHasForgottenItsEpochDoesNotKnowIsDroppedNowhere) {
  make_user(east_, "alice");
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  ASSERT_TRUE(west_.home.learn({kWest, 2}).ok());
  const std::string before = west_.identities_of(kAccount);
  TestRegion restored(world_, kEast);  // the backup is older than the account
  ASSERT_TRUE(restored.home.learn({kEast, 3}).ok());
  ASSERT_TRUE(*restored.home.is_forgotten());
  ASSERT_TRUE(west_.states.learn({kEast, 3}).ok());
  Way asking = this->way(west_, restored);
  settle(asking);
  EXPECT_EQ(west_.identities_of(kAccount), before);
  EXPECT_NE(asking.replicator.status().last_error.find("restored from a backup"), std::string::npos);
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  clock_.advance(std::chrono::minutes(2));
  drain(asking, west_, restored);
  EXPECT_EQ(restored.identities_of(kAccount), before);
}

// Nobody has adopted: the home is of the same epoch still, and its disk is new. It made what it does not know.
TEST_F(StateCourierTest, WhatAHomeHasMadeAndLostIsDroppedNowhere) {
  make_user(east_, "alice");
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  const std::string before = west_.identities_of(kAccount);
  TestRegion wiped(world_, kEast);
  Way asking = this->way(west_, wiped);
  settle(asking);
  EXPECT_EQ(west_.identities_of(kAccount), before);
  EXPECT_NE(asking.replicator.status().last_error.find("it has lost its disk"), std::string::npos);
  // Whoever adopts decides, and what the others made before goes then.
  ASSERT_TRUE(wiped.home.adopt(*wiped.home.claim()).ok());
  Way back = this->way(wiped, west_);
  drain(back, wiped, west_);
  clock_.advance(std::chrono::minutes(2));
  settle(asking);
  EXPECT_EQ(west_.identities_of(kAccount), wiped.identities_of(kAccount));
}

// All that the home has made waits for a person then, however much it is; secrets do not wait with it.
TEST_F(StateCourierTest, WhatAHomeHasLostDelaysNoSecret) {
  for (int i = 0; i < 1'100; ++i) {
    const AccountId account = *AccountId::parse(std::to_string(200'000'000'000 + i));
    ASSERT_TRUE(east_.accounts.create("account-" + std::to_string(i), account).ok());
    ASSERT_TRUE(iam::create_user(east_.identity_store, account, {.name = "alice"}).ok());
  }
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  TestRegion wiped(world_, kEast);
  Way asking = this->way(west_, wiped);
  settle(asking);
  ASSERT_GE(asking.replicator.status().dirty, 1'100U);
  const Time written = clock_.now();
  west_.create("db", "hunter2", {kEast});
  for (int i = 0; i < 1'000 && wiped.current("db").empty(); ++i)
    clock_.advance(asking.replicator.step());
  EXPECT_EQ(wiped.current("db"), "hunter2");
  EXPECT_LE(clock_.now() - written, std::chrono::seconds(2));
}

// The home was restored from a backup: what the region knows is newer, and must not be overwritten without a word.
TEST_F(StateCourierTest, ARegionThatIsAheadIsLeftAloneUntilSomebodyAdopts) {
  make_user(east_, "alice");
  Way way = this->way(east_, west_);
  drain(way, east_, west_);

  TestRegion restored(world_, kEast);
  ASSERT_TRUE(restored.accounts.create("payments", kAccount).ok());
  Way back = this->way(restored, west_);
  settle(back);
  EXPECT_GT(restored.marks(kWest), 0u);
  EXPECT_NE(back.replicator.status().last_error.find("coffer identity adopt-home"), std::string::npos);
  EXPECT_EQ(west_.identities_of(kAccount), east_.identities_of(kAccount));

  ASSERT_TRUE(restored.home.adopt(*restored.home.claim()).ok());
  drain(back, restored, west_);
  Way asking = this->way(west_, restored);
  drain(asking, west_, restored);
  EXPECT_EQ(west_.identities_of(kAccount), restored.identities_of(kAccount));
}

TEST_F(StateCourierTest, AHomeThatComesBackLearnsFromAnyRegionAndTellsNobodyAnyMore) {
  Way to_europe = this->way(east_, europe_);
  Way to_west = this->way(east_, west_);
  drain(to_europe, east_, europe_);
  drain(to_west, east_, west_);
  make_user(east_, "unseen");
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  make_user(west_, "new");
  Way from_west = this->way(west_, europe_);
  drain(from_west, west_, europe_);

  settle(to_europe);
  EXPECT_EQ(east_.home.claim()->region, kWest) << "heard of it from a third region";
  EXPECT_EQ(europe_.identities_of(kAccount), west_.identities_of(kAccount));
  drain(to_europe, east_, europe_);
  drain(to_west, east_, west_);
  EXPECT_EQ(west_.identities_of(kAccount).find("unseen"), std::string::npos);
  Way home = this->way(west_, east_);
  drain(home, west_, east_);
  EXPECT_EQ(east_.identities_of(kAccount), west_.identities_of(kAccount));
}

TEST_F(StateCourierTest, TwoHomesOfOneEpochSaySo) {
  ASSERT_TRUE(east_.home.adopt(*east_.home.claim()).ok());
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  Way way = this->way(east_, west_);
  settle(way);
  EXPECT_NE(way.replicator.status().last_error.find("takes us-west-2 for the home"), std::string::npos);
  EXPECT_GT(east_.marks(kWest), 0u);
  ASSERT_TRUE(east_.home.adopt(*east_.home.claim()).ok());
  drain(way, east_, west_);
  EXPECT_EQ(west_.home.claim()->region, kEast);
}

}  // namespace
}  // namespace coffer::replication::testing
