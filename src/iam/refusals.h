// The refusals that several operations of IAM share, in AWS's words.
#pragma once

#include <string_view>

#include "base/result.h"

namespace coffer::iam {

// kNoSuchEntity
Error no_such_user(std::string_view name);
Error no_such_group(std::string_view name);
Error no_such_role(std::string_view name);
Error no_such_access_key(std::string_view id);
Error no_login_profile(std::string_view user);
Error no_such_provider(std::string_view arn);
// "Policy ARN was not found.": where a policy is shown or changed, or is not attached.
Error policy_not_found(std::string_view arn);
// Where one is attached.
Error policy_not_attachable(std::string_view arn);

// kEntityAlreadyExists, "User with name X already exists."; `kind` is "User", "Group", "Role".
Error already_exists(std::string_view kind, std::string_view name);

// kLimitExceeded, "Cannot exceed quota for UsersPerAccount: 5000".
Error quota_exceeded(std::string_view quota, size_t value);

// kConcurrentModification, in AWS's words.
Error concurrent_modification();

// kDeleteConflict, "Cannot delete entity, must detach all policies first."; `what` is "detach all policies".
Error delete_conflict(std::string_view what);

}  // namespace coffer::iam
