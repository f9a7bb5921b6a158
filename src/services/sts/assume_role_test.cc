#include <gtest/gtest.h>

#include "services/sts/testing/world.h"

namespace coffer::sts_service::testing {
namespace {

constexpr std::string_view kReader = sts::testing::World::kReader;
constexpr std::string_view kAlice = R"({"AWS":"arn:aws:iam::123456789012:user/team/alice"})";
constexpr std::string_view kCentral = R"({"AWS":"123456789012"})";
constexpr std::string_view kRefusal =
    "AccessDenied: User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: sts:AssumeRole on "
    "resource: arn:aws:iam::123456789012:role/app/reader";

class AssumeRoleTest : public ::testing::Test {
 protected:
  std::string outcome(std::string_view more = "") { return world_.assume(alice_, kReader, more).outcome(); }
  static std::string refusal(std::string_view action) {
    return "AccessDenied: User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: " +
           std::string(action) + " on resource: arn:aws:iam::123456789012:role/app/reader";
  }

  ServiceWorld world_;
  const auth::Caller alice_ = world_.region.user();
};

TEST_F(AssumeRoleTest, AnswersWithCredentialsOfTheRole) {
  world_.trust("reader", kAlice);
  const Answer answer = world_.assume(alice_, kReader);
  EXPECT_EQ(answer["Arn"], "arn:aws:sts::123456789012:assumed-role/reader/deploy");
  EXPECT_EQ(answer["AssumedRoleId"], world_.region.reader.unique_id + ":deploy");
  EXPECT_FALSE(answer.has("PackedPolicySize"));
  EXPECT_FALSE(answer.has("SourceIdentity"));
  const auth::Caller caller = world_.caller_of(answer);
  EXPECT_EQ(world_.call(caller, "GetCallerIdentity")["Arn"], answer["Arn"]);
  EXPECT_EQ(world_.call(caller, "GetCallerIdentity")["UserId"], answer["AssumedRoleId"]);
  EXPECT_EQ(world_.call(caller, "GetCallerIdentity")["Account"], "123456789012");
}

TEST_F(AssumeRoleTest, ATrustedUserNeedsNoPermissionAndATrustedAccountsUserDoes) {
  world_.trust("reader", kAlice);
  EXPECT_EQ(outcome(), "ok");
  world_.trust("reader", kCentral);
  EXPECT_EQ(outcome(), kRefusal);
  world_.allow_alice("sts:AssumeRole");
  EXPECT_EQ(outcome(), "ok");
}

// Nobody may find out which roles there are.
TEST_F(AssumeRoleTest, ARoleThatDoesNotExistIsRefusedLikeOneThatDoesNotTrust) {
  world_.trust("reader", R"({"AWS":"210987654321"})");
  world_.allow_alice("sts:*");
  EXPECT_EQ(outcome(), kRefusal);
  world_.region.delete_role("reader");
  EXPECT_EQ(outcome(), kRefusal);
  EXPECT_EQ(world_.assume(alice_, "arn:aws:iam::999999999999:role/none").outcome(),
            "AccessDenied: User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::999999999999:role/none");
}

TEST_F(AssumeRoleTest, AcrossAccountsBothMustAllow) {
  const std::string_view role = "arn:aws:iam::210987654321:role/workload";
  world_.region.make_role({.name = "workload",
                           .trust_policy = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                                           R"("Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"}})"},
                          sts::testing::kOther);
  EXPECT_EQ(world_.assume(alice_, role).error, "AccessDenied");
  world_.allow_alice("sts:AssumeRole");
  const Answer answer = world_.assume(alice_, role);
  EXPECT_EQ(answer["Arn"], "arn:aws:sts::210987654321:assumed-role/workload/deploy");
  EXPECT_EQ(world_.call(world_.caller_of(answer), "GetCallerIdentity")["Account"], "210987654321");
}

// The confused deputy: who knows the role's ARN does not know what it was agreed to be asked with.
TEST_F(AssumeRoleTest, AnExternalIdIsACondition) {
  world_.trust("reader", kAlice,
               R"("Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"Unique42"}})");
  EXPECT_EQ(outcome(), kRefusal);
  EXPECT_EQ(outcome(R"("ExternalId":"unique42")"), kRefusal);
  EXPECT_EQ(outcome(R"("ExternalId":"Unique42")"), "ok");
}

TEST_F(AssumeRoleTest, TheRequestIsInTheConditionKeys) {
  for (const auto& [condition, more] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
           {R"("StringEquals":{"sts:RoleSessionName":"deploy"})", ""},
           {R"("NumericLessThanEquals":{"sts:DurationSeconds":"900"})", R"("DurationSeconds":900)"},
           {R"("StringEquals":{"sts:SourceIdentity":"alice"})", R"("SourceIdentity":"alice")"},
           {R"("StringEquals":{"aws:RequestTag/team":"blue"})", R"("Tags":[{"Key":"team","Value":"blue"}])"},
           {R"("ForAllValues:StringEquals":{"aws:TagKeys":["team"]},"Null":{"aws:TagKeys":"false"})",
            R"("Tags":[{"Key":"team","Value":"blue"}])"},
           {R"("ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":["team"]})",
            R"("Tags":[{"Key":"team","Value":"blue"}],"TransitiveTagKeys":["team"])"}}) {
    world_.trust("reader", kAlice, R"("Action":"sts:*","Condition":{)" + std::string(condition) + "}");
    EXPECT_EQ(outcome(more), "ok") << condition;
    world_.trust("reader", kAlice,
                 R"("Action":"sts:*","Condition":{"StringLike":{"sts:RoleSessionName":"other"},)" +
                     std::string(condition) + "}");
    EXPECT_EQ(outcome(more), kRefusal) << condition;
  }
  // What was not sent has no key.
  world_.trust("reader", kAlice,
               R"("Action":"sts:*","Condition":{"Null":{"sts:DurationSeconds":"true","sts:ExternalId":"true",)"
               R"("aws:TagKeys":"true","sts:TransitiveTagKeys":"true","sts:SourceIdentity":"true"}})");
  EXPECT_EQ(outcome(), "ok");
}

TEST_F(AssumeRoleTest, TheRolesTagsAreConditionKeys) {
  world_.region.make_role({.name = "tagged",
                           .trust_policy = R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)"
                                           R"("Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole",)"
                                           R"("Condition":{"StringEquals":{"iam:ResourceTag/open":"yes",)"
                                           R"("aws:ResourceTag/open":"yes"}}}})",
                           .tags = {{"open", "yes"}}});
  world_.allow_alice("sts:AssumeRole");
  EXPECT_EQ(world_.assume(alice_, "arn:aws:iam::123456789012:role/tagged").outcome(), "ok");
}

TEST_F(AssumeRoleTest, TagsAndASourceIdentityArePermissionsOfTheirOwn) {
  const std::string_view tags = R"("Tags":[{"Key":"team","Value":"blue"}])";
  const std::string_view source = R"("SourceIdentity":"alice")";
  world_.trust("reader", kAlice);
  EXPECT_EQ(outcome(tags), refusal("sts:TagSession"));
  EXPECT_EQ(outcome(source), refusal("sts:SetSourceIdentity"));
  EXPECT_EQ(outcome(R"("Tags":[])"), "ok");
  world_.trust("reader", kAlice, R"("Action":["sts:AssumeRole","sts:TagSession"])");
  EXPECT_EQ(outcome(tags), "ok");
  world_.trust("reader", kAlice, R"("Action":["sts:AssumeRole","sts:SetSourceIdentity"])");
  const Answer answer = world_.assume(alice_, kReader, source);
  EXPECT_EQ(answer["SourceIdentity"], "alice");
  EXPECT_EQ(world_.caller_of(answer).session->source_identity, "alice");
}

TEST_F(AssumeRoleTest, WhatIsInheritedNeedsThePermissionsToo) {
  const std::string_view next = "arn:aws:iam::123456789012:role/next";
  const auto trust_next = [&](std::string_view actions) {
    world_.trust("next", kCentral, R"("Action":)" + std::string(actions));
  };
  world_.region.make_role({.name = "next"});
  world_.trust("reader", kAlice, R"("Action":"sts:*")");
  world_.allow_role("reader", "sts:*");
  const auto first = [&](std::string_view more) { return world_.caller_of(world_.assume(alice_, kReader, more)); };
  const auth::Caller plain = first("");
  const auth::Caller tagged = first(R"("Tags":[{"Key":"team","Value":"blue"}],"TransitiveTagKeys":["team"])");
  const auth::Caller sourced = first(R"("SourceIdentity":"alice")");
  trust_next(R"("sts:AssumeRole")");
  EXPECT_EQ(world_.assume(plain, next).outcome(), "ok");
  EXPECT_EQ(world_.assume(tagged, next).outcome(),
            "AccessDenied: User: arn:aws:sts::123456789012:assumed-role/reader/deploy is not authorized to perform: "
            "sts:TagSession on resource: arn:aws:iam::123456789012:role/next");
  EXPECT_EQ(world_.assume(sourced, next).error, "AccessDenied");
  trust_next(R"(["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"])");
  const Answer second = world_.assume(tagged, next);
  EXPECT_EQ(world_.caller_of(second).session->tags.size(), 1u);
  EXPECT_TRUE(world_.caller_of(second).session->is_chained);
  EXPECT_EQ(second["PackedPolicySize"], "1");
  EXPECT_EQ(world_.assume(sourced, next)["SourceIdentity"], "alice");
  EXPECT_EQ(world_.assume(sourced, next, R"("SourceIdentity":"mallory")").outcome(),
            "ValidationError: The source identity is already set for this assume role session");
}

TEST_F(AssumeRoleTest, ASessionPolicyIsPackedAndCounts) {
  world_.trust("reader", kAlice);
  const Answer answer = world_.assume(
      alice_, kReader,
      R"("Policy":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}}")"
      R"(,"PolicyArns":[{"arn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}])");
  EXPECT_EQ(answer["PackedPolicySize"], "4");
  const auth::Caller caller = world_.caller_of(answer);
  EXPECT_NE(caller.session->policy, nullptr);
  EXPECT_EQ(caller.session->policy_arns.size(), 1u);
  const std::string large =
      R"("Policy":"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"}})" +
      std::string(2000, ' ') + "\"";
  EXPECT_EQ(outcome(large),
            "PackedPolicyTooLarge: Packed policy consumes 102% of allotted space, please use smaller policy.");
}

TEST_F(AssumeRoleTest, MalformedRequestsAreRefusedAsAwsRefusesThem) {
  EXPECT_EQ(
      world_.call(alice_, "AssumeRole", R"({"RoleArn":"not-an-arn-but-long-enough","RoleSessionName":"s1"})").outcome(),
      "ValidationError: not-an-arn-but-long-enough is invalid");
  EXPECT_EQ(outcome(R"("DurationSeconds":899)"),
            "ValidationError: 1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy "
            "constraint: Member must have value greater than or equal to 900");
  EXPECT_EQ(world_
                .call(alice_, "AssumeRole",
                      R"({"RoleArn":"arn:aws:iam::123456789012:role/app/reader","RoleSessionName":"a b"})")
                .outcome(),
            "ValidationError: 1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*");
  EXPECT_EQ(outcome(R"("Tags":[{"Key":"a","Value":""},{"Key":"A","Value":""}])"),
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  EXPECT_EQ(outcome(R"("SerialNumber":"arn:aws:iam::123456789012:mfa/alice","TokenCode":"123456")"),
            "AccessDenied: MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA "
            "serial number is valid and associated with this user.");
  EXPECT_EQ(outcome(R"("ProvidedContexts":[])"), "InvalidParameterValue: ProvidedContexts is not supported.");
}

TEST_F(AssumeRoleTest, RootUsersAreRefused) {
  world_.trust("reader", kCentral);
  EXPECT_EQ(world_.assume(world_.region.root(), kReader).outcome(),
            "AccessDenied: Roles may not be assumed by root accounts.");
}

}  // namespace
}  // namespace coffer::sts_service::testing
