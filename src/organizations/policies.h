// An organization's own policies. What they do depends on what they are attached to, see attachments.h.
// Follows CreatePolicy, UpdatePolicy and DeletePolicy (Organizations API reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "organizations/organization_store.h"

namespace coffer::organizations {

struct NewPolicy {
  PolicyType type = PolicyType::kServiceControl;
  std::string name;
  std::string description;
  std::string content;
  std::vector<Tag> tags;
};
// kDuplicatePolicy when one of the type has the name; kMalformedPolicyDocument; kConstraintViolation beyond the quotas;
// as check_tags(). The type need not be enabled.
Result<Policy> create_policy(OrganizationStore& store, const OrganizationId& organization, const NewPolicy& wanted);

struct PolicyUpdate {
  PolicyId policy;
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> content;
};
// Counts from the next request on, wherever it is attached. As create_policy(); kPolicyNotFound; kInvalidInput for
// AWS's own.
Result<Policy> update_policy(OrganizationStore& store, const OrganizationId& organization, const PolicyUpdate& update);

// kPolicyNotFound; kPolicyInUse while it is attached; kInvalidInput for AWS's own.
Result<void> delete_policy(OrganizationStore& store, const OrganizationId& organization, const PolicyId& policy);

}  // namespace coffer::organizations
