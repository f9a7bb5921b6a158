#include "iam/groups.h"

#include <gtest/gtest.h>

#include "iam/attachments.h"
#include "iam/lookups.h"
#include "iam/testing/identity_site.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::group_ref;
using testing::IdentitySite;
using testing::kAccount;
using testing::user_ref;

class GroupsTest : public ::testing::Test {
 protected:
  GroupsTest() {
    EXPECT_TRUE(create_user(store_, kAccount, {.name = "alice"}).ok());
    EXPECT_TRUE(create_group(store_, kAccount, {.name = "Red", .path = "/teams/"}).ok());
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(GroupsTest, AMemberHasThePoliciesOfItsGroups) {
  ASSERT_TRUE(put_inline_policy(store_, group_ref("red"), {"p", allowing("kms:*")}).ok());
  ASSERT_TRUE(attach_policy(store_, group_ref("red"), "arn:aws:iam::aws:policy/ReadOnlyAccess").ok());
  EXPECT_TRUE(site_.snapshot()->user("alice")->policies.empty());
  ASSERT_TRUE(add_user_to_group(store_, group_ref("RED"), "ALICE").ok());
  ASSERT_TRUE(add_user_to_group(store_, group_ref("red"), "alice").ok()) << "twice does no harm";
  EXPECT_EQ(site_.snapshot()->user("alice")->policies.size(), 2u);
  ASSERT_TRUE(remove_user_from_group(store_, group_ref("red"), "alice").ok());
  ASSERT_TRUE(remove_user_from_group(store_, group_ref("red"), "alice").ok()) << "twice does no harm";
  EXPECT_TRUE(site_.snapshot()->user("alice")->policies.empty());
}

TEST_F(GroupsTest, ARenamedGroupKeepsItsMembersAndPolicies) {
  ASSERT_TRUE(put_inline_policy(store_, group_ref("red"), {"p", allowing("kms:*")}).ok());
  ASSERT_TRUE(add_user_to_group(store_, group_ref("red"), "alice").ok());
  ASSERT_TRUE(update_group(store_, group_ref("red"), {.name = "blue", .path = {}}).ok());
  EXPECT_EQ(site_.entities().group("red"), nullptr);
  const AccountEntities& entities = site_.entities();
  EXPECT_EQ(arn_of(kAccount, *entities.group("blue")), "arn:aws:iam::123456789012:group/teams/blue");
  EXPECT_EQ(members_of(entities, *entities.group("blue")).size(), 1u);
  EXPECT_EQ(groups_of(entities, *entities.user("alice")).size(), 1u);
  EXPECT_EQ(site_.snapshot()->user("alice")->policies.size(), 1u);
}

// Otherwise whoever makes a group of the same name would decide about the members of the old one.
TEST_F(GroupsTest, AGroupGoesOnlyWithoutMembersAndPolicies) {
  ASSERT_TRUE(add_user_to_group(store_, group_ref("red"), "alice").ok());
  const auto refusal = [&] { return delete_group(store_, group_ref("red")).error(); };
  EXPECT_EQ(refusal().code, ErrorCode::kDeleteConflict);
  EXPECT_EQ(refusal().message, "Cannot delete entity, must remove users from group first.");
  ASSERT_TRUE(remove_user_from_group(store_, group_ref("red"), "alice").ok());
  ASSERT_TRUE(put_inline_policy(store_, group_ref("red"), {"p", allowing("kms:*")}).ok());
  EXPECT_EQ(refusal().message, "Cannot delete entity, must delete policies first.");
  ASSERT_TRUE(delete_inline_policy(store_, group_ref("red"), "p").ok());
  EXPECT_TRUE(delete_group(store_, group_ref("red")).ok());
  EXPECT_EQ(refusal().message, "The group with name red cannot be found.");
}

TEST_F(GroupsTest, AUserIsInTenGroupsAtMost) {
  for (int i = 0; i < 11; ++i) {
    const std::string name = "group-" + std::to_string(i);
    ASSERT_TRUE(create_group(store_, kAccount, {.name = name}).ok());
    const auto added = add_user_to_group(store_, group_ref(name), "alice");
    ASSERT_EQ(added.ok(), i < 10);
    if (!added.ok()) {
      EXPECT_EQ(added.error().message, "Cannot exceed quota for GroupsPerUser: 10");
    }
  }
}

TEST_F(GroupsTest, GroupsAndUsersThatDoNotExistAreNamed) {
  EXPECT_EQ(add_user_to_group(store_, group_ref("red"), "bob").error().message,
            "The user with name bob cannot be found.");
  EXPECT_EQ(add_user_to_group(store_, group_ref("green"), "alice").error().message,
            "The group with name green cannot be found.");
  EXPECT_EQ(create_group(store_, kAccount, {.name = "RED"}).error().message, "Group with name RED already exists.");
  EXPECT_EQ(attach_policy(store_, group_ref("green"), "x").error().code, ErrorCode::kNoSuchEntity);
}

}  // namespace
}  // namespace coffer::iam
