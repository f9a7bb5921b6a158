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
#include "iam/identity_rows.h"
#include "iam/identity_snapshot.h"

namespace coffer::iam {

using CompiledPointer = std::shared_ptr<const policy::CompiledPolicy>;

// The policies of one entity, compiled: inline ones in their order, or the default version of a managed policy.
struct CompiledEntity {
  std::vector<CompiledPointer> policies;
  CompiledPointer trust;  // of a role
};

// A row that was read, shared with the next snapshot if the row stays as it is.
template <class Entity>
struct LoadedRow {
  std::string key;
  store::Revision revision = 0;
  std::shared_ptr<const Entity> entity;
  std::shared_ptr<const CompiledEntity> compiled;
};

// In the order of their keys, which is that of the entities.
template <class Entity>
using LoadedRows = std::vector<LoadedRow<Entity>>;

struct IdentitySnapshot::Contents {
  AccountRow row;
  store::Revision revision = 0;
  AccountEntities entities;
  LoadedRows<User> users;
  LoadedRows<Group> groups;
  LoadedRows<Role> roles;
  LoadedRows<ManagedPolicy> policies;
  LoadedRows<OidcProvider> providers;
  std::vector<Identity> user_identities;  // in the order of the users
  std::vector<Identity> role_identities;
  std::unordered_map<std::string_view, const Identity*> by_unique_id;
  // The account's own, by ARN.
  std::map<std::string, const policy::CompiledPolicy*, std::less<>> managed_policies;
  std::shared_ptr<const AwsManagedPolicies> aws_policies;
  CompiledPointer denies_everything;
};

}  // namespace coffer::iam
