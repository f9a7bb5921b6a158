#include "iam/users.h"

#include "iam/attachments.h"
#include "iam/entity_edit.h"
#include "iam/names.h"
#include "iam/quotas.h"
#include "iam/tags.h"

namespace coffer::iam {

Result<User> create_user(IdentityStore& store, const AccountId& account, const NewUser& wanted) {
  COFFER_TRY(check_name(wanted.name, kUserNameSize));
  COFFER_TRY(check_path(wanted.path));
  COFFER_TRY(check_tags(wanted.tags));
  User user;
  user.name = wanted.name;
  user.path = wanted.path;
  user.boundary = wanted.boundary;
  user.tags = wanted.tags;
  user.unique_id = draw_unique_id(kUserIdPrefix, store.parts().random);
  COFFER_TRY(store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().user(user.name) != nullptr) return already_exists("User", user.name);
    if (change.now().users.size() >= kUsersPerAccount) return quota_exceeded("UsersPerAccount", kUsersPerAccount);
    if (!user.boundary.empty()) COFFER_TRY(check_boundary(change.snapshot(), user.boundary));
    user.created = change.time();
    change.put(user);
    change.put_unique_id(user.unique_id);
    return {};
  }));
  return user;
}

Result<void> update_user(IdentityStore& store, const EntityRef& ref, const Rename& rename) {
  if (rename.name) COFFER_TRY(check_name(*rename.name, kUserNameSize));
  if (rename.path) COFFER_TRY(check_path(*rename.path));
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const User* const found = if_meant(change.now().user(ref.name), ref);
    if (found == nullptr) return no_such_user(ref.name);
    COFFER_TRY(check_not_moved(*found, ref));
    User user = *found;
    user.name = rename.name.value_or(user.name);
    user.path = rename.path.value_or(user.path);
    if (user.name == found->name && user.path == found->path) return {};
    const User* const taken = change.now().user(user.name);
    if (taken != nullptr && taken != found) return already_exists("User", user.name);
    change.rename(found->name, user);
    return {};
  });
}

Result<void> delete_user(IdentityStore& store, const EntityRef& ref) {
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const User* const user = if_meant(change.now().user(ref.name), ref);
    if (user == nullptr) return no_such_user(ref.name);
    if (!user->access_keys.empty()) return delete_conflict("delete access keys");
    if (!user->groups.empty()) return delete_conflict("remove users from group");
    COFFER_TRY(check_no_policies(*user));
    change.erase(*user);
    change.erase_unique_id(user->unique_id);
    return {};
  });
}

}  // namespace coffer::iam
