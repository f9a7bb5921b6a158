#include "iam/groups.h"

#include <algorithm>

#include "iam/attachments.h"
#include "iam/entity_edit.h"
#include "iam/names.h"
#include "iam/quotas.h"

namespace coffer::iam {

Result<Group> create_group(IdentityStore& store, const AccountId& account, const NewGroup& wanted) {
  COFFER_TRY(check_name(wanted.name, kGroupNameSize));
  COFFER_TRY(check_path(wanted.path));
  Group group;
  group.name = wanted.name;
  group.path = wanted.path;
  group.unique_id = draw_unique_id(kGroupIdPrefix, store.parts().random);
  COFFER_TRY(store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().group(group.name) != nullptr) return already_exists("Group", group.name);
    if (change.now().groups.size() >= kGroupsPerAccount) return quota_exceeded("GroupsPerAccount", kGroupsPerAccount);
    group.created = change.time();
    change.put(group);
    return {};
  }));
  return group;
}

Result<void> update_group(IdentityStore& store, const EntityRef& ref, const Rename& rename) {
  if (rename.name) COFFER_TRY(check_name(*rename.name, kGroupNameSize));
  if (rename.path) COFFER_TRY(check_path(*rename.path));
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const Group* const found = if_meant(change.now().group(ref.name), ref);
    if (found == nullptr) return no_such_group(ref.name);
    COFFER_TRY(check_not_moved(*found, ref));
    Group group = *found;
    group.name = rename.name.value_or(group.name);
    group.path = rename.path.value_or(group.path);
    if (group.name == found->name && group.path == found->path) return {};
    const Group* const taken = change.now().group(group.name);
    if (taken != nullptr && taken != found) return already_exists("Group", group.name);
    change.rename(found->name, group);
    return {};
  });
}

Result<void> delete_group(IdentityStore& store, const EntityRef& ref) {
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const Group* const group = if_meant(change.now().group(ref.name), ref);
    if (group == nullptr) return no_such_group(ref.name);
    const bool has_members = std::ranges::any_of(change.now().users, [&](const auto& user) {
      return std::ranges::find(user->groups, group->unique_id) != user->groups.end();
    });
    if (has_members) return delete_conflict("remove users from group");
    COFFER_TRY(check_no_policies(*group));
    change.erase(*group);
    return {};
  });
}

Result<void> add_user_to_group(IdentityStore& store, const EntityRef& ref, std::string_view user_name) {
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const Group* const group = if_meant(change.now().group(ref.name), ref);
    if (group == nullptr) return no_such_group(ref.name);
    return edit_user(change, {ref.account, EntityKind::kUser, user_name}, [&](User& user) -> Result<void> {
      if (std::ranges::find(user.groups, group->unique_id) != user.groups.end()) return {};
      if (user.groups.size() >= kGroupsPerUser) return quota_exceeded("GroupsPerUser", kGroupsPerUser);
      user.groups.push_back(group->unique_id);
      return {};
    });
  });
}

Result<void> remove_user_from_group(IdentityStore& store, const EntityRef& ref, std::string_view user_name) {
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const Group* const group = if_meant(change.now().group(ref.name), ref);
    if (group == nullptr) return no_such_group(ref.name);
    return edit_user(change, {ref.account, EntityKind::kUser, user_name}, [&](User& user) -> Result<void> {
      std::erase(user.groups, group->unique_id);
      return {};
    });
  });
}

}  // namespace coffer::iam
