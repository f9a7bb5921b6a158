// Users, groups, roles and policies with everything that belongs to them, as GetAccountAuthorizationDetails shows them.
#pragma once

#include <string>
#include <vector>

#include "services/iam/common_attachments.h"
#include "services/iam/common_entries.h"

namespace coffer::iam_service {

struct PolicyDetail {
  std::string name;
  std::string document;  // percent-encoded
  static constexpr wire::Field kFields[] = {wire::field<&PolicyDetail::name>("PolicyName"),
                                            wire::field<&PolicyDetail::document>("PolicyDocument")};
};

struct UserDetail {
  std::string path;
  std::string name;
  std::string id;
  std::string arn;
  Time created;
  std::vector<PolicyDetail> policies;
  std::vector<std::string> groups;
  std::vector<AttachedPolicyEntry> attached;
  std::optional<BoundaryEntry> boundary;
  std::vector<TagEntry> tags;
  static constexpr wire::Field kFields[] = {wire::field<&UserDetail::path>("Path"),
                                            wire::field<&UserDetail::name>("UserName"),
                                            wire::field<&UserDetail::id>("UserId"),
                                            wire::field<&UserDetail::arn>("Arn"),
                                            wire::field<&UserDetail::created>("CreateDate"),
                                            wire::field<&UserDetail::policies>("UserPolicyList"),
                                            wire::field<&UserDetail::groups>("GroupList"),
                                            wire::field<&UserDetail::attached>("AttachedManagedPolicies"),
                                            wire::field<&UserDetail::boundary>("PermissionsBoundary"),
                                            wire::field<&UserDetail::tags>("Tags")};
};

struct GroupDetail {
  std::string path;
  std::string name;
  std::string id;
  std::string arn;
  Time created;
  std::vector<PolicyDetail> policies;
  std::vector<AttachedPolicyEntry> attached;
  static constexpr wire::Field kFields[] = {wire::field<&GroupDetail::path>("Path"),
                                            wire::field<&GroupDetail::name>("GroupName"),
                                            wire::field<&GroupDetail::id>("GroupId"),
                                            wire::field<&GroupDetail::arn>("Arn"),
                                            wire::field<&GroupDetail::created>("CreateDate"),
                                            wire::field<&GroupDetail::policies>("GroupPolicyList"),
                                            wire::field<&GroupDetail::attached>("AttachedManagedPolicies")};
};

struct RoleDetail {
  std::string path;
  std::string name;
  std::string id;
  std::string arn;
  Time created;
  std::string trust_policy;  // percent-encoded
  std::vector<NoMembers> instance_profiles;
  std::vector<PolicyDetail> policies;
  std::vector<AttachedPolicyEntry> attached;
  std::optional<BoundaryEntry> boundary;
  std::vector<TagEntry> tags;
  static constexpr wire::Field kFields[] = {wire::field<&RoleDetail::path>("Path"),
                                            wire::field<&RoleDetail::name>("RoleName"),
                                            wire::field<&RoleDetail::id>("RoleId"),
                                            wire::field<&RoleDetail::arn>("Arn"),
                                            wire::field<&RoleDetail::created>("CreateDate"),
                                            wire::field<&RoleDetail::trust_policy>("AssumeRolePolicyDocument"),
                                            wire::field<&RoleDetail::instance_profiles>("InstanceProfileList"),
                                            wire::field<&RoleDetail::policies>("RolePolicyList"),
                                            wire::field<&RoleDetail::attached>("AttachedManagedPolicies"),
                                            wire::field<&RoleDetail::boundary>("PermissionsBoundary"),
                                            wire::field<&RoleDetail::tags>("Tags")};
};

struct ManagedPolicyDetail {
  std::string name;
  std::string id;
  std::string arn;
  std::string path;
  std::string default_version;
  int64_t attachments;
  int64_t boundary_uses;
  bool is_attachable;
  std::optional<std::string> description;
  Time created;
  Time updated;
  std::vector<PolicyVersionEntry> versions;
  static constexpr wire::Field kFields[] = {
      wire::field<&ManagedPolicyDetail::name>("PolicyName"),
      wire::field<&ManagedPolicyDetail::id>("PolicyId"),
      wire::field<&ManagedPolicyDetail::arn>("Arn"),
      wire::field<&ManagedPolicyDetail::path>("Path"),
      wire::field<&ManagedPolicyDetail::default_version>("DefaultVersionId"),
      wire::field<&ManagedPolicyDetail::attachments>("AttachmentCount"),
      wire::field<&ManagedPolicyDetail::boundary_uses>("PermissionsBoundaryUsageCount"),
      wire::field<&ManagedPolicyDetail::is_attachable>("IsAttachable"),
      wire::field<&ManagedPolicyDetail::description>("Description"),
      wire::field<&ManagedPolicyDetail::created>("CreateDate"),
      wire::field<&ManagedPolicyDetail::updated>("UpdateDate"),
      wire::field<&ManagedPolicyDetail::versions>("PolicyVersionList")};
};

UserDetail user_detail(const iam::IdentitySnapshot& snapshot, const iam::User& user);
GroupDetail group_detail(const iam::IdentitySnapshot& snapshot, const iam::Group& group);
struct RoleInAccount {
  const iam::IdentitySnapshot& snapshot;
  const iam::Role& role;
};
// kIo, kCorrupt: when principals of the trust policy cannot be read.
Result<RoleDetail> role_detail(const RoleInAccount& role, const Rooms& rooms);
// All versions with their texts.
ManagedPolicyDetail policy_detail(const iam::IdentitySnapshot& snapshot, const iam::ManagedPolicy& policy);

}  // namespace coffer::iam_service
