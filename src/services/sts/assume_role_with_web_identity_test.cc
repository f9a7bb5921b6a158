#include <gtest/gtest.h>

#include "iam/providers.h"
#include "iam/roles.h"
#include "services/sts/testing/world.h"

namespace coffer::sts_service::testing {
namespace {

using sts::testing::kAccount;
using sts::testing::kNow;
using sts::testing::must;

constexpr std::string_view kRole = "arn:aws:iam::123456789012:role/pod";
constexpr std::string_view kRefused = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";

class AssumeRoleWithWebIdentityTest : public ::testing::Test {
 protected:
  AssumeRoleWithWebIdentityTest() {
    must(iam::create_provider(
        world_.region.store, kAccount,
        {.url = world_.provider.url(), .client_ids = {"sts.amazonaws.com"}, .thumbprints = {}, .tags = {}}));
    world_.region.make_role(
        {.name = "pod",
         .trust_policy =
             R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":)"
             R"("arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1"},"Action":"sts:*","Condition":)"
             R"({"StringEquals":{"issuer.example/id/1:sub":"system:serviceaccount:prod:app"}}}})"});
  }
  // Nobody has signed.
  Answer assume(const std::string& token, std::string_view role = kRole, std::string_view more = "") {
    std::string input = R"({"RoleArn":")" + std::string(role) + R"(","RoleSessionName":"pod-1","WebIdentityToken":")";
    return world_.call({}, "AssumeRoleWithWebIdentity", input.append(token).append("\"").append(more).append("}"));
  }

  ServiceWorld world_;
};

TEST_F(AssumeRoleWithWebIdentityTest, AnswersWithCredentialsOfTheRole) {
  const Answer answer = assume(world_.provider.token(kNow));
  EXPECT_EQ(answer["Arn"], "arn:aws:sts::123456789012:assumed-role/pod/pod-1");
  EXPECT_EQ(answer["SubjectFromWebIdentityToken"], "system:serviceaccount:prod:app");
  EXPECT_EQ(answer["Audience"], "sts.amazonaws.com");
  EXPECT_EQ(answer["Provider"], "arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1");
  EXPECT_FALSE(answer.has("PackedPolicySize"));
  EXPECT_FALSE(answer.has("SourceIdentity"));
  const auth::Caller caller = world_.caller_of(answer);
  EXPECT_EQ(caller.session->federated_provider, "arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1");
  EXPECT_EQ(caller.session->expires, kNow + std::chrono::hours(1));
  EXPECT_FALSE(caller.session->is_chained);
  EXPECT_EQ(world_.call(caller, "GetCallerIdentity")["Arn"], answer["Arn"]);
}

TEST_F(AssumeRoleWithWebIdentityTest, TakesTagsAndSourceIdentityOutOfTheToken) {
  const Answer answer = assume(world_.provider.token(
      kNow, R"(,"https://aws.amazon.com/tags":{"principal_tags":{"team":["blue"]},"transitive_tag_keys":["team"]},)"
            R"("https://aws.amazon.com/source_identity":"alice")"));
  EXPECT_EQ(answer["SourceIdentity"], "alice");
  EXPECT_EQ(answer["PackedPolicySize"], "1");
  const auth::Caller caller = world_.caller_of(answer);
  EXPECT_EQ(caller.session->transitive_tag_keys, std::vector<std::string>{"team"});
  EXPECT_EQ(caller.session->source_identity, "alice");
}

TEST_F(AssumeRoleWithWebIdentityTest, ARoleThatDoesNotExistIsRefusedLikeOneThatDoesNotTrust) {
  EXPECT_EQ(assume(world_.provider.token(kNow), "arn:aws:iam::123456789012:role/none").outcome(), kRefused);
  world_.trust("reader", R"({"AWS":"123456789012"})", R"("Action":"sts:*")");
  EXPECT_EQ(assume(world_.provider.token(kNow), sts::testing::World::kReader).outcome(), kRefused);
}

// The client learns nothing; the role's account learns from the request's id what to change, and not to trust all whom
// the provider vouches for.
TEST_F(AssumeRoleWithWebIdentityTest, ARefusalIsExplainedToTheRolesAccount) {
  world_.trust("reader", R"({"AWS":"123456789012"})", R"("Action":"sts:*")");
  ASSERT_EQ(assume(world_.provider.token(kNow), sts::testing::World::kReader).outcome(), kRefused);
  const auto explained = world_.explanations.find("test");
  ASSERT_EQ(explained.size(), 1u);
  const access::Explanation& explanation = *explained.front();
  EXPECT_EQ(explanation.caller, "arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1");
  EXPECT_EQ(explanation.action, "sts:AssumeRoleWithWebIdentity");
  EXPECT_EQ(explanation.resource, sts::testing::World::kReader);
  EXPECT_TRUE(explanation.concerns(kAccount));
  EXPECT_EQ(explanation.message, "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  ASSERT_EQ(explanation.changes.size(), 1u);
  EXPECT_EQ(explanation.changes[0].where, "the trust policy of " + std::string(sts::testing::World::kReader));
  const std::string advised = explanation.changes[0].statement;
  EXPECT_EQ(advised, R"({"Effect": "Allow", "Principal": {"Federated": )"
                     R"("arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1"}, )"
                     R"("Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": )"
                     R"({"issuer.example/id/1:aud": "sts.amazonaws.com", )"
                     R"("issuer.example/id/1:sub": "system:serviceaccount:prod:app"}}})");
  // What is advised does help.
  must(iam::update_trust_policy(world_.region.store,
                                {.account = kAccount, .kind = iam::EntityKind::kRole, .name = "reader"},
                                R"({"Version":"2012-10-17","Statement":)" + advised + "}"));
  EXPECT_EQ(assume(world_.provider.token(kNow), sts::testing::World::kReader).outcome(), "ok");
}

TEST_F(AssumeRoleWithWebIdentityTest, AnExplanationSaysWhichConditionDoesNotHold) {
  must(iam::update_trust_policy(
      world_.region.store, {.account = kAccount, .kind = iam::EntityKind::kRole, .name = "pod"},
      R"({"Version":"2012-10-17","Statement":{"Sid":"Pods","Effect":"Allow","Principal":{"Federated":)"
      R"("arn:aws:iam::123456789012:oidc-provider/issuer.example/id/1"},"Action":"sts:AssumeRoleWithWebIdentity",)"
      R"("Condition":{"StringEquals":{"issuer.example/id/1:sub":"system:serviceaccount:prod:other"}}}})"));
  ASSERT_EQ(assume(world_.provider.token(kNow)).outcome(), kRefused);
  const auto explained = world_.explanations.find("test");
  ASSERT_EQ(explained.size(), 1u);
  ASSERT_EQ(explained.front()->steps.size(), 1u);
  EXPECT_EQ(explained.front()->steps[0].opinions.at(0).statements,
            std::vector<std::string>{R"(statement "Pods" does not apply: Condition StringEquals )"
                                     R"(issuer.example/id/1:sub does not hold)"});
  ASSERT_EQ(assume(world_.provider.token(kNow), "arn:aws:iam::123456789012:role/none").outcome(), kRefused);
  EXPECT_EQ(world_.explanations.find("test").back()->for_caller.notes,
            std::vector<std::string>{"There is nothing called arn:aws:iam::123456789012:role/none in account "
                                     "123456789012."});
}

TEST_F(AssumeRoleWithWebIdentityTest, LastsNoLongerThanTheRoleAllows) {
  EXPECT_EQ(assume(world_.provider.token(kNow), kRole, R"(,"DurationSeconds":900)").error, "");
  EXPECT_EQ(assume(world_.provider.token(kNow), kRole, R"(,"DurationSeconds":3601)").outcome(),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(AssumeRoleWithWebIdentityTest, BadTokensHaveAwssErrors) {
  EXPECT_EQ(
      assume("opaque").outcome(),
      "InvalidIdentityToken: The ID Token provided is not a valid JWT. (You may see this error if you sent an Access "
      "Token)");
  EXPECT_EQ(assume(world_.provider.token(kNow - std::chrono::hours(2))).error, "ExpiredTokenException");
  EXPECT_EQ(assume(world_.provider.token(kNow), kRole, R"(,"ProviderId":"www.amazon.com")").outcome(),
            "InvalidParameterValue: ProviderId is not supported.");
  EXPECT_EQ(assume(world_.provider.token(kNow), "arn:aws:iam::123456789012:user/alice").outcome(),
            "ValidationError: arn:aws:iam::123456789012:user/alice is invalid");
  // A token is a secret for as long as it is good: not even its sender gets it back.
  const Answer short_one = assume("abc");
  EXPECT_EQ(short_one.error, "ValidationError");
  EXPECT_EQ(short_one.text.find("abc"), std::string::npos) << short_one.text;
}

}  // namespace
}  // namespace coffer::sts_service::testing
