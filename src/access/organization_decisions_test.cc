// What organizations change in decisions: whose policies limit whom, and what conditions can say about it.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "access/policy_authorizer.h"
#include "iam/testing/identity_site.h"
#include "organizations/accounts.h"
#include "organizations/attachments.h"
#include "organizations/lifecycle.h"
#include "organizations/policies.h"
#include "organizations/units.h"

namespace coffer::access {
namespace {

using iam::testing::kAccount;
using iam::testing::kOther;
using organizations::NodeId;
using organizations::PolicyType;

const AccountId kManagement = *AccountId::parse("999999999999");
constexpr std::string_view kRead = "secretsmanager:GetSecretValue";

std::string denying(std::string_view action, std::string_view more = "") {
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":")" + std::string(action) +
         R"(","Resource":"*")" + std::string(more) + "}}";
}

// The organization has kAccount in a unit, and kManagement. kOther is outside.
class OrganizationDecisionsTest : public ::testing::Test {
 protected:
  OrganizationDecisionsTest() {
    EXPECT_TRUE(site_.accounts.create("management", kManagement).ok());
    organization_ = *create_organization(changes_, {kManagement, "management", "m@example.com"});
    unit_ = create_unit(changes_, organization_.id, {organization_.root, "workloads", {}})->id;
    const organizations::NewMember member{.account = kAccount, .name = "a", .email = "a@example.com", .parent = unit_};
    EXPECT_TRUE(join(changes_, organization_.id, member).ok());
    for (const PolicyType type : organizations::kPolicyTypes)
      EXPECT_TRUE(enable_policy_type(changes_, organization_.id, {organization_.root, type}).ok());
  }
  ~OrganizationDecisionsTest() override { ::close(log_file_); }

  organizations::PolicyId attach(PolicyType type, const std::string& content, const NodeId& target) {
    const auto made =
        create_policy(changes_, organization_.id, {type, "policy " + std::to_string(++made_), "", content, {}});
    EXPECT_TRUE(made.ok()) << made.error().message;
    EXPECT_TRUE(attach_policy(changes_, organization_.id, {made->id, target}).ok());
    return made->id;
  }

  static api::Resource secret_of(const AccountId& account, const std::string& resource_policy = "") {
    api::Resource resource{.name = "arn:aws:secretsmanager:us-east-1:" + account.text() + ":secret:db-AbCdEf",
                           .account = account};
    if (!resource_policy.empty()) {
      resource.policy = std::make_shared<const policy::CompiledPolicy>(
          *policy::parse_document(resource_policy, policy::DocumentKind::kSecretPolicy));
    }
    return resource;
  }
  // Allows everybody who is as the condition says.
  static std::string open_to(const std::string& condition) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",)"
           R"("Condition":)" +
           condition + "}}";
  }

  // As the root user of the account. "ok", or the refusal.
  std::string read(const AccountId& caller, const api::Resource& resource) {
    const auth::Caller root{.account = caller,
                            .kind = auth::PrincipalKind::kRoot,
                            .arn = "arn:aws:iam::" + caller.text() + ":root",
                            .access_key = {},
                            .user_id = caller.text()};
    const api::Client client;
    api::ConditionKeys keys;
    const Result<void> decided = authorizer_.authorize({.caller = root,
                                                        .client = client,
                                                        .now = site_.clock.now(),
                                                        .request_id = "request",
                                                        .action = kRead,
                                                        .resource = resource},
                                                       keys);
    return decided.ok() ? "ok" : decided.error().message;
  }

  iam::testing::IdentitySite site_;
  organizations::OrganizationCache organizations_{*site_.store};
  organizations::OrganizationStore changes_{{*site_.store, site_.random, site_.clock, organizations_, site_.home}};
  organizations::Organization organization_;
  NodeId unit_;
  int made_ = 0;
  int log_file_ = ::memfd_create("log", MFD_CLOEXEC);
  Log log_{site_.clock, log_file_, LogLevel::kInfo};
  ExplanationStore explanations_{log_, 1 << 20};
  PolicyAuthorizer authorizer_{{site_.cache, organizations_, explanations_, *Region::parse("us-east-1")}};
};

TEST_F(OrganizationDecisionsTest, AServiceControlPolicyLimitsEvenTheRootUserOfAMember) {
  EXPECT_EQ(read(kAccount, secret_of(kAccount)), "ok");
  const auto policy = attach(PolicyType::kServiceControl, denying("secretsmanager:Get*"), unit_);
  const std::string refused = read(kAccount, secret_of(kAccount));
  EXPECT_NE(
      refused.find("with an explicit deny in a service control policy: arn:aws:organizations::999999999999:policy/"),
      std::string::npos)
      << refused;
  EXPECT_TRUE(detach_policy(changes_, organization_.id, {policy, unit_}).ok());
  EXPECT_EQ(read(kAccount, secret_of(kAccount)), "ok") << "it counts until the next request";
}

TEST_F(OrganizationDecisionsTest, EachLevelMustAllow) {
  attach(PolicyType::kServiceControl,
         R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})", unit_);
  EXPECT_EQ(read(kAccount, secret_of(kAccount)), "ok");
  EXPECT_TRUE(
      detach_policy(changes_, organization_.id, {*organizations::PolicyId::parse("p-FullAWSAccess"), unit_}).ok());
  const std::string refused = read(kAccount, secret_of(kAccount));
  EXPECT_NE(refused.find("because no service control policy allows the secretsmanager:GetSecretValue action"),
            std::string::npos)
      << refused;
}

TEST_F(OrganizationDecisionsTest, NoPolicyLimitsTheManagementAccount) {
  attach(PolicyType::kServiceControl, denying("*"), organization_.root);
  attach(PolicyType::kResourceControl, denying("secretsmanager:*", R"(,"Principal":"*")"), organization_.root);
  EXPECT_EQ(read(kManagement, secret_of(kManagement)), "ok");
  EXPECT_NE(read(kAccount, secret_of(kAccount)), "ok");
}

// What a service control policy cannot do: it knows only callers of the organization.
TEST_F(OrganizationDecisionsTest, AResourceControlPolicyLimitsCallersFromOutside) {
  const std::string open_to_all = open_to("{}");
  attach(PolicyType::kServiceControl, denying("*"), unit_);
  EXPECT_EQ(read(kOther, secret_of(kAccount, open_to_all)), "ok");
  attach(PolicyType::kResourceControl,
         denying("secretsmanager:*", R"(,"Principal":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":")" +
                                         organization_.id.text() + R"("}})"),
         organization_.root);
  EXPECT_NE(read(kOther, secret_of(kAccount, open_to_all)), "ok");
  EXPECT_EQ(read(kManagement, secret_of(kAccount, open_to_all)), "ok");
}

TEST_F(OrganizationDecisionsTest, ResourceControlPoliciesDoNotReachWhatIsAwss) {
  attach(PolicyType::kResourceControl, denying("secretsmanager:*", R"(,"Principal":"*")"), organization_.root);
  api::Resource resource = secret_of(kAccount);
  EXPECT_NE(read(kAccount, resource), "ok");
  resource.is_managed_by_aws = true;
  EXPECT_EQ(read(kAccount, resource), "ok");
}

TEST_F(OrganizationDecisionsTest, ConditionsTellWhereTheCallerIs) {
  const std::string id = organization_.id.text();
  const std::string path = id + "/" + organization_.root.text() + "/" + unit_.text() + "/";
  const auto may = [&](const AccountId& caller, const std::string& condition) {
    return read(caller, secret_of(kOther, open_to(condition))) == "ok";
  };
  const std::string of_organization = R"({"StringEquals":{"aws:PrincipalOrgID":")" + id + R"("}})";
  EXPECT_TRUE(may(kAccount, of_organization));
  EXPECT_TRUE(may(kManagement, of_organization));
  EXPECT_FALSE(may(*AccountId::parse("888888888888"), of_organization));
  const std::string of_unit = R"({"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":")" + path + R"(*"}})";
  EXPECT_TRUE(may(kAccount, of_unit));
  EXPECT_FALSE(may(kManagement, of_unit)) << "it is in the root";
  EXPECT_TRUE(may(kAccount, R"({"Null":{"aws:ResourceOrgID":"true"}})"));
}

TEST_F(OrganizationDecisionsTest, ConditionsTellWhereTheResourceIs) {
  const auto may = [&](const AccountId& owner, const std::string& condition) {
    return read(kManagement, secret_of(owner, open_to(condition))) == "ok";
  };
  const std::string id = organization_.id.text();
  EXPECT_TRUE(may(kAccount, R"({"StringEquals":{"aws:ResourceOrgID":")" + id + R"("}})"));
  EXPECT_FALSE(may(kOther, R"({"StringEquals":{"aws:ResourceOrgID":")" + id + R"("}})"));
  EXPECT_TRUE(may(kAccount, R"({"ForAllValues:StringLike":{"aws:ResourceOrgPaths":"*/)" + unit_.text() + R"(/"}})"));
  EXPECT_TRUE(may(kAccount, R"({"StringEquals":{"aws:ResourceOrgID":"${aws:PrincipalOrgID}"}})"));
}

// Inside of an organization the caller is told which policy it was; others are not.
TEST_F(OrganizationDecisionsTest, ReasonsAreToldInsideOfTheOrganization) {
  attach(PolicyType::kResourceControl, denying("secretsmanager:*", R"(,"Principal":"*")"), unit_);
  const std::string open_to_all = open_to("{}");
  EXPECT_NE(read(kManagement, secret_of(kAccount, open_to_all)).find("resource control policy"), std::string::npos);
  EXPECT_EQ(read(kOther, secret_of(kAccount, open_to_all)).find("resource control policy"), std::string::npos);
}

}  // namespace
}  // namespace coffer::access
