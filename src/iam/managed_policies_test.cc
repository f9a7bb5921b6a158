#include "iam/policies.h"

#include <gtest/gtest.h>

#include "iam/attachments.h"
#include "iam/tags.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::IdentitySite;
using testing::kAccount;
using testing::policy_ref;
using testing::user_ref;

constexpr std::string_view kArn = "arn:aws:iam::123456789012:policy/apps/Read";

class PoliciesTest : public ::testing::Test {
 protected:
  PoliciesTest() {
    EXPECT_TRUE(create_user(store_, kAccount, {.name = "alice"}).ok());
    EXPECT_TRUE(
        create_policy(store_, kAccount, {.name = "Read", .path = "/apps/", .text = allowing("kms:Decrypt")}).ok());
  }
  std::string action_in_force() {
    return site_.snapshot()->managed_policy(kArn)->document().statements.at(0).actions.items.at(0).text();
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(PoliciesTest, ANewPolicyHasOneVersionWhichIsInForce) {
  const ManagedPolicy* const policy = site_.entities().policy_by_arn(kArn);
  ASSERT_NE(policy, nullptr);
  EXPECT_TRUE(policy->unique_id.starts_with("ANPA"));
  EXPECT_EQ(version_id(policy->default_version), "v1");
  EXPECT_EQ(action_in_force(), "kms:Decrypt");
  EXPECT_EQ(site_.snapshot()->managed_policy("arn:aws:iam::123456789012:policy/Read"), nullptr) << "without its path";
  EXPECT_EQ(create_policy(store_, kAccount, {.name = "READ", .text = allowing("kms:*")}).error().message,
            "A policy called READ already exists. Duplicate names are not allowed.");
}

TEST_F(PoliciesTest, TheDefaultVersionIsInForce) {
  ASSERT_TRUE(attach_policy(store_, user_ref("alice"), kArn).ok());
  const auto second = create_policy_version(store_, policy_ref(kArn), {allowing("kms:Encrypt"), VersionUse::kKept});
  EXPECT_EQ(second->version.number, 2u);
  EXPECT_EQ(action_in_force(), "kms:Decrypt");
  ASSERT_TRUE(set_default_policy_version(store_, policy_ref(kArn), "v2").ok());
  EXPECT_EQ(action_in_force(), "kms:Encrypt");
  ASSERT_TRUE(create_policy_version(store_, policy_ref(kArn), {allowing("kms:Sign"), VersionUse::kDefault}).ok());
  EXPECT_EQ(action_in_force(), "kms:Sign");
  const SnapshotPointer snapshot = site_.snapshot();
  EXPECT_EQ(snapshot->user("alice")->policies, (PolicyPointers{snapshot->managed_policy(kArn)}));
}

TEST_F(PoliciesTest, ThereAreFiveVersionsAndNumbersAreNotUsedTwice) {
  for (int i = 2; i <= 5; ++i)
    ASSERT_TRUE(create_policy_version(store_, policy_ref(kArn), {allowing("kms:*"), VersionUse::kKept}).ok());
  const auto sixth = create_policy_version(store_, policy_ref(kArn), {allowing("kms:*"), VersionUse::kKept});
  EXPECT_EQ(sixth.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(sixth.error().message,
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
            "version.");
  ASSERT_TRUE(delete_policy_version(store_, policy_ref(kArn), "v5").ok());
  EXPECT_EQ(create_policy_version(store_, policy_ref(kArn), {allowing("kms:*"), VersionUse::kKept})->version.number,
            6u);
  EXPECT_EQ(delete_policy_version(store_, policy_ref(kArn), "v1").error().message,
            "Cannot delete the default version of a policy.");
  for (const char* absent : {"v5", "v0", "v01", "5", "v", "v99999999999999999999"}) {
    EXPECT_EQ(set_default_policy_version(store_, policy_ref(kArn), absent).error().message,
              "Policy " + std::string(kArn) + " version " + absent + " does not exist or is not attachable.");
  }
}

TEST_F(PoliciesTest, APolicyGoesOnlyWhenNobodyHasItAndOneVersionIsLeft) {
  const auto refusal = [&] { return delete_policy(store_, policy_ref(kArn)).error(); };
  ASSERT_TRUE(attach_policy(store_, user_ref("alice"), kArn).ok());
  EXPECT_EQ(refusal().code, ErrorCode::kDeleteConflict);
  EXPECT_EQ(refusal().message, "Cannot delete a policy attached to entities.");
  ASSERT_TRUE(detach_policy(store_, user_ref("alice"), kArn).ok());
  ASSERT_TRUE(put_boundary(store_, user_ref("alice"), kArn).ok());
  EXPECT_EQ(refusal().message, "Cannot delete a policy attached to entities.");
  ASSERT_TRUE(delete_boundary(store_, user_ref("alice")).ok());
  ASSERT_TRUE(create_policy_version(store_, policy_ref(kArn), {allowing("kms:*"), VersionUse::kKept}).ok());
  EXPECT_TRUE(refusal().message.starts_with("This policy has more than one version."));
  ASSERT_TRUE(delete_policy_version(store_, policy_ref(kArn), "v2").ok());
  EXPECT_TRUE(delete_policy(store_, policy_ref(kArn)).ok());
  EXPECT_EQ(refusal().message, "Policy " + std::string(kArn) + " was not found.");
}

TEST_F(PoliciesTest, AwsPoliciesCannotBeChanged) {
  const EntityRef aws = policy_ref("arn:aws:iam::aws:policy/AdministratorAccess");
  EXPECT_EQ(delete_policy(store_, aws).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(create_policy_version(store_, aws, {allowing("kms:*"), VersionUse::kDefault}).error().code,
            ErrorCode::kInvalidInput);
  EXPECT_EQ(tag_entity(store_, aws, {{"a", "b"}}).error().code, ErrorCode::kInvalidInput);
}

TEST_F(PoliciesTest, APolicyHas6144CharactersBesidesWhiteSpace) {
  std::string text = allowing("kms:Decrypt");
  const std::string begin = text.substr(0, text.size() - 2);
  const auto sized = [&](size_t size) {
    const std::string sid = R"(,{"Sid":")";
    const std::string end = R"(","Effect":"Deny","Action":"kms:*","Resource":"*"}]})";
    return begin + sid + std::string(size - begin.size() - sid.size() - end.size(), 'x') + end;
  };
  EXPECT_TRUE(create_policy(store_, kAccount, {.name = "fits", .text = sized(6144) + "\n\t   "}).ok());
  EXPECT_EQ(create_policy(store_, kAccount, {.name = "no", .text = sized(6145)}).error().message,
            "Cannot exceed quota for PolicySize: 6144");
}

}  // namespace
}  // namespace coffer::iam
