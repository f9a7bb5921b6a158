// Groups and their members. A user in a group has the group's policies, too; a group is no principal.
// Follows CreateGroup, UpdateGroup, DeleteGroup, AddUserToGroup and RemoveUserFromGroup (IAM API reference).
#pragma once

#include <string>

#include "iam/identity_store.h"
#include "iam/users.h"

namespace coffer::iam {

struct NewGroup {
  std::string name;
  std::string path = "/";
};

// kEntityAlreadyExists, kLimitExceeded, kValidation.
Result<Group> create_group(IdentityStore& store, const AccountId& account, const NewGroup& wanted);
// Members and policies stay. kNoSuchEntity, kEntityAlreadyExists, kValidation.
Result<void> update_group(IdentityStore& store, const EntityRef& group, const Rename& rename);
// kNoSuchEntity; kDeleteConflict while it has members or policies.
Result<void> delete_group(IdentityStore& store, const EntityRef& group);

// A member that is added again stays one. kNoSuchEntity (group or user), kLimitExceeded.
Result<void> add_user_to_group(IdentityStore& store, const EntityRef& group, std::string_view user);
// Who is no member stays none. kNoSuchEntity (group or user).
Result<void> remove_user_from_group(IdentityStore& store, const EntityRef& group, std::string_view user);

}  // namespace coffer::iam
