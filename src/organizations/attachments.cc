#include "organizations/attachments.h"

#include <algorithm>

#include "organizations/aws_policies.h"
#include "organizations/quotas.h"
#include "organizations/refusals.h"

namespace coffer::organizations {
namespace {

struct Found {
  const Policy* policy;
  const Node* target;
  std::vector<PolicyId> attached;  // to the target, of the policy's type
};

Result<Found> find(const OrganizationSnapshot& snapshot, const Attachment& attachment) {
  Found found{snapshot.policy(attachment.policy), snapshot.node(attachment.target), {}};
  if (found.policy == nullptr) return policy_not_found();
  if (found.target == nullptr) return target_not_found();
  found.attached = attached_ids(snapshot.organization(), *found.target, found.policy->type);
  return found;
}

}  // namespace

Result<void> attach_policy(OrganizationStore& store, const OrganizationId& organization, const Attachment& attachment) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    COFFER_ASSIGN(Found found, find(change.now(), attachment));
    const PolicyType type = found.policy->type;
    if (!change.organization().is_enabled(type)) {
      return Error{ErrorCode::kPolicyTypeNotEnabled, "This operation can be performed only for enabled policy types."};
    }
    if (std::ranges::find(found.attached, attachment.policy) != found.attached.end()) {
      return Error{ErrorCode::kDuplicatePolicyAttachment,
                   "The selected policy is already attached to the specified target."};
    }
    if (found.attached.size() >= kPoliciesPerNode) {
      return constraint_violation("You have attached the maximum number of policies to the specified target.");
    }
    found.attached.push_back(attachment.policy);
    change.put_attachments(*found.target, type, std::move(found.attached));
    return {};
  });
}

Result<void> detach_policy(OrganizationStore& store, const OrganizationId& organization, const Attachment& attachment) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    COFFER_ASSIGN(Found found, find(change.now(), attachment));
    const PolicyType type = found.policy->type;
    const auto attached = std::ranges::find(found.attached, attachment.policy);
    if (attached == found.attached.end()) {
      return Error{ErrorCode::kPolicyNotAttached,
                   "The policy isn't attached to the specified target in the specified root."};
    }
    if (attachment.policy == full_access(PolicyType::kResourceControl).id) {
      return constraint_violation("The policy RCPFullAWSAccess can't be detached.");
    }
    if (found.attached.size() == 1) {
      return constraint_violation(
          "You cannot remove the last policy attached to the specified target. You must have at least one attached at "
          "all times.");
    }
    found.attached.erase(attached);
    change.put_attachments(*found.target, type, std::move(found.attached));
    return {};
  });
}

}  // namespace coffer::organizations
