#include "sts/session_rules.h"

#include <gtest/gtest.h>

#include "crypto/system_random.h"
#include "sts/testing/world.h"
#include "sts/user_session.h"

namespace coffer::sts::testing {
namespace {

using Tags = std::vector<std::pair<std::string, std::string>>;

TEST(SessionTags, AreMarkedWhereTheyAreTransitive) {
  const auto read = read_tags({{"Project", "Automation"}, {"CostCenter", ""}}, {"project"});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, (std::vector<SessionTag>{{"Project", "Automation", true}, {"CostCenter", "", false}}));
}

TEST(SessionTags, DifferInMoreThanCase) {
  EXPECT_EQ(outcome(read_tags({{"Project", "1"}, {"pROJECT", "2"}}, {})),
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
}

TEST(SessionTags, AreTransitiveOnlyWhenTheyAreThere) {
  EXPECT_EQ(outcome(read_tags({{"Project", "1"}}, {"Department"})),
            "InvalidParameterValue: The specified transitive tag key must be included in the requested tags.");
  EXPECT_EQ(outcome(read_tags(Tags(), {"Department"})),
            "InvalidParameterValue: The specified transitive tag key must be included in the requested tags.");
}

class CallersTest : public ::testing::Test {
 protected:
  auth::Caller session(SessionContents contents) {
    return world_.caller(must(world_.issuer.issue(std::move(contents), kNow, std::chrono::hours(1))));
  }

  crypto::SystemRandom random_;
  World world_{random_};
};

TEST_F(CallersTest, TemporaryCredentialsMakeNoOthersOfTheSameKind) {
  EXPECT_EQ(outcome(refuse_session(world_.user(), "GetSessionToken")), "ok");
  EXPECT_EQ(outcome(refuse_session(world_.root(), "GetSessionToken")), "ok");
  EXPECT_EQ(outcome(refuse_session(session(make_user_session(world_.user())), "GetSessionToken")),
            "AccessDenied: Cannot call GetSessionToken with session credentials");
}

TEST_F(CallersTest, SessionsOfUsersMayDoLittleInSts) {
  const auto refused = [](const auth::Caller& caller) {
    return outcome(refuse_user_session(caller, "sts:GetAccessKeyInfo", "*"));
  };
  EXPECT_EQ(refused(world_.user()), "ok");
  EXPECT_EQ(refused(world_.caller(world_.assume(World::kReader, {.session_name = "s"}, world_.user()))), "ok");
  EXPECT_EQ(refused(session(make_user_session(world_.user()))),
            "AccessDenied: User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: "
            "sts:GetAccessKeyInfo");
  EXPECT_EQ(refused(session(make_federated_session({.name = "bob"}, world_.user()))),
            "AccessDenied: User: arn:aws:sts::123456789012:federated-user/bob is not authorized to perform: "
            "sts:GetAccessKeyInfo");
}

TEST_F(CallersTest, SessionsOfTheRootUserLastAnHour) {
  const auto hours = [](const Duration& duration) { return std::chrono::floor<std::chrono::hours>(duration).count(); };
  EXPECT_EQ(hours(user_session_duration(std::nullopt, world_.user())), 12);
  EXPECT_EQ(hours(user_session_duration(129'600, world_.user())), 36);
  EXPECT_EQ(hours(user_session_duration(std::nullopt, world_.root())), 1);
  EXPECT_EQ(hours(user_session_duration(129'600, world_.root())), 1);
  EXPECT_EQ(user_session_duration(900, world_.root()), std::chrono::seconds(900));
}

}  // namespace
}  // namespace coffer::sts::testing
