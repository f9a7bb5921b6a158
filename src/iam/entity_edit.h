// How the operations of this room change one entity: found as the request names it, copied, changed, put back if it
// differs. Inside of this room only.
#pragma once

#include <cstdlib>

#include "iam/aws_managed_policies.h"
#include "iam/identity_store.h"
#include "iam/refusals.h"

namespace coffer::iam {

// `edit(entity)` gives a Result<void>. In all of these: kNoSuchEntity when there is no entity of that name, or not the
// one that is meant.
template <class Entity, class Edit>
Result<void> edit_found(IdentityChange& change, const Entity* found, const Edit& edit) {
  Entity edited = *found;
  COFFER_TRY(edit(edited));
  if (encode(edited, 0) != encode(*found, 0)) change.put(edited);
  return {};
}

// The entity that is meant, or nullptr: there is none of that name, or it is another.
template <class Entity>
const Entity* if_meant(const Entity* found, const EntityRef& ref) {
  return found != nullptr && is_meant(*found, ref) ? found : nullptr;
}

// For what depends on name and path, as whether it may be renamed does: kConcurrentModification when it has others than
// were decided on.
inline Result<void> check_not_moved(const EntityBasics& found, const EntityRef& ref) {
  if (!ref.decided_on) return {};
  const EntityBasics& decided_on = **ref.decided_on;
  if (found.name == decided_on.name && found.path == decided_on.path) return {};
  return concurrent_modification();
}

template <class Edit>
Result<void> edit_user(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  const User* const found = if_meant(change.now().user(ref.name), ref);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_user(ref.name));
}

template <class Edit>
Result<void> edit_group(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  const Group* const found = if_meant(change.now().group(ref.name), ref);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_group(ref.name));
}

template <class Edit>
Result<void> edit_role(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  const Role* const found = if_meant(change.now().role(ref.name), ref);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_role(ref.name));
}

// kInvalidInput for AWS's own.
template <class Edit>
Result<void> edit_policy(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  const ManagedPolicy* const found = if_meant(change.now().policy_by_arn(ref.name), ref);
  if (found != nullptr) return edit_found(change, found, edit);
  if (change.snapshot().aws_policies().find(ref.name) != nullptr) {
    return Error{ErrorCode::kInvalidInput, "An AWS managed policy cannot be changed: " + std::string(ref.name)};
  }
  return policy_not_found(ref.name);
}

template <class Edit>
Result<void> edit_provider(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  const OidcProvider* const found = if_meant(change.now().provider_by_arn(ref.name), ref);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_provider(ref.name));
}

// A user, group or role: what may have policies.
template <class Edit>
Result<void> edit_holder(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  switch (ref.kind) {
    case EntityKind::kUser:
      return edit_user(change, ref, edit);
    case EntityKind::kGroup:
      return edit_group(change, ref, edit);
    case EntityKind::kRole:
      return edit_role(change, ref, edit);
    case EntityKind::kPolicy:
    case EntityKind::kProvider:
      break;
  }
  std::abort();
}

}  // namespace coffer::iam
