#include "iam/aws_managed_policies.h"

#include <algorithm>
#include <cstdlib>

#include "base/time_text.h"

namespace coffer::iam {
namespace {

struct Source {
  std::string_view name;
  std::string_view unique_id;
  std::string_view created;
  std::string_view description;
  std::string_view document;
};

constexpr std::string_view kPrefix = "arn:aws:iam::aws:policy/";

// In the order of their names in small letters.
constexpr Source kSources[] = {
    {"AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK", "2015-02-06T18:39:46Z", "Full access to all services.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})"},
    {"AWSKeyManagementServicePowerUser", "ANPAJNPP7PPPPMJRV2SA4", "2015-02-06T18:40:40Z",
     "Makes, describes, names and tags KMS keys, and lists who could be given the use of one.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["kms:CreateKey","kms:CreateAlias",)"
     R"("kms:DeleteAlias","kms:Describe*","kms:Get*","kms:List*","kms:GenerateRandom","kms:TagResource",)"
     R"("kms:UntagResource","iam:ListUsers","iam:ListGroups","iam:ListRoles"],"Resource":"*"}]})"},
    {"AWSOrganizationsFullAccess", "ANPAJZXBNRCJKNLQHSB5M", "2018-11-06T20:31:57Z", "Full access to AWS Organizations.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"organizations:*","Resource":"*"}]})"},
    {"AWSOrganizationsReadOnlyAccess", "ANPAJY5RQATUV77PEPVOM", "2018-11-06T20:32:38Z",
     "Describes and lists everything of AWS Organizations.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["organizations:Describe*",)"
     R"("organizations:List*"],"Resource":"*"}]})"},
    {"AWSSecretsManagerClientReadOnlyAccess", "ANPAQCLNTSMREADONLY23", "2025-11-05T20:04:08Z",
     "Reads and describes secrets, and decrypts them through Secrets Manager.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:DescribeSecret",)"
     R"("secretsmanager:GetSecretValue"],"Resource":"arn:aws:secretsmanager:*:*:secret:*"},{"Effect":"Allow",)"
     R"("Action":"kms:Decrypt","Resource":"arn:aws:kms:*:*:key/*","Condition":{"StringLike":{)"
     R"("kms:ViaService":"secretsmanager.*.amazonaws.com",)"
     R"("kms:EncryptionContext:SecretARN":"arn:aws:secretsmanager:*:*:secret:*"}}}]})"},
    {"IAMFullAccess", "ANPAI7XKCFMBPM3QQRRVQ", "2015-02-06T18:40:38Z", "Full access to IAM.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount",)"
     R"("organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit",)"
     R"("organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents",)"
     R"("organizations:ListPolicies","organizations:ListPoliciesForTarget","organizations:ListRoots",)"
     R"("organizations:ListTargetsForPolicy"],"Resource":"*"}]})"},
    {"IAMReadOnlyAccess", "ANPAJKSO7NDY4T57MWDSQ", "2015-02-06T18:40:39Z",
     "Reads and lists everything of IAM, and simulates policies.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:Get*","iam:List*",)"
     R"("iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:SimulateCustomPolicy",)"
     R"("iam:SimulatePrincipalPolicy"],"Resource":"*"}]})"},
    {"IAMUserChangePassword", "ANPAJ4L4MM2A7QIEB56MS", "2016-11-15T00:25:16Z", "Lets a user change its own password.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:ChangePassword",)"
     R"("Resource":["arn:aws:iam::*:user/${aws:username}","arn:aws:iam::*:user/*/${aws:username}"]},)"
     R"({"Effect":"Allow","Action":"iam:GetAccountPasswordPolicy","Resource":"*"}]})"},
    {"PowerUserAccess", "ANPAJYRXTHIB4FOVS3ZXS", "2015-02-06T18:39:47Z",
     "Full access to all services, but not to users, groups and roles, nor to organizations and accounts.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],)"
     R"("Resource":"*"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole",)"
     R"("iam:ListRoles","organizations:DescribeOrganization","account:GetAccountInformation",)"
     R"("account:GetPrimaryEmail","account:ListRegions"],"Resource":"*"}]})"},
    {"ReadOnlyAccess", "ANPAILL3HVNFSB6DCOWYQ", "2015-02-06T18:39:48Z",
     "Describes and lists resources, but does not read secrets nor decrypt.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:DescribeSecret",)"
     R"("secretsmanager:GetResourcePolicy","secretsmanager:List*","kms:Describe*","kms:Get*","kms:List*",)"
     R"("iam:Generate*","iam:Get*","iam:List*","iam:Simulate*","organizations:Describe*","organizations:List*",)"
     R"("sts:GetAccessKeyInfo","sts:GetCallerIdentity","sts:GetSessionToken"],"Resource":"*"}]})"},
    {"SecretsManagerReadWrite", "ANPAI3VG7CI5BIQZQ6G2E", "2018-04-04T18:05:29Z",
     "Full access to Secrets Manager, and to what is needed to choose a KMS key.",
     R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:*","kms:DescribeKey",)"
     R"("kms:ListAliases","kms:ListKeys"],"Resource":"*"}]})"},
};

ManagedPolicy policy_of(const Source& source) {
  ManagedPolicy policy;
  policy.name = source.name;
  policy.path = "/";
  policy.unique_id = source.unique_id;
  policy.created = parse_iso_extended(source.created).value();
  policy.updated = policy.created;
  policy.description = source.description;
  policy.versions.push_back({1, std::string(source.document), policy.created});
  return policy;
}

}  // namespace

AwsManagedPolicies::AwsManagedPolicies() {
  for (const Source& source : kSources) {
    auto document = policy::parse_document(source.document, policy::DocumentKind::kIdentityPolicy);
    if (!document.ok()) std::abort();
    auto policy = std::make_shared<const ManagedPolicy>(policy_of(source));
    compiled_.push_back(std::make_shared<const policy::CompiledPolicy>(
        std::move(document).value(), policy::PolicySource{policy->name, arn_of(*policy)}));
    policies_.push_back(std::move(policy));
  }
}

std::string AwsManagedPolicies::arn_of(const ManagedPolicy& policy) {
  return std::string(kPrefix) + policy.name;
}

// The number of policies when there is none.
size_t AwsManagedPolicies::index_of(std::string_view arn) const {
  if (!arn.starts_with(kPrefix)) return policies_.size();
  const auto name_of = [](const auto& policy) -> const std::string& { return policy->name; };
  const auto found = std::ranges::find(policies_, arn.substr(kPrefix.size()), name_of);
  return static_cast<size_t>(found - policies_.begin());
}

const ManagedPolicy* AwsManagedPolicies::find(std::string_view arn) const {
  const size_t index = index_of(arn);
  return index < policies_.size() ? policies_[index].get() : nullptr;
}

const policy::CompiledPolicy* AwsManagedPolicies::compiled(std::string_view arn) const {
  const size_t index = index_of(arn);
  return index < compiled_.size() ? compiled_[index].get() : nullptr;
}

}  // namespace coffer::iam
