// Users: made, renamed, deleted. Names are unique in the account whatever their case.
// Follows CreateUser, UpdateUser and DeleteUser (IAM API reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iam/identity_store.h"

namespace coffer::iam {

struct NewUser {
  std::string name;
  std::string path = "/";
  std::string boundary;  // the ARN of a managed policy; empty: none
  std::vector<Tag> tags;
};

// The user as it was stored, with a unique id of its own. kEntityAlreadyExists, kLimitExceeded, kValidation,
// kNoSuchEntity (the boundary), and as check_tags().
Result<User> create_user(IdentityStore& store, const AccountId& account, const NewUser& wanted);

struct Rename {
  std::optional<std::string> name;
  std::optional<std::string> path;
};
// Policies, groups and access keys stay. kNoSuchEntity, kEntityAlreadyExists, kValidation.
Result<void> update_user(IdentityStore& store, const EntityRef& user, const Rename& rename);

// kNoSuchEntity; kDeleteConflict while it has policies, access keys or groups. A boundary goes with it.
Result<void> delete_user(IdentityStore& store, const EntityRef& user);

}  // namespace coffer::iam
