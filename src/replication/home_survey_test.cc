#include "replication/home_survey.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "replication/testing/replicator_fixture.h"

namespace coffer::replication::testing {
namespace {

class HomeSurveyTest : public ReplicatorTest {
 protected:
  HomeSurvey survey(TestRegion& at) {
    std::vector<HomeSurvey::Peer> peers;
    for (TestRegion* peer : {&east_, &west_, &europe_}) {
      if (peer == &at) continue;
      peers.push_back({peer->self, [this, peer] {
                         auto link = std::make_unique<FakeLink>(*peer, random_);
                         link->up = !down_.contains(peer->self);
                         return link;
                       }});
    }
    return HomeSurvey({at.states, std::move(peers), log_});
  }

  static home::Claim claim(const TestRegion& region) { return region.home.claim().value(); }

  std::set<Region> down_;
};

TEST_F(HomeSurveyTest, EveryRegionThatAnswersSaysWhoIsHome) {
  down_ = {kEurope};
  const auto witnesses = survey(west_).ask();
  ASSERT_TRUE(witnesses.ok());
  ASSERT_EQ(witnesses->size(), 2u);
  EXPECT_EQ((*witnesses)[0].region, kEast);
  EXPECT_EQ(*(*witnesses)[0].home, (home::Claim{kEast, 1}));
  EXPECT_EQ((*witnesses)[1].region, kEurope);
  EXPECT_EQ((*witnesses)[1].home.error().code, ErrorCode::kIo);
}

TEST_F(HomeSurveyTest, AHomeThatAnswersIsNotReplacedUnlessThatIsOverruled) {
  const auto refused = survey(west_).adopt(Objections::kCount);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("us-east-1 answers, and is home"), std::string::npos);
  EXPECT_EQ(claim(west_), (home::Claim{kEast, 1}));

  const auto adopted = survey(west_).adopt(Objections::kAreOverruled);
  ASSERT_TRUE(adopted.ok());
  EXPECT_EQ(adopted->before, (home::Claim{kEast, 1}));
  EXPECT_EQ(adopted->now, (home::Claim{kWest, 2}));
  EXPECT_EQ(claim(west_), adopted->now);
}

TEST_F(HomeSurveyTest, AHomeThatIsDownIsReplaced) {
  down_ = {kEast};
  const auto adopted = survey(west_).adopt(Objections::kCount);
  ASSERT_TRUE(adopted.ok()) << adopted.error().message;
  EXPECT_EQ(claim(west_), (home::Claim{kWest, 2}));
}

// Asked twice, it must not make the others send everything again.
TEST_F(HomeSurveyTest, TheHomeItselfAdoptsNothingUnlessOverruled) {
  const auto same = survey(east_).adopt(Objections::kCount);
  ASSERT_TRUE(same.ok());
  EXPECT_EQ(same->now, same->before);
  EXPECT_EQ(claim(east_), (home::Claim{kEast, 1}));
  ASSERT_TRUE(survey(east_).adopt(Objections::kAreOverruled).ok());
  EXPECT_EQ(claim(east_), (home::Claim{kEast, 2}));
}

// Somebody else was faster, and this region has not heard of it yet: a second home of the same epoch would be a fork.
TEST_F(HomeSurveyTest, AnAdoptionElsewhereIsHeardOfBeforeASecondOne) {
  down_ = {kEast};
  ASSERT_TRUE(survey(west_).adopt(Objections::kCount).ok());
  const auto refused = survey(europe_).adopt(Objections::kCount);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("us-west-2 answers"), std::string::npos) << refused.error().message;
  EXPECT_EQ(claim(europe_), (home::Claim{kWest, 2}));

  down_ = {kWest};
  ASSERT_TRUE(europe_.home.learn({kWest, 7}).ok());
  ASSERT_TRUE(survey(east_).ask().ok());
  EXPECT_EQ(claim(east_), (home::Claim{kWest, 7})) << "from a third region";
  ASSERT_TRUE(survey(east_).adopt(Objections::kCount).ok());
  EXPECT_EQ(claim(east_), (home::Claim{kEast, 8}));
}

// Two of one epoch take nothing from each other: overruling the other one in either ends it.
TEST_F(HomeSurveyTest, OneOfTwoHomesOfOneEpochWinsWhenItIsToldTo) {
  ASSERT_TRUE(east_.home.adopt().ok());
  ASSERT_TRUE(west_.home.adopt().ok());
  ASSERT_TRUE(survey(west_).adopt(Objections::kAreOverruled).ok());
  ASSERT_TRUE(survey(east_).ask().ok());
  EXPECT_EQ(claim(east_), (home::Claim{kWest, 3}));
}

// As when the home was taken out of the configuration: silence is no proof that it is down.
TEST_F(HomeSurveyTest, AHomeToWhichNoLinkLeadsIsReplacedOnlyIfThatIsOverruled) {
  const HomeSurvey without_links({west_.states, {}, log_});
  const auto refused = without_links.adopt(Objections::kCount);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("no link leads from us-west-2 to us-east-1"), std::string::npos);
  ASSERT_TRUE(without_links.adopt(Objections::kAreOverruled).ok());
  EXPECT_EQ(claim(west_), (home::Claim{kWest, 2}));
}

}  // namespace
}  // namespace coffer::replication::testing
