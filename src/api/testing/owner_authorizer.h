// An authorizer for tests of what is around decisions: without any policy, the root user of the account that owns a
// resource may do everything to it, and nobody else may do anything.
#pragma once

#include "api/access.h"
#include "policy/access_denied.h"

namespace coffer::api::testing {

class OwnerAuthorizer final : public Authorizer {
 public:
  Result<void> authorize(const AccessQuestion& question, ConditionKeys& keys) const override {
    const bool is_root = question.caller.kind == auth::PrincipalKind::kRoot;
    const policy::AccessRequest request{
        .principal = {.kind = is_root ? policy::PrincipalKind::kAccountRoot : policy::PrincipalKind::kUser,
                      .arn = question.caller.arn,
                      .account = question.caller.account.text()},
        .action = question.action,
        .resource = question.resource.name,
        .resource_account = question.resource.account.text(),
        .resource_organization = {},
        .context = keys.context()};
    const policy::PolicySet policies;
    const policy::Decision decision = policy::evaluate(request, policies);
    if (decision.allowed()) return {};
    return policy::access_denied(request, policies, decision);
  }
};

}  // namespace coffer::api::testing
