// Which facts a decision is made from. What the policies make of them is the evaluator's business, and tested there.
#include "access/policy_authorizer.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/policies.h"
#include "iam/roles.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::access {
namespace {

using iam::testing::allowing;
using iam::testing::kAccount;
using iam::testing::kOther;
using iam::testing::role_ref;
using iam::testing::user_ref;

constexpr std::string_view kRead = "secretsmanager:GetSecretValue";
const std::string kSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";

std::shared_ptr<const policy::CompiledPolicy> compiled(const std::string& text, policy::DocumentKind kind) {
  return std::make_shared<const policy::CompiledPolicy>(*policy::parse_document(text, kind));
}

// Allows the action if all the conditions hold: `{"Bool": {"aws:SecureTransport": "true"}}`.
std::string allowing_if(std::string_view action, const std::string& condition) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + std::string(action) +
         R"(","Resource":"*","Condition":)" + condition + "}]}";
}

struct Asked {
  std::string action = std::string(kRead);
  api::Resource resource{.name = kSecret, .account = kAccount};
  api::Client client{.address = "10.1.2.3", .user_agent = "test/1", .referer = "", .uses_tls = true};
  api::Via via = api::Via::kClient;
};

class PolicyAuthorizerTest : public ::testing::Test {
 protected:
  PolicyAuthorizerTest() {
    user_ = *iam::create_user(site_.identity_store, kAccount, {.name = "ann", .tags = {{"team", "red"}}});
    role_ = *iam::create_role(site_.identity_store, kAccount,
                              {.name = "app",
                               .path = "/apps/",
                               .trust_policy = iam::testing::trusting("123456789012"),
                               .tags = {{"team", "blue"}, {"stage", "test"}}});
  }
  ~PolicyAuthorizerTest() override { ::close(log_file_); }

  auth::Caller root(const AccountId& account = kAccount) const {
    return {.account = account,
            .kind = auth::PrincipalKind::kRoot,
            .arn = "arn:aws:iam::" + account.text() + ":root",
            .user_id = account.text()};
  }
  auth::Caller user(std::shared_ptr<const auth::Session> session = nullptr) const {
    return {.account = kAccount,
            .kind = auth::PrincipalKind::kUser,
            .arn = "arn:aws:iam::123456789012:user/ann",
            .user_id = user_.unique_id,
            .session = std::move(session)};
  }
  auth::Caller role(auth::Session session = {}) const {
    return {.account = kAccount,
            .kind = auth::PrincipalKind::kRoleSession,
            .arn = "arn:aws:sts::123456789012:assumed-role/app/session",
            .user_id = role_.unique_id + ":session",
            .session = std::make_shared<const auth::Session>(std::move(session))};
  }
  auth::Caller federated(auth::Session session) const {
    return {.account = kAccount,
            .kind = auth::PrincipalKind::kFederatedUser,
            .arn = "arn:aws:sts::123456789012:federated-user/fred",
            .user_id = "123456789012:fred",
            .session = std::make_shared<const auth::Session>(std::move(session))};
  }

  void put(const iam::EntityRef& holder, const std::string& text) {
    ASSERT_TRUE(iam::put_inline_policy(site_.identity_store, holder, {.name = "p", .text = text}).ok());
  }

  Result<void> ask(const auth::Caller& caller, const Asked& asked = {}) {
    api::ConditionKeys keys;
    return authorizer_.authorize({.caller = caller,
                                  .client = asked.client,
                                  .now = site_.clock.now(),
                                  .request_id = "request",
                                  .action = asked.action,
                                  .resource = asked.resource,
                                  .via = asked.via},
                                 keys);
  }
  bool may(const auth::Caller& caller, const Asked& asked = {}) { return ask(caller, asked).ok(); }
  // Whether the condition holds for the caller, whose policy this is from now on.
  bool holds(const std::string& condition, const auth::Caller& caller, const Asked& asked = {}) {
    const bool is_user = caller.kind == auth::PrincipalKind::kUser;
    put(is_user ? user_ref("ann") : role_ref("app"), allowing_if("*", condition));
    return may(caller, asked);
  }

  iam::testing::IdentitySite site_;
  iam::User user_;
  iam::Role role_;
  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{site_.clock, log_file_, LogLevel::kInfo};
  ExplanationStore explanations_{log_, 1 << 20};
  organizations::OrganizationCache organizations_{*site_.store};
  PolicyAuthorizer authorizer_{
      {site_.cache, organizations_, explanations_, *Region::parse("us-east-1"), &site_.accounts}};
};

// --- the caller's policies ------------------------------------------------------------------------------------------

TEST_F(PolicyAuthorizerTest, TheRootUserMayDoEverythingInItsAccountOnly) {
  EXPECT_TRUE(may(root()));
  EXPECT_FALSE(may(root(kOther)));
}

TEST_F(PolicyAuthorizerTest, AUserMayWhatItsPoliciesAndItsGroupsAllow) {
  EXPECT_FALSE(may(user()));
  put(user_ref("ann"), allowing("kms:*"));
  EXPECT_FALSE(may(user()));
  ASSERT_TRUE(iam::create_group(site_.identity_store, kAccount, {.name = "readers"}).ok());
  put(iam::testing::group_ref("readers"), allowing(kRead));
  ASSERT_TRUE(iam::add_user_to_group(site_.identity_store, iam::testing::group_ref("readers"), "ann").ok());
  EXPECT_TRUE(may(user()));
}

// Promised at the head of the class: nothing is remembered from one request to the next.
TEST_F(PolicyAuthorizerTest, WhatIsTakenAwayIsGoneAtTheNextRequest) {
  put(role_ref("app"), allowing("*"));
  ASSERT_TRUE(may(role()));
  ASSERT_TRUE(iam::delete_inline_policy(site_.identity_store, role_ref("app"), "p").ok());
  EXPECT_FALSE(may(role()));
}

TEST_F(PolicyAuthorizerTest, WhoWasDeletedMayNothingEvenIfAnotherHasTheName) {
  put(user_ref("ann"), allowing("*"));
  const auth::Caller before = user();
  ASSERT_TRUE(may(before));
  ASSERT_TRUE(iam::delete_inline_policy(site_.identity_store, user_ref("ann"), "p").ok());
  ASSERT_TRUE(iam::delete_user(site_.identity_store, user_ref("ann")).ok());
  ASSERT_TRUE(iam::create_user(site_.identity_store, kAccount, {.name = "ann"}).ok());
  put(user_ref("ann"), allowing("*"));
  EXPECT_FALSE(may(before));
}

TEST_F(PolicyAuthorizerTest, ABoundaryLimits) {
  put(user_ref("ann"), allowing("*"));
  const auto boundary =
      iam::create_policy(site_.identity_store, kAccount, {.name = "limit", .text = allowing("kms:*")});
  ASSERT_TRUE(boundary.ok());
  ASSERT_TRUE(iam::put_boundary(site_.identity_store, user_ref("ann"), "arn:aws:iam::123456789012:policy/limit").ok());
  EXPECT_FALSE(may(user()));
  EXPECT_TRUE(may(user(), {.action = "kms:ListKeys"}));
}

TEST_F(PolicyAuthorizerTest, ASessionPolicyLimits) {
  put(role_ref("app"), allowing("*"));
  auth::Session session;
  session.policy = compiled(allowing("kms:*"), policy::DocumentKind::kIdentityPolicy);
  EXPECT_FALSE(may(role(session)));
  EXPECT_TRUE(may(role(session), {.action = "kms:ListKeys"}));
  // Several are a union.
  session.policy_arns = {"arn:aws:iam::aws:policy/SecretsManagerReadWrite"};
  EXPECT_TRUE(may(role(session)));
}

// A policy that was deleted since must not set the session free, as if it had had none.
TEST_F(PolicyAuthorizerTest, ASessionPolicyThatIsGoneAllowsNothing) {
  put(role_ref("app"), allowing("*"));
  auth::Session session;
  session.policy_arns = {"arn:aws:iam::123456789012:policy/gone"};
  EXPECT_FALSE(may(role(session)));
}

TEST_F(PolicyAuthorizerTest, AFederatedUserHasItsParentsPowerWithinItsSession) {
  put(user_ref("ann"), allowing("secretsmanager:*"));
  auth::Session session;
  session.parent_arn = "arn:aws:iam::123456789012:user/ann";
  session.parent_id = user_.unique_id;
  EXPECT_FALSE(may(federated(session))) << "without session policies it has none";
  session.policy = compiled(allowing("*"), policy::DocumentKind::kIdentityPolicy);
  EXPECT_TRUE(may(federated(session)));
  EXPECT_FALSE(may(federated(session), {.action = "kms:ListKeys"})) << "the parent may not";
  session.parent_id = kAccount.text();
  session.parent_arn = root().arn;
  EXPECT_TRUE(may(federated(session), {.action = "kms:ListKeys"})) << "root may";
}

// --- the resource's side --------------------------------------------------------------------------------------------

TEST_F(PolicyAuthorizerTest, AFederatedUserHasTheTagsOfItsParent) {
  const auto session = [&](const std::string& team) {
    auth::Session made{.tags = {{"stage", "test"}}};
    made.parent_arn = "arn:aws:iam::123456789012:user/ann";
    made.parent_id = user_.unique_id;
    made.policy =
        compiled(allowing_if("*", R"({"StringEquals":{"aws:PrincipalTag/stage":"test","aws:PrincipalTag/team":")" +
                                      team + "\"}}"),
                 policy::DocumentKind::kIdentityPolicy);
    return made;
  };
  put(user_ref("ann"), iam::testing::allowing("*"));
  EXPECT_TRUE(may(federated(session("red"))));
  EXPECT_FALSE(may(federated(session("blue"))));
}

// AWS answers as to whoever it does not know.
TEST_F(PolicyAuthorizerTest, SessionsOfUsersAreKeptOutOfIam) {
  put(user_ref("ann"), iam::testing::allowing("*"));
  put(role_ref("app"), iam::testing::allowing("*"));
  Asked asked{.action = "iam:ListUsers"};
  asked.resource.name = "*";
  const auto session = [](std::optional<Time> mfa) {
    auth::Session made;
    made.mfa = mfa;
    return std::make_shared<const auth::Session>(std::move(made));
  };
  EXPECT_TRUE(may(user(), asked));
  EXPECT_EQ(ask(user(session(std::nullopt)), asked).error().code, ErrorCode::kUnrecognizedClient);
  EXPECT_TRUE(may(user(session(Time())), asked));
  EXPECT_TRUE(may(role(), asked));
  auth::Session handed_on;
  handed_on.parent_id = user_.unique_id;
  handed_on.policy = compiled(iam::testing::allowing("*"), policy::DocumentKind::kIdentityPolicy);
  EXPECT_EQ(ask(federated(handed_on), asked).error().code, ErrorCode::kUnrecognizedClient);
}

TEST_F(PolicyAuthorizerTest, AcrossAccountsBothSidesAreAsked) {
  Asked theirs{
      .resource = {.name = "arn:aws:secretsmanager:us-east-1:210987654321:secret:db-AbCdEf", .account = kOther}};
  put(role_ref("app"), allowing(kRead));
  EXPECT_FALSE(may(role(), theirs));
  theirs.resource.policy = compiled(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*",
      "Principal":{"AWS":"arn:aws:iam::123456789012:role/apps/app"},"Resource":"*"}]})",
                                    policy::DocumentKind::kSecretPolicy);
  EXPECT_TRUE(may(role(), theirs));
  put(role_ref("app"), allowing("kms:*"));
  EXPECT_FALSE(may(role(), theirs));
}

// Stored policies name users and roles by their unique ids.
// Its policies outlive it, and nobody can sign in to change them.
TEST_F(PolicyAuthorizerTest, WhatAClosedAccountAllowedOthersItAllowsNoMore) {
  Asked theirs{
      .resource = {.name = "arn:aws:secretsmanager:us-east-1:210987654321:secret:db-AbCdEf", .account = kOther}};
  theirs.resource.policy =
      compiled(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Principal":"*","Resource":"*"}})",
               policy::DocumentKind::kSecretPolicy);
  EXPECT_TRUE(may(root(), theirs));
  ASSERT_TRUE(site_.accounts.close(kOther).ok());
  EXPECT_EQ(ask(root(), theirs).error().code, ErrorCode::kAccessDenied);
}

TEST_F(PolicyAuthorizerTest, AResourcesPolicyMeansTheUniqueId) {
  Asked asked;
  const auto naming = [](const std::string& unique_id) {
    return compiled(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*",
        "Principal":{"AWS":")" +
                        unique_id + R"("},"Resource":"*"}]})",
                    policy::DocumentKind::kSecretPolicy);
  };
  asked.resource.policy = naming(user_.unique_id);
  EXPECT_TRUE(may(user(), asked));
  EXPECT_FALSE(may(role(), asked));
  asked.resource.policy = naming(role_.unique_id);
  EXPECT_TRUE(may(role(), asked));
  EXPECT_FALSE(may(user(), asked));
}

// --- condition keys -------------------------------------------------------------------------------------------------

TEST_F(PolicyAuthorizerTest, TheConnectionIsKnown) {
  EXPECT_TRUE(holds(R"({"IpAddress":{"aws:SourceIp":"10.1.0.0/16"},"Bool":{"aws:SecureTransport":"true"},
                        "StringEquals":{"aws:UserAgent":"test/1"},"Null":{"aws:referer":"true"}})",
                    user()));
  EXPECT_FALSE(may(user(), {.client = {.address = "10.2.2.3", .user_agent = "test/1", .uses_tls = true}}));
  EXPECT_FALSE(may(user(), {.client = {.address = "10.1.2.3", .user_agent = "test/1", .uses_tls = false}}));
  EXPECT_FALSE(may(user(), {.client = {.address = "10.1.2.3", .user_agent = "x", .referer = "y", .uses_tls = true}}));
}

TEST_F(PolicyAuthorizerTest, WhatAServiceAsksForItsCallerHasNoAddress) {
  const std::string condition = R"({"Null":{"aws:SourceIp":"true"},"Bool":{"aws:ViaAWSService":"true"}})";
  EXPECT_TRUE(holds(condition, user(), {.via = api::Via::kSecretsManager}));
  EXPECT_FALSE(holds(condition, user()));
  EXPECT_TRUE(holds(R"({"Bool":{"aws:ViaAWSService":"false","aws:PrincipalIsAWSService":"false"}})", user()));
}

TEST_F(PolicyAuthorizerTest, TheTimeIsTheRequests) {
  EXPECT_TRUE(holds(R"({"DateEquals":{"aws:CurrentTime":"2026-11-24T10:00:00Z"}})", user()));
  EXPECT_TRUE(holds(R"({"NumericEquals":{"aws:EpochTime":"1795514400"}})", user()));
}

TEST_F(PolicyAuthorizerTest, TheRegionOfGlobalServicesIsUsEast1) {
  const PolicyAuthorizer elsewhere{{site_.cache, organizations_, explanations_, *Region::parse("eu-west-1")}};
  put(user_ref("ann"), allowing_if("*", R"({"StringEquals":{"aws:RequestedRegion":"eu-west-1"}})"));
  const auth::Caller caller = user();
  const auto may_there = [&](std::string_view action) {
    api::ConditionKeys keys;
    const api::Resource resource{.name = "*", .account = kAccount};
    const api::Client client;
    return elsewhere
        .authorize(
            {.caller = caller, .client = client, .now = {}, .request_id = "r", .action = action, .resource = resource},
            keys)
        .ok();
  };
  EXPECT_TRUE(may_there("kms:ListKeys"));
  EXPECT_TRUE(may_there("sts:GetAccessKeyInfo"));
  EXPECT_FALSE(may_there("iam:ListUsers"));
  EXPECT_FALSE(may_there("organizations:ListAccounts"));
}

TEST_F(PolicyAuthorizerTest, ThePrincipalIsKnownByArnAndTags) {
  EXPECT_TRUE(holds(R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/ann"},
                        "StringEquals":{"aws:PrincipalTag/team":"red","aws:username":"ann","aws:PrincipalType":"User",
                                        "aws:PrincipalAccount":"123456789012","aws:ResourceAccount":"123456789012"}})",
                    user()));
  // Of a session the role's ARN, with its path.
  EXPECT_TRUE(holds(R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/apps/app"},
                        "StringEquals":{"aws:PrincipalTag/team":"blue","aws:PrincipalType":"AssumedRole"},
                        "Null":{"aws:username":"true","aws:PrincipalOrgID":"true"}})",
                    role()));
}

TEST_F(PolicyAuthorizerTest, ASessionsTagsStandInForTheRoles) {
  auth::Session session;
  session.tags = {{"Team", "green"}};
  EXPECT_TRUE(
      holds(R"({"StringEquals":{"aws:PrincipalTag/team":"green","aws:PrincipalTag/stage":"test"}})", role(session)));
}

TEST_F(PolicyAuthorizerTest, ASessionSaysWhenAndHowItWasMade) {
  EXPECT_TRUE(holds(R"({"Null":{"aws:TokenIssueTime":"true","aws:MultiFactorAuthPresent":"true",
                                "aws:MultiFactorAuthAge":"true","aws:SourceIdentity":"true",
                                "aws:FederatedProvider":"true"}})",
                    user()))
      << "long-term credentials have none of these";
  auth::Session session;
  session.issued = site_.clock.now() - std::chrono::hours(1);
  EXPECT_TRUE(holds(R"({"DateEquals":{"aws:TokenIssueTime":"2026-11-24T09:00:00Z"},
                        "Bool":{"aws:MultiFactorAuthPresent":"false"},"Null":{"aws:MultiFactorAuthAge":"true"}})",
                    role(session)));
  session.mfa = site_.clock.now() - std::chrono::minutes(90);
  session.source_identity = "ann";
  session.federated_provider = "arn:aws:iam::123456789012:oidc-provider/id.example.com";
  EXPECT_TRUE(holds(R"({"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericEquals":{"aws:MultiFactorAuthAge":"5400"},
                        "StringEquals":{"aws:SourceIdentity":"ann",
                        "aws:FederatedProvider":"arn:aws:iam::123456789012:oidc-provider/id.example.com"}})",
                    role(session)));
}

// --- denials --------------------------------------------------------------------------------------------------------

TEST_F(PolicyAuthorizerTest, ADenialHasAwsTextAndAnExplanation) {
  const Result<void> denied = ask(user());
  ASSERT_FALSE(denied.ok());
  EXPECT_EQ(denied.error().code, ErrorCode::kAccessDenied);
  EXPECT_EQ(denied.error().message,
            "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: secretsmanager:GetSecretValue on "
            "resource: " +
                kSecret + " because no identity-based policy allows the secretsmanager:GetSecretValue action");
  const std::vector<ExplanationPointer> kept = explanations_.find("request");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0]->message, denied.error().message);
  EXPECT_EQ(kept[0]->time, site_.clock.now());
  EXPECT_EQ(kept[0]->caller, user().arn);
  EXPECT_EQ(kept[0]->resource, kSecret);
}

TEST_F(PolicyAuthorizerTest, WhatIsAllowedLeavesNothing) {
  EXPECT_TRUE(may(root()));
  EXPECT_TRUE(explanations_.find("request").empty());
}

}  // namespace
}  // namespace coffer::access
