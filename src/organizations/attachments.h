// Policies on the root, on units and on accounts.
// Follows AttachPolicy and DetachPolicy (Organizations API reference).
#pragma once

#include "organizations/organization_store.h"

namespace coffer::organizations {

struct Attachment {
  PolicyId policy;
  NodeId target;
};

// kPolicyNotFound, kTargetNotFound, kPolicyTypeNotEnabled, kDuplicatePolicyAttachment; kConstraintViolation when the
// target has five of the type.
Result<void> attach_policy(OrganizationStore& store, const OrganizationId& organization, const Attachment& attachment);

// kPolicyNotFound, kTargetNotFound, kPolicyNotAttached; kConstraintViolation for the last policy of its type, and for
// AWS's own resource control policy, which stays.
Result<void> detach_policy(OrganizationStore& store, const OrganizationId& organization, const Attachment& attachment);

}  // namespace coffer::organizations
