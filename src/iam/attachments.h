// What users, groups and roles may: inline policies, attached managed policies, and the permissions boundaries of users
// and roles. Follows Put...Policy, Attach...Policy and Put...PermissionsBoundary (IAM API reference).
#pragma once

#include <string_view>

#include "iam/identity_store.h"

namespace coffer::iam {

// In all of these: kNoSuchEntity when there is no such user, group or role. REQUIRES: `holder` is one of these kinds.

// Attaching what is attached changes nothing. kNoSuchEntity (the policy), kLimitExceeded.
Result<void> attach_policy(IdentityStore& store, const EntityRef& holder, std::string_view arn);
// kNoSuchEntity when it is not attached.
Result<void> detach_policy(IdentityStore& store, const EntityRef& holder, std::string_view arn);

// In place of the one of the same name. kMalformedPolicyDocument, kLimitExceeded, kValidation.
Result<void> put_inline_policy(IdentityStore& store, const EntityRef& holder, const InlinePolicy& policy);
// kNoSuchEntity when it has none of that name.
Result<void> delete_inline_policy(IdentityStore& store, const EntityRef& holder, std::string_view name);
// nullptr when it has none of that name.
const InlinePolicy* find_inline_policy(const PolicyHolder& holder, std::string_view name);
// kNoSuchEntity, "The role policy with name X cannot be found."
Error no_such_inline_policy(EntityKind kind, std::string_view name);

// REQUIRES: `holder` is a user or a role. kNoSuchEntity (the policy), kInvalidInput when it is no policy's ARN.
Result<void> put_boundary(IdentityStore& store, const EntityRef& holder, std::string_view arn);
// kNoSuchEntity when it has none.
Result<void> delete_boundary(IdentityStore& store, const EntityRef& holder);

// Whether a policy of that ARN can be a boundary: see put_boundary().
Result<void> check_boundary(const IdentitySnapshot& snapshot, std::string_view arn);
// kDeleteConflict while it has any.
Result<void> check_no_policies(const PolicyHolder& holder);

}  // namespace coffer::iam
