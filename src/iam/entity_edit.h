// How the operations of this room change one entity: found as the request names it, copied, changed, put back if it
// differs. Inside of this room only.
#pragma once

#include <cstdlib>

#include "iam/aws_managed_policies.h"
#include "iam/identity_store.h"
#include "iam/refusals.h"

namespace coffer::iam {

// `edit(entity)` gives a Result<void>. kNoSuchEntity when there is no entity of that name.
template <class Entity, class Edit>
Result<void> edit_found(IdentityChange& change, const Entity* found, const Edit& edit) {
  Entity edited = *found;
  COFFER_TRY(edit(edited));
  if (encode(edited, 0) != encode(*found, 0)) change.put(edited);
  return {};
}

template <class Edit>
Result<void> edit_user(IdentityChange& change, std::string_view name, const Edit& edit) {
  const User* const found = change.now().user(name);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_user(name));
}

template <class Edit>
Result<void> edit_group(IdentityChange& change, std::string_view name, const Edit& edit) {
  const Group* const found = change.now().group(name);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_group(name));
}

template <class Edit>
Result<void> edit_role(IdentityChange& change, std::string_view name, const Edit& edit) {
  const Role* const found = change.now().role(name);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_role(name));
}

// kInvalidInput for AWS's own.
template <class Edit>
Result<void> edit_policy(IdentityChange& change, std::string_view arn, const Edit& edit) {
  const ManagedPolicy* const found = change.now().policy_by_arn(arn);
  if (found != nullptr) return edit_found(change, found, edit);
  if (change.snapshot().aws_policies().find(arn) != nullptr) {
    return Error{ErrorCode::kInvalidInput, "An AWS managed policy cannot be changed: " + std::string(arn)};
  }
  return policy_not_found(arn);
}

template <class Edit>
Result<void> edit_provider(IdentityChange& change, std::string_view arn, const Edit& edit) {
  const OidcProvider* const found = change.now().provider_by_arn(arn);
  return found != nullptr ? edit_found(change, found, edit) : Result<void>(no_such_provider(arn));
}

// A user, group or role: what may have policies.
template <class Edit>
Result<void> edit_holder(IdentityChange& change, const EntityRef& ref, const Edit& edit) {
  switch (ref.kind) {
    case EntityKind::kUser:
      return edit_user(change, ref.name, edit);
    case EntityKind::kGroup:
      return edit_group(change, ref.name, edit);
    case EntityKind::kRole:
      return edit_role(change, ref.name, edit);
    case EntityKind::kPolicy:
    case EntityKind::kProvider:
      break;
  }
  std::abort();
}

}  // namespace coffer::iam
