#include "iam/lookups.h"

#include <algorithm>

#include "iam/aws_managed_policies.h"
#include "iam/quotas.h"

namespace coffer::iam {
namespace {

bool has_attached(const PolicyHolder& holder, std::string_view arn) {
  return std::ranges::find(holder.attached_policies, arn) != holder.attached_policies.end();
}

template <class Entity, class Matches>
Entities<Entity> those(const Entities<Entity>& all, const Matches& matches) {
  Entities<Entity> found;
  std::ranges::copy_if(all, std::back_inserter(found), [&](const auto& entity) { return matches(*entity); });
  return found;
}

}  // namespace

PolicyUsage usage_of(const AccountEntities& entities, std::string_view arn) {
  PolicyUsage usage;
  const auto count_bounded = [&](const auto& all) {
    for (const auto& entity : all) {
      usage.attachments += has_attached(*entity, arn) ? 1 : 0;
      usage.boundaries += entity->boundary == arn ? 1 : 0;
    }
  };
  count_bounded(entities.users);
  count_bounded(entities.roles);
  for (const auto& group : entities.groups)
    usage.attachments += has_attached(*group, arn) ? 1 : 0;
  return usage;
}

PolicyEntities entities_for(const AccountEntities& entities, std::string_view arn, PolicyUse use) {
  PolicyEntities found;
  const auto uses = [&](const auto& entity) {
    return use == PolicyUse::kPermissions ? has_attached(entity, arn) : entity.boundary == arn;
  };
  found.users = those(entities.users, uses);
  found.roles = those(entities.roles, uses);
  if (use == PolicyUse::kPermissions) {
    found.groups = those(entities.groups, [&](const Group& group) { return has_attached(group, arn); });
  }
  return found;
}

Entities<User> members_of(const AccountEntities& entities, const Group& group) {
  return those(entities.users,
               [&](const User& user) { return std::ranges::find(user.groups, group.unique_id) != user.groups.end(); });
}

Entities<Group> groups_of(const AccountEntities& entities, const User& user) {
  return those(entities.groups, [&](const Group& group) {
    return std::ranges::find(user.groups, group.unique_id) != user.groups.end();
  });
}

const ManagedPolicy* find_policy(const IdentitySnapshot& snapshot, std::string_view arn) {
  const ManagedPolicy* const own = snapshot.entities().policy_by_arn(arn);
  return own != nullptr ? own : snapshot.aws_policies().find(arn);
}

std::vector<std::pair<std::string, int64_t>> account_summary(const IdentitySnapshot& snapshot) {
  const AccountEntities& entities = snapshot.entities();
  size_t versions = 0;
  for (const auto& policy : entities.policies)
    versions += policy->versions.size();
  const std::pair<const char*, size_t> counts[] = {
      {"Users", entities.users.size()},
      {"UsersQuota", kUsersPerAccount},
      {"Groups", entities.groups.size()},
      {"GroupsQuota", kGroupsPerAccount},
      {"Roles", entities.roles.size()},
      {"RolesQuota", kRolesPerAccount},
      {"Policies", entities.policies.size()},
      {"PoliciesQuota", kPoliciesPerAccount},
      {"PolicyVersionsInUse", versions},
      {"PolicyVersionsInUseQuota", kPoliciesPerAccount * kVersionsPerPolicy},
      {"VersionsPerPolicyQuota", kVersionsPerPolicy},
      {"Providers", entities.providers.size()},
      {"GroupsPerUserQuota", kGroupsPerUser},
      {"AccessKeysPerUserQuota", kAccessKeysPerUser},
      {"AttachedPoliciesPerUserQuota", kAttachedPolicies},
      {"AttachedPoliciesPerGroupQuota", kAttachedPolicies},
      {"AttachedPoliciesPerRoleQuota", kAttachedPolicies},
      {"PolicySizeQuota", kManagedPolicySize},
      {"UserPolicySizeQuota", kUserPolicySize},
      {"GroupPolicySizeQuota", kGroupPolicySize},
      {"RolePolicySizeQuota", kRolePolicySize},
      {"AssumeRolePolicySizeQuota", kTrustPolicySize},
      {"AccountAccessKeysPresent", 1},
      {"AccountMFAEnabled", 0},
      {"AccountSigningCertificatesPresent", 0},
      {"MFADevices", 0},
      {"MFADevicesInUse", 0},
      {"InstanceProfiles", 0},
      {"ServerCertificates", 0},
      {"GlobalEndpointTokenVersion", 2},
  };
  std::vector<std::pair<std::string, int64_t>> summary;
  for (const auto& [name, count] : counts)
    summary.emplace_back(name, static_cast<int64_t>(count));
  return summary;
}

}  // namespace coffer::iam
