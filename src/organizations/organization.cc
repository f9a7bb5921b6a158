#include "organizations/organization.h"

#include <cstdlib>

#include "organizations/aws_policies.h"

namespace coffer::organizations {
namespace {

std::string arn_prefix(const Organization& organization, std::string_view kind) {
  std::string arn = "arn:aws:organizations::";
  arn.append(organization.management_account.text()).append(":").append(kind).append("/");
  arn.append(organization.id.text());
  return arn;
}

std::string_view arn_part(NodeKind kind) {
  switch (kind) {
    case NodeKind::kRoot:
      return "root";
    case NodeKind::kUnit:
      return "ou";
    case NodeKind::kAccount:
      return "account";
  }
  std::abort();
}

}  // namespace

std::string_view name_of(PolicyType type) {
  return type == PolicyType::kServiceControl ? "SERVICE_CONTROL_POLICY" : "RESOURCE_CONTROL_POLICY";
}

std::optional<PolicyType> parse_policy_type(std::string_view name) {
  for (const PolicyType type : kPolicyTypes) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

std::string arn_of(const Organization& organization) {
  return arn_prefix(organization, "organization");
}

std::string arn_of(const Organization& organization, const NodeId& node) {
  return arn_prefix(organization, arn_part(kind_of(node))) + "/" + node.text();
}

std::string arn_of(const Organization& organization, const Policy& policy) {
  const std::string_view type =
      policy.type == PolicyType::kServiceControl ? "service_control_policy" : "resource_control_policy";
  const std::string owner =
      is_aws_managed(policy.id) ? "arn:aws:organizations::aws:policy" : arn_prefix(organization, "policy");
  return owner + "/" + std::string(type) + "/" + policy.id.text();
}

}  // namespace coffer::organizations
