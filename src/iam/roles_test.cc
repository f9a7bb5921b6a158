#include "iam/roles.h"

#include <gtest/gtest.h>

#include "iam/attachments.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::IdentitySite;
using testing::kAccount;
using testing::kOther;
using testing::role_ref;
using testing::trusting;
using testing::user_ref;

constexpr std::string_view kRoot = "arn:aws:iam::123456789012:root";
constexpr std::string_view kAlice = "arn:aws:iam::210987654321:user/alice";

class RolesTest : public ::testing::Test {
 protected:
  Result<Role> make(std::string name, std::string trust) {
    return create_role(store_, kAccount, {.name = std::move(name), .trust_policy = std::move(trust)});
  }
  std::string shown(std::string_view name) {
    return *shown_trust_policy(*site_.entities().role(name), site_.identities);
  }
  // The principals of the trust policy as they decide.
  std::vector<std::string> trusted(std::string_view name) {
    const SnapshotPointer snapshot = site_.snapshot();
    std::vector<std::string> names;
    for (const auto& principal : snapshot->role(name)->trust->document().statements.at(0).principals->items)
      names.push_back(principal.text);
    return names;
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(RolesTest, ANewRoleHasATrustPolicyThatIsCompiled) {
  const auto role = create_role(store_, kAccount,
                                {.name = "Reader",
                                 .path = "/apps/",
                                 .trust_policy = trusting(kRoot),
                                 .max_session_duration = std::chrono::hours(2)});
  ASSERT_TRUE(role.ok()) << role.error().message;
  EXPECT_TRUE(role->unique_id.starts_with("AROA"));
  const SnapshotPointer snapshot = site_.snapshot();
  const Identity* const identity = snapshot->role("READER");
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->arn, "arn:aws:iam::123456789012:role/apps/Reader");
  EXPECT_EQ(identity->max_session_duration, std::chrono::hours(2));
  ASSERT_NE(identity->trust, nullptr);
  EXPECT_EQ(identity->trust->document().statements.size(), 1u);
  EXPECT_EQ(make("reader", trusting(kRoot)).error().message, "Role with name reader already exists.");
}

TEST_F(RolesTest, PrincipalsThatDoNotExistAreRefusedByName) {
  const std::pair<std::string, std::string> cases[] = {
      {trusting(kAlice), R"(Invalid principal in policy: "AWS":"arn:aws:iam::210987654321:user/alice")"},
      {trusting("arn:aws:iam::999999999999:root"),
       R"(Invalid principal in policy: "AWS":"arn:aws:iam::999999999999:root")"},
      {trusting("999999999999"), R"(Invalid principal in policy: "AWS":"999999999999")"},
      {trusting("arn:aws:sts::123456789012:assumed-role/absent/s"),
       R"(Invalid principal in policy: "AWS":"arn:aws:sts::123456789012:assumed-role/absent/s")"},
      {trusting("AIDAABCDEFGHIJKLMNOPQ"), R"(Invalid principal in policy: "AWS":"AIDAABCDEFGHIJKLMNOPQ")"},
      {trusting("bob"), R"(Invalid principal in policy: "AWS":"bob")"},
  };
  for (const auto& [trust, message] : cases) {
    const auto refused = make("r", trust);
    ASSERT_FALSE(refused.ok()) << trust;
    EXPECT_EQ(refused.error().code, ErrorCode::kMalformedPolicyDocument);
    EXPECT_EQ(refused.error().message, message);
  }
}

TEST_F(RolesTest, TrustIsBoundToWhoHadTheNameThen) {
  const User first = *create_user(store_, kOther, {.name = "alice"});
  ASSERT_TRUE(make("r", trusting(kAlice)).ok());
  EXPECT_EQ(trusted("r"), std::vector{first.unique_id});
  EXPECT_EQ(shown("r"), trusting(kAlice));

  ASSERT_TRUE(update_user(store_, {kOther, EntityKind::kUser, "alice"}, {.name = "alicia", .path = {}}).ok());
  EXPECT_EQ(shown("r"), trusting("arn:aws:iam::210987654321:user/alicia")) << "the ARN that it has now";

  ASSERT_TRUE(delete_user(store_, {kOther, EntityKind::kUser, "alicia"}).ok());
  ASSERT_TRUE(create_user(store_, kOther, {.name = "alice"}).ok());
  EXPECT_EQ(trusted("r"), std::vector{first.unique_id}) << "not the new alice";
  EXPECT_EQ(shown("r"), trusting(first.unique_id));
}

TEST_F(RolesTest, ARoleThatIsMadeAgainIsNotTheOneThatWasTrusted) {
  const Role first = *make("caller", trusting(kRoot));
  ASSERT_TRUE(make("target", trusting("arn:aws:iam::123456789012:role/caller")).ok());
  ASSERT_TRUE(delete_role(store_, role_ref("caller")).ok());
  const Role second = *make("caller", trusting(kRoot));
  EXPECT_EQ(trusted("target"), std::vector{first.unique_id});
  EXPECT_NE(first.unique_id, second.unique_id);
  ASSERT_TRUE(update_trust_policy(store_, role_ref("target"), trusting("arn:aws:iam::123456789012:role/caller")).ok());
  EXPECT_EQ(trusted("target"), std::vector{second.unique_id});
}

TEST_F(RolesTest, TheCaseAndPathOfAPrincipalCount) {
  ASSERT_TRUE(create_user(store_, kAccount, {.name = "alice", .path = "/x/"}).ok());
  EXPECT_FALSE(make("r", trusting("arn:aws:iam::123456789012:user/alice")).ok());
  EXPECT_FALSE(make("r", trusting("arn:aws:iam::123456789012:user/x/Alice")).ok());
  EXPECT_TRUE(make("r", trusting("arn:aws:iam::123456789012:user/x/alice")).ok());
}

TEST_F(RolesTest, WhatIsNoTrustPolicyIsRefusedInIamsWords) {
  const std::pair<const char*, const char*> cases[] = {
      {"{", "This policy contains invalid Json"},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}})",
       "Has prohibited field Resource"},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})",
       "Missing required field Principal"},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}})",
       "AssumeRole policy may only specify STS AssumeRole actions."},
      {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"x y"},"Action":"sts:AssumeRole"}})",
       R"(Invalid principal in policy: "SERVICE":"x y")"},
  };
  for (const auto& [text, message] : cases) {
    const auto refused = make("r", text);
    ASSERT_FALSE(refused.ok()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kMalformedPolicyDocument) << text;
    EXPECT_EQ(refused.error().message, message);
  }
  const auto too_long = make("r", trusting(kRoot) + std::string(100'000, ' '));
  EXPECT_TRUE(too_long.ok()) << "white space does not count";
  std::string many = R"({"Version":"2012-10-17","Statement":[)";
  for (int i = 0; i < 30; ++i)
    many += R"({"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole"},)";
  many.back() = ']';
  const auto refused = make("s", many + "}");
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused.error().message, "Cannot exceed quota for ACLSizePerRole: 2048");
}

TEST_F(RolesTest, ProvidersAndServicesCanBeTrusted) {
  EXPECT_TRUE(make("web", R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":)"
                          R"("arn:aws:iam::123456789012:oidc-provider/issuer.example/a"},)"
                          R"("Action":"sts:AssumeRoleWithWebIdentity"}})")
                  .ok());
  EXPECT_TRUE(make("service", R"({"Version":"2008-10-17","Statement":{"Effect":"Allow",)"
                              R"("Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}})")
                  .ok());
}

TEST_F(RolesTest, ARoleGoesOnlyWithoutPolicies) {
  ASSERT_TRUE(make("r", trusting(kRoot)).ok());
  ASSERT_TRUE(put_inline_policy(store_, role_ref("r"), {"p", allowing("kms:*")}).ok());
  EXPECT_EQ(delete_role(store_, role_ref("r")).error().message, "Cannot delete entity, must delete policies first.");
  ASSERT_TRUE(delete_inline_policy(store_, role_ref("r"), "p").ok());
  ASSERT_TRUE(delete_role(store_, role_ref("r")).ok());
  EXPECT_EQ(delete_role(store_, role_ref("r")).error().message, "The role with name r cannot be found.");
}

TEST_F(RolesTest, DescriptionAndDurationChange) {
  ASSERT_TRUE(make("r", trusting(kRoot)).ok());
  ASSERT_TRUE(update_role(store_, role_ref("r"), {.description = "reads", .max_session_duration = {}}).ok());
  ASSERT_TRUE(
      update_role(store_, role_ref("r"), {.description = {}, .max_session_duration = std::chrono::hours(12)}).ok());
  EXPECT_EQ(site_.entities().role("r")->description, "reads");
  EXPECT_EQ(site_.snapshot()->role("r")->max_session_duration, std::chrono::hours(12));
  for (const Duration bad : {Duration(std::chrono::seconds(3599)), Duration(std::chrono::seconds(43201))}) {
    EXPECT_EQ(update_role(store_, role_ref("r"), {.description = {}, .max_session_duration = bad}).error().code,
              ErrorCode::kValidation);
  }
}

}  // namespace
}  // namespace coffer::iam
