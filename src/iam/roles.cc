#include "iam/roles.h"

#include "iam/attachments.h"
#include "iam/entity_edit.h"
#include "iam/names.h"
#include "iam/policy_texts.h"
#include "iam/quotas.h"
#include "iam/tags.h"

namespace coffer::iam {
namespace {

Result<void> check_duration(Duration duration) {
  if (duration >= kDefaultSessionDuration && duration <= kLongestSessionDuration) return {};
  return Error{ErrorCode::kValidation, "The MaxSessionDuration must be from 3600 to 43200 seconds."};
}

Directories directories_of(const IdentityStore& store) {
  return {store.parts().identities, store.parts().principals};
}

}  // namespace

Result<Role> create_role(IdentityStore& store, const AccountId& account, const NewRole& wanted) {
  COFFER_TRY(check_name(wanted.name, kRoleNameSize));
  COFFER_TRY(check_path(wanted.path));
  COFFER_TRY(check_tags(wanted.tags));
  COFFER_TRY(check_duration(wanted.max_session_duration));
  Role role;
  role.name = wanted.name;
  role.path = wanted.path;
  role.boundary = wanted.boundary;
  role.tags = wanted.tags;
  role.description = wanted.description;
  role.trust_policy = wanted.trust_policy;
  role.max_session_duration = wanted.max_session_duration;
  role.unique_id = draw_unique_id(kRoleIdPrefix, store.parts().random);
  COFFER_TRY(store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().role(role.name) != nullptr) return already_exists("Role", role.name);
    if (change.now().roles.size() >= kRolesPerAccount) return quota_exceeded("RolesPerAccount", kRolesPerAccount);
    if (!role.boundary.empty()) COFFER_TRY(check_boundary(change.snapshot(), role.boundary));
    COFFER_ASSIGN(role.trust_bindings, read_trust_policy(role.trust_policy, directories_of(store)));
    role.created = change.time();
    change.put(role);
    change.put_unique_id(role.unique_id);
    return {};
  }));
  return role;
}

Result<void> update_role(IdentityStore& store, const EntityRef& ref, const RoleUpdate& update) {
  if (update.max_session_duration) COFFER_TRY(check_duration(*update.max_session_duration));
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_role(change, ref, [&](Role& role) -> Result<void> {
      role.description = update.description.value_or(role.description);
      role.max_session_duration = update.max_session_duration.value_or(role.max_session_duration);
      return {};
    });
  });
}

Result<void> update_trust_policy(IdentityStore& store, const EntityRef& ref, const std::string& text) {
  return store.change(ref.account, [&](IdentityChange& change) {
    return edit_role(change, ref, [&](Role& role) -> Result<void> {
      COFFER_ASSIGN(role.trust_bindings, read_trust_policy(text, directories_of(store)));
      role.trust_policy = text;
      return {};
    });
  });
}

Result<void> delete_role(IdentityStore& store, const EntityRef& ref) {
  return store.change(ref.account, [&](IdentityChange& change) -> Result<void> {
    const Role* const role = if_meant(change.now().role(ref.name), ref);
    if (role == nullptr) return no_such_role(ref.name);
    COFFER_TRY(check_no_policies(*role));
    change.erase(*role);
    change.erase_unique_id(role->unique_id);
    return {};
  });
}

Result<std::string> shown_trust_policy(const Role& role, const policy::IdentityDirectory& identities) {
  return policy::show_principals(role.trust_policy, role.trust_bindings, identities);
}

}  // namespace coffer::iam
