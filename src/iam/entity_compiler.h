// The policies of an entity, compiled, taking over what its row had before. A policy that is not understood (of a later
// Coffer, or by damage) denies everything to whom it is attached: what it forbids is not known. Inside of this room
// only.
#pragma once

#include <memory>
#include <vector>

#include "iam/entities.h"
#include "policy/compiled_policy.h"

namespace coffer::iam {

using CompiledPointer = std::shared_ptr<const policy::CompiledPolicy>;

// Inline policies in their order, or the default version of a managed policy.
struct CompiledEntity {
  std::vector<CompiledPointer> policies;
  CompiledPointer trust;  // of a role
};

// What a row had before: null in all members when there was none.
template <class Entity>
struct Before {
  const Entity* entity = nullptr;
  const CompiledEntity* compiled = nullptr;
};

CompiledEntity compile_entity(const AccountId& account, const User& user, const Before<User>& before);
CompiledEntity compile_entity(const AccountId& account, const Group& group, const Before<Group>& before);
CompiledEntity compile_entity(const AccountId& account, const Role& role, const Before<Role>& before);
CompiledEntity compile_entity(const AccountId& account, const ManagedPolicy& policy,
                              const Before<ManagedPolicy>& before);
CompiledEntity compile_entity(const AccountId& account, const OidcProvider& provider,
                              const Before<OidcProvider>& before);

// An identity policy that denies everything.
CompiledPointer compiled_denial();

}  // namespace coffer::iam
