#include "iam/attachments.h"

#include <gtest/gtest.h>

#include "iam/policies.h"
#include "iam/roles.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::IdentitySite;
using testing::kAccount;
using testing::role_ref;
using testing::user_ref;

class AttachmentsTest : public ::testing::Test {
 protected:
  AttachmentsTest() {
    EXPECT_TRUE(create_user(store_, kAccount, {.name = "alice"}).ok());
    EXPECT_TRUE(create_role(store_, kAccount,
                            {.name = "reader", .trust_policy = testing::trusting("arn:aws:iam::123456789012:root")})
                    .ok());
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(AttachmentsTest, TenPoliciesCanBeAttachedOnceEach) {
  for (int i = 0; i < 11; ++i) {
    const std::string name = "p" + std::to_string(i);
    ASSERT_TRUE(create_policy(store_, kAccount, {.name = name, .text = allowing("kms:*")}).ok());
    const std::string arn = "arn:aws:iam::123456789012:policy/" + name;
    const auto attached = attach_policy(store_, role_ref("reader"), arn);
    ASSERT_EQ(attached.ok(), i < 10);
    if (attached.ok()) {
      EXPECT_TRUE(attach_policy(store_, role_ref("reader"), arn).ok()) << "again";
    } else {
      EXPECT_EQ(attached.error().message, "Cannot exceed quota for PoliciesPerRole: 10");
    }
  }
  EXPECT_EQ(site_.snapshot()->role("reader")->policies.size(), 10u);
}

TEST_F(AttachmentsTest, WhatIsNoPolicyOrNotAttachedIsNamed) {
  const std::string absent = "arn:aws:iam::123456789012:policy/absent";
  EXPECT_EQ(attach_policy(store_, user_ref("alice"), absent).error().message,
            "Policy " + absent + " does not exist or is not attachable.");
  EXPECT_EQ(detach_policy(store_, user_ref("alice"), absent).error().message, "Policy " + absent + " was not found.");
  EXPECT_EQ(attach_policy(store_, user_ref("bob"), absent).error().message, "The user with name bob cannot be found.");
}

TEST_F(AttachmentsTest, AnInlinePolicyIsReplacedByOneOfItsName) {
  ASSERT_TRUE(put_inline_policy(store_, user_ref("alice"), {"b", allowing("kms:Decrypt")}).ok());
  ASSERT_TRUE(put_inline_policy(store_, user_ref("alice"), {"a", allowing("kms:Encrypt")}).ok());
  ASSERT_TRUE(put_inline_policy(store_, user_ref("alice"), {"b", allowing("kms:Sign")}).ok());
  const User& alice = *site_.entities().user("alice");
  EXPECT_EQ(alice.inline_policies,
            (std::vector<InlinePolicy>{{"a", allowing("kms:Encrypt")}, {"b", allowing("kms:Sign")}}));
  EXPECT_EQ(find_inline_policy(alice, "B"), nullptr) << "the names of policies have a case";
  EXPECT_EQ(delete_inline_policy(store_, user_ref("alice"), "c").error().message,
            "The user policy with name c cannot be found.");
}

// Each kind of holder has a limit of its own, for all its inline policies together.
TEST_F(AttachmentsTest, InlinePoliciesShareALimit) {
  const std::string large = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:)" +
                            std::string(1100, 'x') + R"(","Resource":"*"}]})";
  ASSERT_TRUE(put_inline_policy(store_, user_ref("alice"), {"a", large}).ok());
  const auto refused = put_inline_policy(store_, user_ref("alice"), {"b", large});
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused.error().message, "Maximum policy size of 2048 bytes exceeded for user alice");
  EXPECT_TRUE(put_inline_policy(store_, user_ref("alice"), {"a", large}).ok()) << "in its own place";
  ASSERT_TRUE(put_inline_policy(store_, role_ref("reader"), {"a", large}).ok());
  EXPECT_TRUE(put_inline_policy(store_, role_ref("reader"), {"b", large}).ok());
}

TEST_F(AttachmentsTest, WhatIsNoIdentityPolicyIsRefusedInIamsWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"{", "Syntax errors in policy."},
      {R"({"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})",
       "Policy document must be version 2012-10-17 or greater."},
      {R"({"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})",
       "Policy document must be version 2012-10-17 or greater."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*"}})",
       "Policy statement must contain actions."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*"}})",
       "Policy statement must contain resources."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"decrypt","Resource":"*"}})",
       "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["kms:*","a:b:c"],"Resource":"*"}})",
       "Actions/Condition can contain only one colon."},
      {R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"k*s:x","Resource":"*"}]})",
       "Vendor k*s is not valid"},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"key/1"}})",
       R"(Resource key/1 must be in ARN format or "*".)"},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"arn:x y:kms:::k"}})",
       R"(Partition "x y" is not valid for resource "arn:x y:kms:::k".)"},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":)"
       R"(["*","arn:aws:iam:us-east-1:123456789012:user/ann"]}})",
       "IAM resource arn:aws:iam:us-east-1:123456789012:user/ann cannot contain region information."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","NotResource":"arn:aws:s3:*::b/k"}})",
       "Resource arn:aws:s3:*::b/k can not contain region information."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}})",
       "Policy document should not specify a principal."},
      {R"({"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"kms:*","Resource":"*"},)"
       R"({"Sid":"a","Effect":"Allow","Action":"kms:*","Resource":"*"}]})",
       "Statement IDs (SID) in a single policy must be unique."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"allow","Action":"kms:*","Resource":"*"}})",
       "Syntax errors in policy."},
  };
  for (const auto& [text, message] : cases) {
    const auto refused = put_inline_policy(store_, user_ref("alice"), {"p", text});
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kMalformedPolicyDocument) << text;
    EXPECT_EQ(refused.error().message, message);
  }
}

TEST_F(AttachmentsTest, ResourcesOfIamHaveAPath) {
  const auto put = [this](const std::string& resource) {
    const auto done = put_inline_policy(
        store_, user_ref("alice"),
        {"p",
         R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:*","Resource":")" + resource + "\"}}"});
    return done.ok() ? "ok" : done.error().message;
  };
  for (const char* good : {"arn:aws:iam::123456789012:*", "arn:aws:iam::123456789012:root", "arn:aws:iam::*:user/ann",
                           "arn:aws:iam::123456789012:ro*", "arn:aws:iam::123456789012:role/a/${aws:username}",
                           "arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam", "arn:aws:iam::123456789012",
                           "arn:aws:s3:us-east-1:123456789012:accesspoint/a", "arn:aws:s3:::b"})
    EXPECT_EQ(put(good), "ok") << good;
  for (const char* bad : {"arn:aws:iam::123456789012:*/ann", "arn:aws:iam::123456789012:ann",
                          "arn:aws:iam::123456789012:users/ann", "arn:aws:iam::123456789012:${aws:username}"}) {
    EXPECT_TRUE(put(bad).starts_with(R"(IAM resource path must either be "*", root, or start with user/, )")) << bad;
  }
}

TEST_F(AttachmentsTest, ABoundaryIsOneManagedPolicy) {
  const std::string read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  for (const EntityRef& ref : {user_ref("alice"), role_ref("reader")}) {
    EXPECT_EQ(delete_boundary(store_, ref).error().code, ErrorCode::kNoSuchEntity);
    ASSERT_TRUE(put_boundary(store_, ref, read_only).ok());
    const SnapshotPointer snapshot = site_.snapshot();
    const Identity* const identity =
        ref.kind == EntityKind::kUser ? snapshot->user(ref.name) : snapshot->role(ref.name);
    EXPECT_EQ(identity->boundary, (PolicyPointers{snapshot->managed_policy(read_only)}));
    EXPECT_TRUE(identity->policies.empty()) << "a boundary grants nothing";
    ASSERT_TRUE(delete_boundary(store_, ref).ok());
    const SnapshotPointer after = site_.snapshot();
    EXPECT_TRUE((ref.kind == EntityKind::kUser ? after->user(ref.name) : after->role(ref.name))->boundary.empty());
  }
}

}  // namespace
}  // namespace coffer::iam
