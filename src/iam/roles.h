// Roles: made, changed, deleted. Who may assume one is said by its trust policy, whose principals are bound to unique
// ids: whoever gets a deleted user's name later is not trusted.
// Follows CreateRole, UpdateRole, UpdateAssumeRolePolicy and DeleteRole (IAM API reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iam/identity_store.h"

namespace coffer::iam {

inline constexpr Duration kDefaultSessionDuration = std::chrono::hours(1);
inline constexpr Duration kLongestSessionDuration = std::chrono::hours(12);

struct NewRole {
  std::string name;
  std::string path = "/";
  std::string trust_policy;
  std::string description;
  Duration max_session_duration = kDefaultSessionDuration;
  std::string boundary;  // the ARN of a managed policy; empty: none
  std::vector<Tag> tags;
};

// kEntityAlreadyExists, kLimitExceeded, kValidation, kNoSuchEntity (the boundary), kMalformedPolicyDocument, and as
// check_tags().
Result<Role> create_role(IdentityStore& store, const AccountId& account, const NewRole& wanted);

struct RoleUpdate {
  std::optional<std::string> description;
  std::optional<Duration> max_session_duration;
};
// kNoSuchEntity, kValidation.
Result<void> update_role(IdentityStore& store, const EntityRef& role, const RoleUpdate& update);
// kNoSuchEntity, kMalformedPolicyDocument, kLimitExceeded.
Result<void> update_trust_policy(IdentityStore& store, const EntityRef& role, const std::string& text);
// kNoSuchEntity; kDeleteConflict while it has policies. Its sessions end with it.
Result<void> delete_role(IdentityStore& store, const EntityRef& role);

// The trust policy as it is read back: principals as the ARNs they have now, or as unique ids once they were deleted.
Result<std::string> shown_trust_policy(const Role& role, const policy::IdentityDirectory& identities);

}  // namespace coffer::iam
