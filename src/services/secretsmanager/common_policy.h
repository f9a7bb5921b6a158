// Resource policies as requests bring them, and the two refusals that PutResourcePolicy and ValidateResourcePolicy
// share.
#pragma once

#include <string_view>

#include "api/operation.h"
#include "policy/breadth.h"
#include "policy/document.h"
#include "policy/principal_directory.h"
#include "services/secretsmanager/rooms.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

inline constexpr wire::Constraint kResourcePolicyBounds{.min = 1, .max = 20480};

// A policy that may be put: its principals exist.
struct ResourcePolicy {
  policy::Document document;
  std::vector<policy::PrincipalBinding> bindings;
};
// kMalformedPolicyDocument with AWS's text.
Result<ResourcePolicy> read_resource_policy(std::string_view text, const Rooms& rooms);

// The policy as it is read back: users and roles by the ARNs that they have now, or, once they were deleted, by their
// unique ids. nullopt when there is none.
Result<std::optional<std::string>> shown_policy(const secrets::Secret& secret, const Rooms& rooms);

// Whether the caller could replace the policy again, were it the secret's.
Result<bool> may_replace_again(const api::Authority& authority, const api::Resource& secret,
                               const ResourcePolicy& policy, const std::optional<bool>& block_public_policy);

// kPublicPolicy: the policy gives access to everybody.
Error broad_access();
// kMalformedPolicyDocument: the policy would keep the caller from changing it again.
Error lock_out();

}  // namespace coffer::secretsmanager
