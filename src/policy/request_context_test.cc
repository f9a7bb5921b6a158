#include "policy/request_context.h"

#include <gtest/gtest.h>

#include "base/time_text.h"

namespace coffer::policy {
namespace {

std::string text_at(const RequestContext& context, std::string_view key) {
  std::string scratch;
  const auto value = context.single(key, scratch);
  return value ? std::string(*value) : "none";
}

TEST(RequestContext, KeysAreFoundWhateverTheirCase) {
  RequestContext context;
  context.add("aws:SourceIp", "10.0.0.1");
  context.add_tag("aws:ResourceTag/", "Team", "red");
  EXPECT_EQ(text_at(context, "AWS:sourceip"), "10.0.0.1");
  EXPECT_EQ(text_at(context, "aws:resourcetag/TEAM"), "red");
  EXPECT_EQ(text_at(context, "aws:ResourceTag/Teams"), "none");
  EXPECT_EQ(text_at(context, "aws:RequestTag/Team1"), "none");
  EXPECT_EQ(context.find("aws:SourceI"), nullptr);
  context.clear();
  EXPECT_EQ(context.find("aws:SourceIp"), nullptr);
}

// A secret may have the tags "team" and "Team".
TEST(RequestContext, OfKeysThatDifferInCaseTheFirstCounts) {
  RequestContext context;
  context.add_tag("aws:ResourceTag/", "team", "red");
  context.add_tag("aws:ResourceTag/", "Team", "blue");
  EXPECT_EQ(text_at(context, "aws:ResourceTag/TEAM"), "red");
}

TEST(RequestContext, AListIsNoSingleValueEvenWithOne) {
  RequestContext context;
  const std::string_view values[] = {"a"};
  context.add_list("aws:TagKeys", values);
  context.add_list("x:none", {});
  EXPECT_EQ(text_at(context, "aws:TagKeys"), "none");
  std::string scratch;
  EXPECT_EQ(context.find("aws:TagKeys")->at(0, scratch), "a");
  EXPECT_EQ(context.find("x:none")->size(), 0u);
}

TEST(RequestContext, TimesAreWrittenAsIso8601AndAsSeconds) {
  const Time time = *parse_iso_basic("20260101T000000Z") + Duration(1500);
  RequestContext context;
  context.add_time("aws:CurrentTime", time);
  context.add_epoch("aws:EpochTime", time);
  context.add_epoch("x:before", Time(Duration(-500)));
  EXPECT_EQ(text_at(context, "aws:CurrentTime"), "2026-01-01T00:00:01.500Z");
  EXPECT_EQ(text_at(context, "aws:EpochTime"), "1767225601");
  EXPECT_EQ(text_at(context, "x:before"), "-1");
}

TEST(RequestPrincipal, IdsAndNamesOfASession) {
  RequestPrincipal session{.kind = PrincipalKind::kRoleSession,
                           .arn = "arn:aws:sts::111111111111:assumed-role/app/i-1",
                           .account = "111111111111",
                           .user_id = "AROADBQP57FF2AEXAMPLE:i-1"};
  EXPECT_EQ(session.unique_id(), "AROADBQP57FF2AEXAMPLE");
  EXPECT_EQ(session.role_name(), "app");
  EXPECT_EQ(session.session_name(), "i-1");
  session.arn = "arn:aws:iam::111111111111:role/app";
  EXPECT_EQ(session.role_name(), "");
  EXPECT_EQ(session.session_name(), "");
}

// What looks like an id in the user id of root and federated users is none.
TEST(RequestPrincipal, OnlyUsersAndRolesHaveUniqueIds) {
  const auto id_of = [](PrincipalKind kind, std::string_view user_id) {
    return RequestPrincipal{.kind = kind, .user_id = user_id}.unique_id();
  };
  EXPECT_EQ(id_of(PrincipalKind::kUser, "AIDACKCEVSQ6C2EXAMPLE"), "AIDACKCEVSQ6C2EXAMPLE");
  EXPECT_EQ(id_of(PrincipalKind::kAccountRoot, "111111111111"), "");
  EXPECT_EQ(id_of(PrincipalKind::kFederatedUser, "111111111111:fred"), "");
  EXPECT_EQ(id_of(PrincipalKind::kUser, ""), "");
}

TEST(PrincipalKeys, FollowFromThePrincipalUnlessTheyAreThere) {
  RequestContext context;
  context.add("AWS:USERNAME", "somebody");
  add_principal_keys({.kind = PrincipalKind::kUser,
                      .arn = "arn:aws:iam::111111111111:user/team/ann",
                      .account = "111111111111",
                      .user_id = "AIDACKCEVSQ6C2EXAMPLE"},
                     context);
  EXPECT_EQ(text_at(context, "aws:PrincipalArn"), "arn:aws:iam::111111111111:user/team/ann");
  EXPECT_EQ(text_at(context, "aws:PrincipalAccount"), "111111111111");
  EXPECT_EQ(text_at(context, "aws:PrincipalType"), "User");
  EXPECT_EQ(text_at(context, "aws:userid"), "AIDACKCEVSQ6C2EXAMPLE");
  EXPECT_EQ(text_at(context, "aws:username"), "somebody");
}

TEST(PrincipalKeys, OfASessionHaveTheRolesArnAndNoUserName) {
  RequestContext context;
  add_principal_keys({.kind = PrincipalKind::kRoleSession,
                      .arn = "arn:aws:sts::111111111111:assumed-role/app/i-1",
                      .account = "111111111111",
                      .role_arn = "arn:aws:iam::111111111111:role/service/app"},
                     context);
  EXPECT_EQ(text_at(context, "aws:PrincipalArn"), "arn:aws:iam::111111111111:role/service/app");
  EXPECT_EQ(text_at(context, "aws:PrincipalType"), "AssumedRole");
  EXPECT_EQ(context.find("aws:username"), nullptr);
  EXPECT_EQ(context.find("aws:userid"), nullptr);
}

TEST(PrincipalKeys, OfAServiceThereAreNone) {
  RequestContext context;
  add_principal_keys({.kind = PrincipalKind::kService, .arn = "lambda.amazonaws.com"}, context);
  for (const std::string_view key : {"aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalType", "aws:userid"})
    EXPECT_EQ(context.find(key), nullptr) << key;
}

}  // namespace
}  // namespace coffer::policy
