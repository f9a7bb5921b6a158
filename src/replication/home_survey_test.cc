#include "replication/home_survey.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
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
      peers.push_back({peer->self, [this, peer, &at] {
                         auto link = std::make_unique<FakeLink>(*peer, random_, at.self);
                         link->up = !down_.contains(peer->self);
                         const auto refusal = refusals_.find(peer->self);
                         if (refusal != refusals_.end()) link->refusal = refusal->second;
                         return link;
                       }});
    }
    return HomeSurvey({at.states, [peers] { return peers; }, log_});
  }

  static home::Claim claim(const TestRegion& region) { return region.home.claim().value(); }

  std::set<Region> down_;
  std::map<Region, Error> refusals_;
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

// A home of another release, or one whose disk is full, is not down: it takes changes, or will again in a moment.
TEST_F(HomeSurveyTest, ARegionThatIsThereAndDoesNotSayIsNoSilence) {
  const Error errors[] = {{ErrorCode::kServiceUnavailable, "us-east-1 answered 426"},
                          {ErrorCode::kPermission, "us-east-1 answered 403"},
                          {ErrorCode::kInternalServiceError, "us-east-1 answered 500"},
                          {ErrorCode::kCorrupt, "us-east-1 answered 400"}};
  for (const Error& error : errors) {
    refusals_ = {{kEast, error}};
    const auto refused = survey(west_).adopt(Objections::kCount);
    ASSERT_FALSE(refused.ok()) << error.message;
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
    EXPECT_NE(refused.error().message.find("us-east-1 is there, and does not say"), std::string::npos);
    EXPECT_NE(refused.error().message.find(error.message), std::string::npos);
    EXPECT_EQ(claim(west_), (home::Claim{kEast, 1}));
  }
  // A third region may be home, by an adoption that has not been heard of here.
  down_ = {kEast};
  refusals_ = {{kEurope, errors[0]}};
  EXPECT_FALSE(survey(west_).adopt(Objections::kCount).ok());
  EXPECT_TRUE(survey(west_).adopt(Objections::kAreOverruled).ok());
}

// Restored from a backup of before an epoch of its own, it would take changes and overwrite newer ones.
TEST_F(HomeSurveyTest, AHomeThatHasForgottenItsEpochChangesNothingUntilItIsToldTo) {
  ASSERT_TRUE(west_.home.learn({kEast, 3}).ok());
  ASSERT_TRUE(survey(east_).ask().ok());
  EXPECT_EQ(claim(east_), (home::Claim{kEast, 3}));
  EXPECT_FALSE(*east_.home.is_here());
  const auto refused = survey(east_).adopt(Objections::kCount);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("restored from a backup"), std::string::npos) << refused.error().message;
  const auto forced = survey(east_).adopt(Objections::kAreOverruled);
  ASSERT_TRUE(forced.ok());
  EXPECT_EQ(forced->now, (home::Claim{kEast, 4}));
  EXPECT_TRUE(*east_.home.is_here());
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
  ASSERT_TRUE(east_.home.adopt(*east_.home.claim()).ok());
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  ASSERT_TRUE(survey(west_).adopt(Objections::kAreOverruled).ok());
  ASSERT_TRUE(survey(east_).ask().ok());
  EXPECT_EQ(claim(east_), (home::Claim{kWest, 3}));
}

// As when the home was taken out of the configuration: silence is no proof that it is down.
TEST_F(HomeSurveyTest, AHomeToWhichNoLinkLeadsIsReplacedOnlyIfThatIsOverruled) {
  const HomeSurvey without_links({west_.states, [] { return std::vector<HomeSurvey::Peer>(); }, log_});
  const auto refused = without_links.adopt(Objections::kCount);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("no link leads from us-west-2 to us-east-1"), std::string::npos);
  ASSERT_TRUE(without_links.adopt(Objections::kAreOverruled).ok());
  EXPECT_EQ(claim(west_), (home::Claim{kWest, 2}));
}

}  // namespace
}  // namespace coffer::replication::testing
