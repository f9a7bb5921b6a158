#include "iam/aws_managed_policies.h"

#include <gtest/gtest.h>

#include <set>

#include "policy/evaluator.h"

namespace coffer::iam {
namespace {

// Whether a user with that policy alone may do something in its own account.
bool allows(const AwsManagedPolicies& policies, std::string_view name, std::string_view action,
            std::string_view resource) {
  const policy::CompiledPolicy* const policy = policies.compiled("arn:aws:iam::aws:policy/" + std::string(name));
  if (policy == nullptr) return false;
  const policy::CompiledPolicy* const list[] = {policy};
  policy::RequestContext context;
  context.add("aws:username", "alice");
  const policy::RequestPrincipal alice{
      .kind = policy::PrincipalKind::kUser, .arn = "arn:aws:iam::123456789012:user/alice", .account = "123456789012"};
  return policy::evaluate({alice, action, resource, "123456789012", {}, context}, {.identity = list}).allowed();
}

constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";
constexpr std::string_view kKey = "arn:aws:kms:us-east-1:123456789012:key/1";

TEST(AwsManagedPolicies, EachIsFoundByItsArnAndInOrder) {
  const AwsManagedPolicies policies;
  std::set<std::string> ids;
  std::string last;
  for (const auto& policy : policies.all()) {
    EXPECT_LT(last, small(policy->name));
    last = small(policy->name);
    EXPECT_EQ(policies.find(AwsManagedPolicies::arn_of(*policy)), policy.get());
    EXPECT_EQ(policies.compiled(AwsManagedPolicies::arn_of(*policy))->source().arn,
              AwsManagedPolicies::arn_of(*policy));
    EXPECT_EQ(policy->unique_id.size(), 21u) << policy->name;
    EXPECT_TRUE(ids.insert(policy->unique_id).second);
  }
  EXPECT_EQ(policies.find("arn:aws:iam::aws:policy/Nothing"), nullptr);
  EXPECT_EQ(policies.find("arn:aws:iam::123456789012:policy/AdministratorAccess"), nullptr);
}

TEST(AwsManagedPolicies, EachGrantsWhatItsNameSays) {
  const AwsManagedPolicies policies;
  struct Case {
    std::string_view policy, action, resource;
    bool allowed;
  };
  const Case cases[] = {
      {"AdministratorAccess", "iam:CreateUser", "*", true},
      {"PowerUserAccess", "secretsmanager:GetSecretValue", kSecret, true},
      {"PowerUserAccess", "iam:CreateUser", "*", false},
      {"PowerUserAccess", "iam:ListRoles", "*", true},
      {"ReadOnlyAccess", "secretsmanager:DescribeSecret", kSecret, true},
      {"ReadOnlyAccess", "secretsmanager:GetSecretValue", kSecret, false},
      {"ReadOnlyAccess", "kms:Decrypt", kKey, false},
      {"SecretsManagerReadWrite", "secretsmanager:PutSecretValue", kSecret, true},
      {"SecretsManagerReadWrite", "kms:Decrypt", kKey, false},
      {"AWSKeyManagementServicePowerUser", "kms:CreateKey", "*", true},
      {"AWSKeyManagementServicePowerUser", "kms:PutKeyPolicy", kKey, false},
      {"AWSSecretsManagerClientReadOnlyAccess", "secretsmanager:GetSecretValue", kSecret, true},
      {"AWSSecretsManagerClientReadOnlyAccess", "kms:Decrypt", kKey, false},
      {"IAMFullAccess", "iam:DeleteRole", "arn:aws:iam::123456789012:role/r", true},
      {"IAMFullAccess", "kms:Decrypt", kKey, false},
      {"IAMReadOnlyAccess", "iam:GetUser", "arn:aws:iam::123456789012:user/a", true},
      {"IAMReadOnlyAccess", "iam:CreateUser", "arn:aws:iam::123456789012:user/a", false},
      {"IAMUserChangePassword", "iam:ChangePassword", "arn:aws:iam::123456789012:user/alice", true},
      {"IAMUserChangePassword", "iam:ChangePassword", "arn:aws:iam::123456789012:user/bob", false},
      {"AWSOrganizationsFullAccess", "organizations:CreateAccount", "*", true},
      {"AWSOrganizationsReadOnlyAccess", "organizations:CreateAccount", "*", false},
  };
  for (const Case& one : cases)
    EXPECT_EQ(allows(policies, one.policy, one.action, one.resource), one.allowed) << one.policy << " " << one.action;
}

}  // namespace
}  // namespace coffer::iam
