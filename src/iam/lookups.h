// Questions about an account's identities that no single entity answers: lists in pages, members, who has a policy, how
// much there is of everything. All of them read one snapshot.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "iam/entities.h"
#include "iam/identity_snapshot.h"

namespace coffer::iam {

struct PageQuery {
  std::string_view path_prefix = "/";
  std::optional<std::string_view> after;  // a name: what follows it, whether it still exists or not
  size_t limit = 100;
};

template <class Entity>
struct Page {
  std::vector<std::shared_ptr<const Entity>> entities;
  std::optional<std::string> next;  // the name to go on after; absent: that was all
};

// In the order of the names, whatever their case.
template <class Entity>
Page<Entity> page_of(const Entities<Entity>& all, const PageQuery& query) {
  Page<Entity> page;
  const std::string after = small(query.after.value_or(""));
  for (const auto& entity : all) {
    if (query.after && small(entity->name) <= after) continue;
    if (!entity->path.starts_with(query.path_prefix)) continue;
    if (page.entities.size() == query.limit) {
      page.next = page.entities.back()->name;
      break;
    }
    page.entities.push_back(entity);
  }
  return page;
}

// How often a managed policy is attached, and is a boundary.
struct PolicyUsage {
  size_t attachments = 0;
  size_t boundaries = 0;
};
PolicyUsage usage_of(const AccountEntities& entities, std::string_view arn);

enum class PolicyUse { kPermissions, kBoundary };
// The users, groups and roles that use a managed policy in one of these ways; groups have no boundary.
struct PolicyEntities {
  Entities<User> users;
  Entities<Group> groups;
  Entities<Role> roles;
};
PolicyEntities entities_for(const AccountEntities& entities, std::string_view arn, PolicyUse use);

Entities<User> members_of(const AccountEntities& entities, const Group& group);
// In the order of the names.
Entities<Group> groups_of(const AccountEntities& entities, const User& user);

// A managed policy by its ARN, the account's own or AWS's; nullptr when there is none.
const ManagedPolicy* find_policy(const IdentitySnapshot& snapshot, std::string_view arn);

// What GetAccountSummary answers, quotas included, in no particular order.
std::vector<std::pair<std::string, int64_t>> account_summary(const IdentitySnapshot& snapshot);

}  // namespace coffer::iam
