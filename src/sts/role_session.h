// What AssumeRole and its kin make of a role and a request, once it was decided that the caller may. Texts, codes and
// the order of checks are AWS's. Follows AssumeRole (STS API reference) and "Role chaining" (IAM user guide).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/caller.h"
#include "base/clock.h"
#include "base/result.h"
#include "iam/identity_cache.h"
#include "sts/session_issuer.h"
#include "sts/session_rules.h"

namespace coffer::sts {

// A role as it was when the request was decided.
struct FoundRole {
  iam::SnapshotPointer snapshot;
  const iam::Identity* role = nullptr;  // of the snapshot
};
// kValidation (AWS's text) when `arn` names no role by its form; null when there is none of exactly that path and name.
Result<std::shared_ptr<const FoundRole>> find_role(std::string_view arn, const iam::IdentityCache& identities);

struct RoleRequest {
  std::string session_name;
  std::optional<int64_t> duration_seconds;
  SessionPolicies policies;
  std::vector<SessionTag> tags;
  std::string source_identity;     // empty: none
  std::string federated_provider;  // of AssumeRoleWithWebIdentity
};

// kAccessDenied for root users, who may assume no role, and for federated users.
Result<void> check_may_assume(const auth::Caller& caller, std::string_view role_arn);

// What the new session says, and how long it lasts: kInvalidParameter for a tag that is inherited; kValidation for
// another source identity than the inherited one, and for a duration beyond the role's or, when one role's session asks
// for another's, beyond an hour; as check_policies().
struct RoleSession {
  SessionContents contents;
  Duration duration{};
};
Result<RoleSession> make_role_session(const FoundRole& role, const RoleRequest& request, const auth::Caller& caller);

}  // namespace coffer::sts
