#include "organizations/policies.h"

#include <algorithm>

#include "organizations/aws_policies.h"
#include "organizations/policy_texts.h"
#include "organizations/quotas.h"
#include "organizations/refusals.h"
#include "organizations/tags.h"

namespace coffer::organizations {
namespace {

Result<void> refuse_same_name(const OrganizationSnapshot& snapshot, const Policy& policy) {
  const bool is_taken = std::ranges::any_of(snapshot.policies(policy.type), [&](const Policy* other) {
    return other->name == policy.name && other->id != policy.id;
  });
  if (!is_taken) return {};
  return Error{ErrorCode::kDuplicatePolicy, "A policy with the specified name and type already exists."};
}

// One that may be changed.
Result<const Policy*> find_own(const OrganizationSnapshot& snapshot, const PolicyId& id) {
  const Policy* const policy = snapshot.policy(id);
  if (policy == nullptr) return policy_not_found();
  if (is_aws_managed(id)) return invalid_input("You specified a policy that is managed by AWS and can't be modified.");
  return policy;
}

}  // namespace

Result<Policy> create_policy(OrganizationStore& store, const OrganizationId& organization, const NewPolicy& wanted) {
  COFFER_TRY(check_tags(wanted.tags));
  COFFER_TRY(check_policy(wanted.content, wanted.type));
  Policy policy;
  policy.type = wanted.type;
  policy.name = wanted.name;
  policy.description = wanted.description;
  policy.content = wanted.content;
  policy.tags = wanted.tags;
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    COFFER_TRY(refuse_same_name(change.now(), policy));
    if (change.now().policies(policy.type).size() > kPolicies) {
      return constraint_violation("You have exceeded the allowed number of policies.");
    }
    do {
      policy.id = draw_policy_id(store.parts().random);
    } while (change.now().policy(policy.id) != nullptr);
    change.put(policy);
    return {};
  }));
  return policy;
}

Result<Policy> update_policy(OrganizationStore& store, const OrganizationId& organization, const PolicyUpdate& update) {
  Policy policy;
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    COFFER_ASSIGN(const Policy* const found, find_own(change.now(), update.policy));
    policy = *found;
    if (update.name) policy.name = *update.name;
    if (update.description) policy.description = *update.description;
    if (update.content) {
      COFFER_TRY(check_policy(*update.content, policy.type));
      policy.content = *update.content;
    }
    COFFER_TRY(refuse_same_name(change.now(), policy));
    if (policy != *found) change.put(policy);
    return {};
  }));
  return policy;
}

Result<void> delete_policy(OrganizationStore& store, const OrganizationId& organization, const PolicyId& id) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    COFFER_ASSIGN(const Policy* const policy, find_own(change.now(), id));
    if (!change.now().targets(*policy).empty()) {
      return Error{
          ErrorCode::kPolicyInUse,
          "The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts "
          "before performing this operation."};
    }
    change.erase(*policy);
    return {};
  });
}

}  // namespace coffer::organizations
