// What a caller is told when a decision was no. Follows "Troubleshoot access denied error messages" (IAM user guide).
#pragma once

#include "base/result.h"
#include "policy/evaluator.h"

namespace coffer::policy {

// REQUIRES: !decision.allowed(). kAccessDenied with AWS's text:
//   User: ARN is not authorized to perform: ACTION on resource: RESOURCE because no identity-based policy allows the
//   ACTION action
// Who is neither of the resource's account nor of its organization is not told why, and nobody is why a role cannot be
// assumed, because a role that does not exist is refused with the same words. An explicit Deny of a managed policy or
// of an organization's names the policy's ARN.
Error access_denied(const AccessRequest& request, const PolicySet& policies, const Decision& decision);

// "identity-based policy", "service control policy".
std::string_view name_of(Party party);

}  // namespace coffer::policy
