// Decides every request from the policies that have a say: of the caller's identity, its boundary and session, of both
// accounts' organizations, of the resource. What a policy says is read for each request, so that a permission that was
// taken away is gone at the next one. Thread-safe.
// Follows "Policy evaluation logic" (IAM user guide); the rules are policy/evaluator's, the facts are put together
// here.
#pragma once

#include <string>

#include "access/explanation_store.h"
#include "api/access.h"
#include "base/ids.h"
#include "iam/account_store.h"
#include "iam/identity_cache.h"
#include "organizations/organization_cache.h"

namespace coffer::access {

class PolicyAuthorizer final : public api::Authorizer {
 public:
  struct Parts {
    const iam::IdentityCache& identities;
    const organizations::OrganizationCache& organizations;
    ExplanationStore& explanations;               // of what was denied
    Region region;                                // aws:RequestedRegion, unless the question's own keys tell another
    const iam::AccountStore* accounts = nullptr;  // who is closed; null: nobody
  };
  explicit PolicyAuthorizer(const Parts& parts) : parts_(parts) {}

  Result<void> authorize(const api::AccessQuestion& question, api::ConditionKeys& keys) const override;

 private:
  // Whether the policies of an account's resources still give something to others.
  Result<bool> is_open(const AccountId& account) const;

  const Parts parts_;
};

}  // namespace coffer::access
