// Resource policies as requests bring them, and the two refusals that PutResourcePolicy and ValidateResourcePolicy
// share.
#pragma once

#include <string_view>

#include "policy/breadth.h"
#include "policy/document.h"
#include "policy/lockout.h"
#include "policy/principal_directory.h"
#include "services/secretsmanager/rooms.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

inline constexpr wire::Constraint kResourcePolicyBounds{.min = 1, .max = 20480};

// kMalformedPolicyDocument with AWS's text.
Result<policy::Document> parse_resource_policy(std::string_view text);

policy::Principal principal_of(const auth::Caller& caller);

// kPublicPolicy: the policy gives access to everybody.
Error broad_access();
// kMalformedPolicyDocument: the policy would keep the caller from ever changing it.
Error lock_out();

}  // namespace coffer::secretsmanager
