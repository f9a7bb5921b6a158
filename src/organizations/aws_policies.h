// AWS's own policies, one for each type: they allow everything, and are attached wherever the type is enabled. No rows
// of the store: they are the same in every organization.
#pragma once

#include "organizations/organization.h"
#include "policy/compiled_policy.h"

namespace coffer::organizations {

// p-FullAWSAccess, p-RCPFullAWSAccess. Lives as long as the process.
const Policy& full_access(PolicyType type);
const policy::CompiledPolicy& compiled_full_access(PolicyType type);

bool is_aws_managed(const PolicyId& id);

}  // namespace coffer::organizations
