// Users and groups as clients see them: one walk through the operations of each, and what only the cards do.
#include <gtest/gtest.h>

#include "services/iam/testing/world.h"

namespace coffer::iam_service::testing {
namespace {

constexpr const char* kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

TEST(Users, AUserIsMadeShownChangedAndDeleted) {
  World world;
  const Answer made = world.root("CreateUser", {{"UserName", "alice"},
                                                {"Path", "/teams/"},
                                                {"PermissionsBoundary", kReadOnly},
                                                {"Tags.member.1.Key", "team"},
                                                {"Tags.member.1.Value", "red"}});
  ASSERT_EQ(made.outcome(), "ok");
  EXPECT_EQ(made["Arn"], "arn:aws:iam::123456789012:user/teams/alice");
  EXPECT_EQ(made["CreateDate"], "2026-11-24T10:00:00Z");
  EXPECT_TRUE(made["UserId"].starts_with("AIDA"));
  const Answer shown = world.root("GetUser", {{"UserName", "ALICE"}});
  EXPECT_EQ(shown["UserName"], "alice");
  EXPECT_EQ(shown["PermissionsBoundaryArn"], kReadOnly);
  EXPECT_EQ(shown["PermissionsBoundaryType"], "Policy");
  EXPECT_EQ(shown["Key"], "team");
  EXPECT_EQ(world.root("ListUserTags", {{"UserName", "alice"}})["Value"], "red");
  const Answer listed = world.root("ListUsers", {{"PathPrefix", "/teams/"}});
  EXPECT_EQ(listed["UserName"], "alice");
  EXPECT_TRUE(listed.all("PermissionsBoundaryArn").empty()) << "lists do not show it";
  EXPECT_TRUE(listed.all("Tags").empty());
  EXPECT_TRUE(world.root("ListUsers", {{"PathPrefix", "/other/"}}).all("UserName").empty());

  EXPECT_EQ(
      world.root("TagUser", {{"UserName", "alice"}, {"Tags.member.1.Key", "a"}, {"Tags.member.1.Value", ""}}).outcome(),
      "ok");
  EXPECT_EQ(world.root("UntagUser", {{"UserName", "alice"}, {"TagKeys.member.1", "team"}}).outcome(), "ok");
  EXPECT_EQ(world.root("ListUserTags", {{"UserName", "alice"}})["Key"], "a");
  EXPECT_EQ(world.root("UpdateUser", {{"UserName", "alice"}, {"NewUserName", "alicia"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteUserPermissionsBoundary", {{"UserName", "alicia"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteUser", {{"UserName", "alicia"}}).outcome(), "ok");
  EXPECT_EQ(world.root("GetUser", {{"UserName", "alicia"}}).outcome(),
            "NoSuchEntity: The user with name alicia cannot be found.");
}

TEST(Users, VoidOperationsHaveNoResultButUpdateRoleHasAnEmptyOne) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "alice"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteUser", {{"UserName", "alice"}}).text.find("DeleteUserResult"), std::string::npos);
  ASSERT_EQ(
      world.root("CreateRole", {{"RoleName", "r"}, {"AssumeRolePolicyDocument", trusting("123456789012")}}).outcome(),
      "ok");
  const Answer updated = world.root("UpdateRole", {{"RoleName", "r"}, {"Description", "d"}});
  EXPECT_NE(updated.text.find("UpdateRoleResult"), std::string::npos) << updated.text;
}

TEST(Users, WithoutANameTheCallerIsMeant) {
  World world;
  const auth::Caller alice = world.user("alice", allowing("iam:*"));
  EXPECT_EQ(world.call(alice, "GetUser")["UserName"], "alice");
  const Answer key = world.call(alice, "CreateAccessKey");
  EXPECT_EQ(key["UserName"], "alice");
  EXPECT_EQ(key["SecretAccessKey"].size(), 40u);
  EXPECT_EQ(key["Status"], "Active");
  const Answer keys = world.call(alice, "ListAccessKeys");
  EXPECT_EQ(keys["AccessKeyId"], key["AccessKeyId"]);
  EXPECT_TRUE(keys.all("SecretAccessKey").empty());
  const Form named = {{"AccessKeyId", key["AccessKeyId"]}, {"Status", "Inactive"}};
  EXPECT_EQ(world.call(alice, "UpdateAccessKey", named).outcome(), "ok");
  EXPECT_EQ(world.call(alice, "ListAccessKeys")["Status"], "Inactive");
  const Form expired = {{"AccessKeyId", key["AccessKeyId"]}, {"Status", "Expired"}};
  EXPECT_EQ(world.call(alice, "UpdateAccessKey", expired).error, "InvalidInput");
  EXPECT_EQ(world.call(alice, "DeleteAccessKey", {{"AccessKeyId", key["AccessKeyId"]}}).outcome(), "ok");
  EXPECT_TRUE(world.call(alice, "ListAccessKeys").all("AccessKeyId").empty());

  const Answer root = world.root("GetUser");
  EXPECT_EQ(root["Arn"], "arn:aws:iam::123456789012:root");
  EXPECT_EQ(root["UserId"], "123456789012");
  EXPECT_TRUE(root.all("UserName").empty());
  EXPECT_EQ(world.root("ListAccessKeys").all("AccessKeyId").size(), 1u);
  EXPECT_EQ(world.root("CreateAccessKey").outcome(),
            "ValidationError: Must specify userName when calling with non-User credentials");
}

TEST(Users, TheLastUseOfAKeyIsShownToItsAccount) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "alice"}}).outcome(), "ok");
  const std::string key = world.root("CreateAccessKey", {{"UserName", "alice"}})["AccessKeyId"];
  const Answer never = world.root("GetAccessKeyLastUsed", {{"AccessKeyId", key}});
  EXPECT_EQ(never["UserName"], "alice");
  EXPECT_EQ(never["ServiceName"], "N/A");
  EXPECT_TRUE(never.all("LastUsedDate").empty());
  world.uses.note(key, {world.site.clock.now(), "eu-west-1", "kms"});
  const Answer used = world.root("GetAccessKeyLastUsed", {{"AccessKeyId", key}});
  EXPECT_EQ(used["Region"], "eu-west-1");
  EXPECT_EQ(used["LastUsedDate"], "2026-11-24T10:00:00Z");
  auth::Caller stranger = world.root_caller();
  stranger.account = kOther;
  stranger.arn = "arn:aws:iam::210987654321:root";
  EXPECT_EQ(world.call(stranger, "GetAccessKeyLastUsed", {{"AccessKeyId", key}}).error, "NoSuchEntity");
}

TEST(Users, ListsComeInPages) {
  World world;
  for (const char* name : {"a", "B", "c", "D", "e"})
    ASSERT_EQ(world.root("CreateUser", {{"UserName", name}}).outcome(), "ok");
  std::vector<std::string> names;
  Form form = {{"MaxItems", "2"}};
  for (int pages = 0; pages < 3; ++pages) {
    const Answer page = world.root("ListUsers", form);
    for (const std::string& name : page.all("UserName"))
      names.push_back(name);
    if (page["IsTruncated"] == "false") break;
    form = {{"MaxItems", "2"}, {"Marker", page["Marker"]}};
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a", "B", "c", "D", "e"}));
  EXPECT_EQ(world.root("ListUsers", {{"Marker", "%%%"}}).outcome(), "ValidationError: Invalid Marker.");
}

TEST(Users, WhatUsersDoNotHaveIsEmpty) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "alice"}}).outcome(), "ok");
  for (const char* operation :
       {"ListMFADevices", "ListSSHPublicKeys", "ListSigningCertificates", "ListServiceSpecificCredentials"}) {
    EXPECT_EQ(world.root(operation, {{"UserName", "alice"}}).outcome(), "ok") << operation;
    EXPECT_EQ(world.root(operation, {{"UserName", "bob"}}).error, "NoSuchEntity") << operation;
  }
  EXPECT_EQ(world.root("GetLoginProfile", {{"UserName", "alice"}}).outcome(),
            "NoSuchEntity: Login Profile for User alice cannot be found.");
  EXPECT_EQ(world.root("DeleteLoginProfile", {{"UserName", "alice"}}).outcome(),
            "NoSuchEntity: Login Profile for User alice cannot be found.");
  EXPECT_EQ(world.root("DeleteLoginProfile", {{"UserName", "bob"}}).outcome(),
            "NoSuchEntity: The user with name bob cannot be found.");
  EXPECT_EQ(world.root("ListServiceSpecificCredentials", {{"AllUsers", "true"}}).outcome(), "ok");
  EXPECT_EQ(world.root("ListVirtualMFADevices", {{"AssignmentStatus", "Assigned"}}).outcome(), "ok");
  EXPECT_EQ(world.root("ListVirtualMFADevices", {{"AssignmentStatus", "Lost"}}).error, "ValidationError");
}

TEST(Groups, AGroupIsMadeFilledAndDeleted) {
  World world;
  ASSERT_EQ(world.root("CreateUser", {{"UserName", "alice"}}).outcome(), "ok");
  EXPECT_EQ(world.root("CreateGroup", {{"GroupName", "red"}, {"Path", "/t/"}})["Arn"],
            "arn:aws:iam::123456789012:group/t/red");
  const Form both = {{"GroupName", "red"}, {"UserName", "alice"}};
  EXPECT_EQ(world.root("AddUserToGroup", both).outcome(), "ok");
  EXPECT_EQ(world.root("GetGroup", {{"GroupName", "red"}})["UserName"], "alice");
  EXPECT_EQ(world.root("ListGroupsForUser", {{"UserName", "alice"}})["GroupName"], "red");
  EXPECT_EQ(world.root("ListGroups")["GroupName"], "red");
  EXPECT_EQ(world.root("UpdateGroup", {{"GroupName", "red"}, {"NewGroupName", "blue"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteGroup", {{"GroupName", "blue"}}).error, "DeleteConflict");
  EXPECT_EQ(world.root("RemoveUserFromGroup", {{"GroupName", "blue"}, {"UserName", "alice"}}).outcome(), "ok");
  EXPECT_EQ(world.root("DeleteGroup", {{"GroupName", "blue"}}).outcome(), "ok");
  EXPECT_EQ(world.root("GetGroup", {{"GroupName", "blue"}}).outcome(),
            "NoSuchEntity: The group with name blue cannot be found.");
}

TEST(Requests, TagsHaveTheirCharacters) {
  World world;
  const auto outcome = [&world](const char* key) {
    return world.root("TagUser", {{"UserName", "u"}, {"Tags.member.1.Key", key}, {"Tags.member.1.Value", ""}}).error;
  };
  for (const char* good : {"a Z:/=+-@._9", "\xc3\xbc", "\xe2\x82\xac"})
    EXPECT_EQ(outcome(good), "NoSuchEntity") << good;
  for (const char* bad : {"", "a#", "a,b", "a\n"})
    EXPECT_EQ(outcome(bad), "ValidationError") << bad;
}

// Printable Latin-1, and line breaks.
TEST(Requests, DescriptionsOfRolesHaveTheirCharacters) {
  World world;
  const auto outcome = [&world](const char* description) {
    const Form form = {{"RoleName", "r"}, {"Description", description}};
    return world.root("UpdateRole", form).error;
  };
  EXPECT_EQ(outcome("a\tb\n\xc3\xbc \xc2\xa1"), "NoSuchEntity");
  for (const char* bad : {"\x7f", "\xc2\xa0", "\xc2\x80", "\xe2\x82\xac", "\x01"})
    EXPECT_EQ(outcome(bad), "ValidationError") << bad;
}

TEST(Requests, ViolatedConstraintsAreNamed) {
  World world;
  const Answer answer = world.root("CreateUser", {{"UserName", "a/b"}});
  EXPECT_EQ(answer.error, "ValidationError");
  EXPECT_NE(answer.text.find("[\\w+=,.@-]+"), std::string::npos) << answer.text;
}

}  // namespace
}  // namespace coffer::iam_service::testing
