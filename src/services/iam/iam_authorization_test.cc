// What the cards of IAM are decided on: resources and condition keys.
#include <gtest/gtest.h>

#include "services/iam/testing/world.h"

namespace coffer::iam_service::testing {
namespace {

constexpr const char* kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

class AuthorizationTest : public ::testing::Test {
 protected:
  AuthorizationTest() {
    EXPECT_EQ(world_.root("CreateUser", {{"UserName", "bob"}, {"Path", "/teams/"}}).outcome(), "ok");
  }
  // What alice is told, with one statement as her policy.
  std::string alice(std::string_view members, std::string_view operation, const Form& form) {
    return world_.call(world_.user("alice", policy_of(members)), operation, form).error;
  }

  World world_;
};

// Otherwise a policy for one path would tell which users exist under others.
TEST_F(AuthorizationTest, SomebodyAbsentIsDecidedOnWithoutAPath) {
  constexpr std::string_view kTeams =
      R"("Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::123456789012:user/teams/*")";
  EXPECT_EQ(alice(kTeams, "GetUser", {{"UserName", "bob"}}), "");
  EXPECT_EQ(alice(kTeams, "GetUser", {{"UserName", "nobody"}}), "AccessDenied");
  EXPECT_EQ(alice(R"("Effect":"Allow","Action":"iam:GetUser","Resource":"*")", "GetUser", {{"UserName", "nobody"}}),
            "NoSuchEntity");
}

TEST_F(AuthorizationTest, ARenameNeedsThePermissionForBothNames) {
  constexpr std::string_view kOld =
      R"("Effect":"Allow","Action":"iam:UpdateUser","Resource":"arn:aws:iam::123456789012:user/teams/bob")";
  constexpr std::string_view kBoth =
      R"("Effect":"Allow","Action":"iam:UpdateUser","Resource":["arn:aws:iam::123456789012:user/teams/bob",)"
      R"("arn:aws:iam::123456789012:user/teams/robert"])";
  const Form rename = {{"UserName", "bob"}, {"NewUserName", "robert"}};
  EXPECT_EQ(alice(kOld, "UpdateUser", rename), "AccessDenied");
  EXPECT_EQ(alice(kBoth, "UpdateUser", rename), "");
}

TEST_F(AuthorizationTest, AttachingCanBeLimitedToSomePolicies) {
  constexpr std::string_view kOnlyReadOnly =
      R"("Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"*","Condition":{"ArnEquals":)"
      R"({"iam:PolicyARN":"arn:aws:iam::aws:policy/ReadOnlyAccess"}})";
  EXPECT_EQ(alice(kOnlyReadOnly, "AttachUserPolicy",
                  {{"UserName", "bob"}, {"PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess"}}),
            "AccessDenied");
  EXPECT_EQ(alice(kOnlyReadOnly, "AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", kReadOnly}}), "");
}

// The pattern by which AWS lets administrators delegate: users may be made and given policies only within a boundary.
TEST_F(AuthorizationTest, WhoeverIsMadeOrGivenPoliciesMustHaveTheBoundary) {
  constexpr std::string_view kBounded =
      R"("Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{"StringEquals":)"
      R"({"iam:PermissionsBoundary":"arn:aws:iam::aws:policy/ReadOnlyAccess"}})";
  EXPECT_EQ(alice(kBounded, "CreateUser", {{"UserName", "carol"}}), "AccessDenied");
  EXPECT_EQ(alice(kBounded, "CreateUser", {{"UserName", "carol"}, {"PermissionsBoundary", kReadOnly}}), "");
  const Form put = {{"UserName", "carol"}, {"PolicyName", "p"}, {"PolicyDocument", allowing("kms:*")}};
  EXPECT_EQ(alice(kBounded, "PutUserPolicy", put), "") << "carol has the boundary";
  const Form put_bob = {{"UserName", "bob"}, {"PolicyName", "p"}, {"PolicyDocument", allowing("kms:*")}};
  EXPECT_EQ(alice(kBounded, "PutUserPolicy", put_bob), "AccessDenied") << "bob has none";
  EXPECT_EQ(alice(kBounded, "PutUserPermissionsBoundary",
                  {{"UserName", "bob"}, {"PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess"}}),
            "AccessDenied");
  EXPECT_EQ(alice(kBounded, "PutUserPermissionsBoundary", {{"UserName", "bob"}, {"PermissionsBoundary", kReadOnly}}),
            "");
}

TEST_F(AuthorizationTest, TagsOfRequestAndResourceAreKeys) {
  constexpr std::string_view kOwn =
      R"("Effect":"Allow","Action":["iam:TagUser","iam:DeleteUser"],"Resource":"*","Condition":{"StringEquals":)"
      R"({"iam:ResourceTag/team":"red"}})";
  EXPECT_EQ(alice(kOwn, "DeleteUser", {{"UserName", "bob"}}), "AccessDenied");
  ASSERT_EQ(world_.root("TagUser", {{"UserName", "bob"}, {"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "red"}})
                .outcome(),
            "ok");
  EXPECT_EQ(alice(kOwn, "DeleteUser", {{"UserName", "bob"}}), "");

  constexpr std::string_view kTagged =
      R"("Effect":"Allow","Action":["iam:CreateUser","iam:TagUser"],"Resource":"*","Condition":{"StringEquals":)"
      R"({"aws:RequestTag/team":"red"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}})";
  const Form red = {{"UserName", "dora"}, {"Tags.member.1.Key", "team"}, {"Tags.member.1.Value", "red"}};
  Form more = red;
  more.insert(more.end(), {{"Tags.member.2.Key", "cost"}, {"Tags.member.2.Value", "1"}});
  EXPECT_EQ(alice(kTagged, "CreateUser", {{"UserName", "dora"}}), "AccessDenied");
  EXPECT_EQ(alice(kTagged, "CreateUser", more), "AccessDenied");
  EXPECT_EQ(alice(kTagged, "CreateUser", red), "");
}

TEST_F(AuthorizationTest, TagsOfWhatIsMadeNeedTheirOwnPermission) {
  const std::pair<std::string, Form> cases[] = {
      {"User", {{"UserName", "n"}}},
      {"Role", {{"RoleName", "n"}, {"AssumeRolePolicyDocument", trusting("123456789012")}}},
      {"Policy", {{"PolicyName", "n"}, {"PolicyDocument", allowing("kms:*")}}},
      {"OpenIDConnectProvider", {{"Url", "https://a.example"}, {"ThumbprintList.member.1", std::string(40, 'a')}}},
  };
  for (const auto& [kind, form] : cases) {
    Form tagged = form;
    tagged.insert(tagged.end(), {{"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}});
    const std::string create = R"("Effect":"Allow","Resource":"*","Action":["iam:Create)" + kind + "\"";
    EXPECT_EQ(alice(create + "]", "Create" + kind, tagged), "AccessDenied") << kind;
    EXPECT_EQ(alice(create + ",\"iam:Tag" + kind + "\"]", "Create" + kind, tagged), "") << kind;
  }
}

TEST_F(AuthorizationTest, NothingOfAnotherAccountIsReached) {
  const std::string everything = R"("Effect":"Allow","Action":"*","Resource":"*")";
  for (const char* operation : {"GetPolicy", "DeletePolicy", "ListEntitiesForPolicy"}) {
    EXPECT_EQ(alice(everything, operation, {{"PolicyArn", "arn:aws:iam::210987654321:policy/p"}}), "AccessDenied");
  }
  EXPECT_EQ(alice(everything, "GetOpenIDConnectProvider",
                  {{"OpenIDConnectProviderArn", "arn:aws:iam::210987654321:oidc-provider/a.example"}}),
            "AccessDenied");
  EXPECT_EQ(alice(everything, "SimulatePrincipalPolicy",
                  {{"PolicySourceArn", "arn:aws:iam::210987654321:user/u"}, {"ActionNames.member.1", "kms:Decrypt"}}),
            "AccessDenied");
}

TEST_F(AuthorizationTest, ListsAreDecidedOnTheAccount) {
  constexpr std::string_view kSome =
      R"("Effect":"Allow","Action":"iam:ListUsers","Resource":"arn:aws:iam::123456789012:user/*")";
  EXPECT_EQ(alice(kSome, "ListUsers", {}), "AccessDenied");
  EXPECT_EQ(alice(R"("Effect":"Allow","Action":"iam:List*","Resource":"*")", "ListUsers", {}), "");
}

// A permission that was taken away counts at the next request.
TEST_F(AuthorizationTest, ADeletedUserMayDoNothing) {
  const auth::Caller carol = world_.user("carol", allowing("iam:ListUsers"));
  EXPECT_EQ(world_.call(carol, "ListUsers").outcome(), "ok");
  ASSERT_EQ(world_.root("DeleteUserPolicy", {{"UserName", "carol"}, {"PolicyName", "policy"}}).outcome(), "ok");
  EXPECT_EQ(world_.call(carol, "ListUsers").error, "AccessDenied");
}

}  // namespace
}  // namespace coffer::iam_service::testing
