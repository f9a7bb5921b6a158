// What a snapshot holds. Inside of this room only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "iam/aws_managed_policies.h"
#include "iam/entities.h"
#include "iam/entity_compiler.h"
#include "iam/identity_rows.h"
#include "iam/identity_snapshot.h"

namespace coffer::iam {

// A row that was read.
template <class Entity>
struct LoadedRow {
  std::string key;
  store::Revision revision = 0;
  std::shared_ptr<const Entity> entity;
  CompiledEntity compiled;
};

// In the order of their keys, which is that of the entities. A snapshot shares those that did not change with the one
// before it, so that the same pointer means the same row.
template <class Entity>
using LoadedRows = std::vector<std::shared_ptr<const LoadedRow<Entity>>>;

// The account's own managed policies, by ARN.
using ManagedPolicies = std::map<std::string, const policy::CompiledPolicy*, std::less<>>;

struct IdentitySnapshot::Contents {
  AccountRow row;
  store::Revision revision = 0;
  AccountEntities entities;
  LoadedRows<User> users;
  LoadedRows<Group> groups;
  LoadedRows<Role> roles;
  LoadedRows<ManagedPolicy> policies;
  LoadedRows<OidcProvider> providers;
  // In the order of the users and of the roles; made by identity_composer.h, as what follows.
  std::vector<std::shared_ptr<const Identity>> user_identities;
  std::vector<std::shared_ptr<const Identity>> role_identities;
  std::unordered_map<std::string_view, const Identity*> by_unique_id;
  std::shared_ptr<const ManagedPolicies> managed_policies;
  std::shared_ptr<const AwsManagedPolicies> aws_policies;
  CompiledPointer denies_everything;
};

}  // namespace coffer::iam
