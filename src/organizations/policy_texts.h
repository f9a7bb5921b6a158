// Policy documents as they come in requests and as they were stored.
// Follows "SCP syntax" and "RCP syntax" (Organizations user guide).
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "organizations/organization.h"
#include "policy/compiled_policy.h"

namespace coffer::organizations {

using CompiledPointer = std::shared_ptr<const policy::CompiledPolicy>;

policy::DocumentKind document_kind(PolicyType type);

// kConstraintViolation for more than 5,120 characters; kMalformedPolicyDocument for what is no policy of the type: a
// service control policy names no principal; a resource control policy only denies, to everybody, actions of a service
// that it names.
Result<void> check_policy(std::string_view content, PolicyType type);

// Never null: what is not understood denies everything.
CompiledPointer compile_stored(const Organization& organization, const Policy& policy);

}  // namespace coffer::organizations
