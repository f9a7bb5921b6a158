// How large an organization may be: AWS's quotas, but as many accounts as AWS gives on request.
// Follows "Quotas and service limits for AWS Organizations" (Organizations user guide).
#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.h"

namespace coffer::organizations {

inline constexpr size_t kAccounts = 10'000;  // the management account and closed ones included
inline constexpr size_t kUnits = 2'000;
inline constexpr size_t kUnitDepth = 5;        // below the root
inline constexpr size_t kPolicies = 1'000;     // of each type, AWS's own not counted
inline constexpr size_t kPoliciesPerNode = 5;  // of each type, AWS's own counted
inline constexpr size_t kTagsPerResource = 50;
inline constexpr size_t kPolicySize = 5'120;  // characters, white space counted

// How long it is remembered what became of a request to create an account.
inline constexpr Duration kRequestsKept = std::chrono::hours(24) * 90;

}  // namespace coffer::organizations
