// Whether somebody who gives a resource a policy could replace it again. The request is decided once more as if that
// policy were in force already: for the same caller, with its tags, identity policies, boundary, session and the
// policies of its organization, from the same address at the same time. What lets the caller in under a condition
// counts if the condition holds now. Follows BypassPolicyLockoutSafetyCheck of PutKeyPolicy (KMS API reference).
#pragma once

#include <memory>
#include <utility>

#include "api/operation.h"
#include "policy/compiled_policy.h"

namespace coffer::access {

// `Action` is the one that replaces the resource's policy; `add_keys` adds the condition keys of a request for it.
// Errors are failures of the store.
template <class Action, class AddKeys>
Result<bool> may_replace_again(const api::Authority& authority, api::Resource resource,
                               std::shared_ptr<const policy::CompiledPolicy> proposed, const AddKeys& add_keys) {
  resource.policy = std::move(proposed);
  return api::Pipeline::would_permit<Action>(authority, resource, add_keys);
}

}  // namespace coffer::access
