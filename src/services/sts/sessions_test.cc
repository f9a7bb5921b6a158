// GetSessionToken, GetFederationToken and GetAccessKeyInfo.
#include <gtest/gtest.h>

#include "services/sts/testing/world.h"

namespace coffer::sts_service::testing {
namespace {

constexpr std::string_view kName = R"({"Name":"bob"})";

class SessionsTest : public ::testing::Test {
 protected:
  auth::Caller session_of(const auth::Caller& caller) {
    return world_.caller_of(world_.call(caller, "GetSessionToken"));
  }
  auth::Caller federated_by(const auth::Caller& caller, std::string_view input = kName) {
    return world_.caller_of(world_.call(caller, "GetFederationToken", input));
  }
  auth::Caller role_session() {
    world_.trust("reader", R"({"AWS":"arn:aws:iam::123456789012:user/team/alice"})");
    return world_.caller_of(world_.assume(alice_, sts::testing::World::kReader));
  }

  ServiceWorld world_;
  const auth::Caller alice_ = world_.region.user();
  const auth::Caller root_ = world_.region.root();
};

TEST_F(SessionsTest, ASessionTokenNeedsNoPermissionAndIsTheCaller) {
  for (const auth::Caller& caller : {alice_, root_}) {
    const auth::Caller session = session_of(caller);
    EXPECT_EQ(session.arn, caller.arn);
    EXPECT_EQ(session.kind, caller.kind);
    EXPECT_EQ(world_.call(session, "GetCallerIdentity")["UserId"], caller.user_id);
  }
  EXPECT_EQ(session_of(alice_).session->expires, sts::testing::kNow + std::chrono::hours(12));
  EXPECT_EQ(session_of(root_).session->expires, sts::testing::kNow + std::chrono::hours(1));
}

TEST_F(SessionsTest, SessionsMakeNoSessionTokens) {
  for (const auth::Caller& caller : {session_of(alice_), session_of(root_), role_session()}) {
    EXPECT_EQ(world_.call(caller, "GetSessionToken").outcome(),
              "AccessDenied: Cannot call GetSessionToken with session credentials");
    EXPECT_EQ(world_.call(caller, "GetFederationToken", kName).outcome(),
              "AccessDenied: Cannot call GetFederationToken with session credentials");
  }
}

TEST_F(SessionsTest, ASessionTokenWithASecondFactorIsRefused) {
  EXPECT_EQ(world_
                .call(alice_, "GetSessionToken",
                      R"({"SerialNumber":"arn:aws:iam::123456789012:mfa/alice","TokenCode":"123456"})")
                .error,
            "AccessDenied");
}

TEST_F(SessionsTest, AFederationTokenNeedsAPermission) {
  EXPECT_EQ(world_.call(alice_, "GetFederationToken", kName).outcome(),
            "AccessDenied: User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: "
            "sts:GetFederationToken on resource: arn:aws:sts::123456789012:federated-user/bob because no "
            "identity-based policy allows the sts:GetFederationToken action");
  world_.allow_alice("sts:GetFederationToken");
  const Answer answer = world_.call(alice_, "GetFederationToken", kName);
  EXPECT_EQ(answer["FederatedUserId"], "123456789012:bob");
  EXPECT_EQ(answer["Arn"], "arn:aws:sts::123456789012:federated-user/bob");
  EXPECT_EQ(answer["PackedPolicySize"], "0");
  const auth::Caller bob = world_.caller_of(answer);
  EXPECT_EQ(world_.call(bob, "GetCallerIdentity")["UserId"], "123456789012:bob");
  EXPECT_EQ(bob.session->parent_id, alice_.user_id);
}

TEST_F(SessionsTest, TagsOfAFederatedUserAreAPermissionOfTheirOwn) {
  world_.allow_alice("sts:GetFederationToken");
  const std::string_view tagged = R"({"Name":"bob","Tags":[{"Key":"team","Value":"blue"}]})";
  EXPECT_EQ(world_.call(alice_, "GetFederationToken", tagged).error, "AccessDenied");
  world_.allow_alice("sts:*");
  EXPECT_EQ(federated_by(alice_, tagged).session->tags.size(), 1u);
}

TEST_F(SessionsTest, AFederatedUserHasWhatItsPoliciesAllowAndNoMore) {
  world_.allow_alice("sts:*");
  const auth::Caller bare = federated_by(alice_);
  EXPECT_EQ(world_.call(bare, "GetAccessKeyInfo", R"({"AccessKeyId":"ASIAY34FZKBOKMUTVV7A"})").error, "AccessDenied");
  EXPECT_EQ(world_.assume(bare, sts::testing::World::kReader).error, "AccessDenied");
  EXPECT_EQ(world_.call(bare, "GetCallerIdentity").error, "");
}

TEST_F(SessionsTest, PoliciesThatCannotBeAreRefused) {
  world_.allow_alice("sts:*");
  EXPECT_EQ(world_.call(alice_, "GetFederationToken", R"({"Name":"bob","Policy":"{}"})").error,
            "MalformedPolicyDocument");
  EXPECT_EQ(world_
                .call(alice_, "GetFederationToken",
                      R"({"Name":"bob","PolicyArns":[{"arn":"arn:aws:iam::123456789012:policy/none"}]})")
                .outcome(),
            "ValidationError: Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable.");
}

TEST_F(SessionsTest, AnAccessKeyTellsItsAccount) {
  const auto account_of = [&](const std::string& id) {
    return world_.call(root_, "GetAccessKeyInfo", R"({"AccessKeyId":")" + id + "\"}");
  };
  EXPECT_EQ(account_of(session_of(alice_).access_key.text())["Account"], "123456789012");
  EXPECT_EQ(account_of("ASIAY34FZKBOKMUTVV7A")["Account"], "609629065308");
  const auto root_of_other = world_.region.accounts.root_credentials(sts::testing::kOther);
  EXPECT_EQ(account_of(root_of_other->access_key_id.text())["Account"], "210987654321");
  EXPECT_EQ(account_of("AKIAIOSFODNN7EXAMPLE").outcome(),
            "ValidationError: The access key ID AKIAIOSFODNN7EXAMPLE does not exist.");
  EXPECT_EQ(world_.call(alice_, "GetAccessKeyInfo", R"({"AccessKeyId":"ASIAY34FZKBOKMUTVV7A"})").error, "AccessDenied");
}

}  // namespace
}  // namespace coffer::sts_service::testing
