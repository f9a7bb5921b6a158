// How many identities there may be, and how large policies: AWS's default quotas.
// Follows "IAM and AWS STS quotas" (IAM user guide). Sizes of policies do not count white space.
#pragma once

#include <cstddef>

namespace coffer::iam {

inline constexpr size_t kUsersPerAccount = 5000;
inline constexpr size_t kGroupsPerAccount = 300;
inline constexpr size_t kRolesPerAccount = 1000;
inline constexpr size_t kPoliciesPerAccount = 1500;
inline constexpr size_t kProvidersPerAccount = 100;
inline constexpr size_t kGroupsPerUser = 10;
inline constexpr size_t kAccessKeysPerUser = 2;
inline constexpr size_t kAttachedPolicies = 10;  // for each user, group and role
inline constexpr size_t kVersionsPerPolicy = 5;
inline constexpr size_t kTagsPerEntity = 50;
inline constexpr size_t kClientIdsPerProvider = 100;
inline constexpr size_t kThumbprintsPerProvider = 5;

inline constexpr size_t kManagedPolicySize = 6144;
inline constexpr size_t kUserPolicySize = 2048;  // all inline policies together
inline constexpr size_t kGroupPolicySize = 5120;
inline constexpr size_t kRolePolicySize = 10240;
inline constexpr size_t kTrustPolicySize = 2048;

inline constexpr size_t kUserNameSize = 64;
inline constexpr size_t kGroupNameSize = 128;
inline constexpr size_t kRoleNameSize = 64;
inline constexpr size_t kPolicyNameSize = 128;

}  // namespace coffer::iam
