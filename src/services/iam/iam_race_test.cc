// What happens between a decision and the change that it allowed: an entity that comes in the place of the one that was
// decided on must not be changed by it, for the decision may have rested on the other one's path, tags or boundary.
#include <gtest/gtest.h>

#include "iam/access_keys.h"
#include "services/iam/testing/world.h"

namespace coffer::iam_service::testing {
namespace {

constexpr const char* kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
constexpr const char* kPolicyArn = "arn:aws:iam::123456789012:policy/p";
constexpr const char* kProviderArn = "arn:aws:iam::123456789012:oidc-provider/a.example";

struct Call {
  std::string operation;
  Form form;
};

class RaceTest : public ::testing::Test {
 protected:
  void do_all(const std::vector<Call>& calls) {
    for (const auto& [operation, form] : calls)
      ASSERT_EQ(world_.root(operation, form).outcome(), "ok") << operation;
  }
  // What `call` is told when all of that happens after the decision about it.
  std::string interrupted_by(const std::vector<Call>& calls, const Call& call) {
    world_.interrupted.next = [&] { do_all(calls); };
    return world_.root(call.operation, call.form).error;
  }
  // Each of these calls fails, and leaves the entity that was made anew as it is.
  void expect_refused(const std::vector<Call>& make_anew, const std::vector<Call>& calls) {
    for (const Call& call : calls)
      EXPECT_EQ(interrupted_by(make_anew, call), "NoSuchEntity") << call.operation;
  }

  World world_;
};

TEST_F(RaceTest, AUserThatWasMadeAnewIsNotTheOneThatWasDecidedOn) {
  const Call make = {"CreateUser", {{"UserName", "bob"}}};
  do_all({make, {"CreateGroup", {{"GroupName", "red"}}}});
  expect_refused({{"DeleteUser", {{"UserName", "bob"}}}, make},
                 {{"AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", kReadOnly}}},
                  {"DetachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", kReadOnly}}},
                  {"PutUserPolicy", {{"UserName", "bob"}, {"PolicyName", "p"}, {"PolicyDocument", allowing("kms:*")}}},
                  {"PutUserPermissionsBoundary", {{"UserName", "bob"}, {"PermissionsBoundary", kReadOnly}}},
                  {"TagUser", {{"UserName", "bob"}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}}},
                  {"UntagUser", {{"UserName", "bob"}, {"TagKeys.member.1", "a"}}},
                  {"CreateAccessKey", {{"UserName", "bob"}}},
                  {"UpdateUser", {{"UserName", "bob"}, {"NewUserName", "robert"}}},
                  {"DeleteUser", {{"UserName", "bob"}}}});
  const iam::User& bob = *world_.site.entities().user("bob");
  EXPECT_TRUE(bob.attached_policies.empty());
  EXPECT_TRUE(bob.inline_policies.empty());
  EXPECT_TRUE(bob.access_keys.empty());
  EXPECT_TRUE(bob.tags.empty());
}

TEST_F(RaceTest, AKeyOfAUserThatWasMadeAnewIsNotReached) {
  const auth::Caller alice = world_.user("alice", allowing("iam:*"));
  const std::string key = world_.root("CreateAccessKey", {{"UserName", "alice"}})["AccessKeyId"];
  // Also of who names nobody and means itself.
  world_.interrupted.next = [&] {
    do_all({{"DeleteAccessKey", {{"UserName", "alice"}, {"AccessKeyId", key}}},
            {"DeleteUserPolicy", {{"UserName", "alice"}, {"PolicyName", "policy"}}},
            {"DeleteUser", {{"UserName", "alice"}}},
            {"CreateUser", {{"UserName", "alice"}}}});
  };
  EXPECT_NE(world_.call(alice, "CreateAccessKey").error, "");
  EXPECT_TRUE(world_.site.entities().user("alice")->access_keys.empty());
}

TEST_F(RaceTest, AUserThatWasAbsentIsNotTheOneThatCame) {
  EXPECT_EQ(interrupted_by({{"CreateUser", {{"UserName", "bob"}, {"Path", "/admins/"}}}},
                           {"AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", kReadOnly}}}),
            "NoSuchEntity");
  EXPECT_TRUE(world_.site.entities().user("bob")->attached_policies.empty());
}

TEST_F(RaceTest, ARoleThatWasMadeAnewIsNotTheOneThatWasDecidedOn) {
  const Call make = {"CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", trusting("123456789012")}}};
  do_all({make});
  expect_refused({{"DeleteRole", {{"RoleName", "r"}}}, make},
                 {{"AttachRolePolicy", {{"RoleName", "r"}, {"PolicyArn", kReadOnly}}},
                  {"PutRolePermissionsBoundary", {{"RoleName", "r"}, {"PermissionsBoundary", kReadOnly}}},
                  {"UpdateAssumeRolePolicy", {{"RoleName", "r"}, {"PolicyDocument", trusting("210987654321")}}},
                  {"UpdateRole", {{"RoleName", "r"}, {"Description", "d"}}},
                  {"UpdateRoleDescription", {{"RoleName", "r"}, {"Description", "d"}}},
                  {"DeleteRole", {{"RoleName", "r"}}}});
  EXPECT_TRUE(world_.site.entities().role("r")->attached_policies.empty());
  EXPECT_EQ(world_.site.entities().role("r")->description, "");
}

TEST_F(RaceTest, AGroupThatWasMadeAnewIsNotTheOneThatWasDecidedOn) {
  const Call make = {"CreateGroup", {{"GroupName", "red"}}};
  do_all({make, {"CreateUser", {{"UserName", "bob"}}}});
  expect_refused({{"DeleteGroup", {{"GroupName", "red"}}}, make},
                 {{"AddUserToGroup", {{"GroupName", "red"}, {"UserName", "bob"}}},
                  {"RemoveUserFromGroup", {{"GroupName", "red"}, {"UserName", "bob"}}},
                  {"AttachGroupPolicy", {{"GroupName", "red"}, {"PolicyArn", kReadOnly}}},
                  {"UpdateGroup", {{"GroupName", "red"}, {"NewGroupName", "blue"}}},
                  {"DeleteGroup", {{"GroupName", "red"}}}});
  EXPECT_TRUE(world_.site.entities().user("bob")->groups.empty());
}

TEST_F(RaceTest, APolicyThatWasMadeAnewIsNotTheOneThatWasDecidedOn) {
  const Call make = {"CreatePolicy", {{"PolicyName", "p"}, {"PolicyDocument", allowing("kms:*")}}};
  do_all({make});
  expect_refused({{"DeletePolicy", {{"PolicyArn", kPolicyArn}}}, make},
                 {{"CreatePolicyVersion", {{"PolicyArn", kPolicyArn}, {"PolicyDocument", allowing("*")}}},
                  {"SetDefaultPolicyVersion", {{"PolicyArn", kPolicyArn}, {"VersionId", "v1"}}},
                  {"TagPolicy", {{"PolicyArn", kPolicyArn}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", "b"}}},
                  {"DeletePolicy", {{"PolicyArn", kPolicyArn}}}});
  EXPECT_EQ(world_.site.entities().policy("p")->versions.size(), 1u);
}

// Providers have no unique id: when they were made tells them apart.
TEST_F(RaceTest, AProviderThatWasMadeAnewIsNotTheOneThatWasDecidedOn) {
  const Call make = {"CreateOpenIDConnectProvider",
                     {{"Url", "https://a.example"}, {"ThumbprintList.member.1", std::string(40, 'a')}}};
  do_all({make});
  const Form add = {{"OpenIDConnectProviderArn", kProviderArn}, {"ClientID", "c"}};
  world_.interrupted.next = [&] {
    world_.site.clock.advance(Duration(1));
    do_all({{"DeleteOpenIDConnectProvider", {{"OpenIDConnectProviderArn", kProviderArn}}}, make});
  };
  EXPECT_EQ(world_.root("AddClientIDToOpenIDConnectProvider", add).error, "NoSuchEntity");
  EXPECT_TRUE(world_.site.entities().provider("a.example")->client_ids.empty());
}

// Whether it may become what it would become was decided for where it was.
TEST_F(RaceTest, AUserThatWasMovedMeanwhileIsNotRenamed) {
  do_all({{"CreateUser", {{"UserName", "bob"}}}});
  EXPECT_EQ(interrupted_by({{"UpdateUser", {{"UserName", "bob"}, {"NewPath", "/admins/"}}}},
                           {"UpdateUser", {{"UserName", "bob"}, {"NewUserName", "robert"}}}),
            "ConcurrentModification");
  EXPECT_EQ(world_.site.entities().user("robert"), nullptr);
}

// Only another entity is none: what was changed meanwhile is still the one that was decided on.
TEST_F(RaceTest, AUserThatWasOnlyChangedMeanwhileIsFound) {
  do_all({{"CreateUser", {{"UserName", "bob"}}}});
  EXPECT_EQ(interrupted_by({{"UpdateUser", {{"UserName", "bob"}, {"NewPath", "/teams/"}}}},
                           {"AttachUserPolicy", {{"UserName", "bob"}, {"PolicyArn", kReadOnly}}}),
            "");
  EXPECT_EQ(world_.site.entities().user("bob")->attached_policies.size(), 1u);
}

}  // namespace
}  // namespace coffer::iam_service::testing
