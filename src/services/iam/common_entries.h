// Users, groups, roles, policies and tags as answers show them. Lists show less than what shows one alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "iam/entities.h"
#include "policy/principal_binding.h"
#include "services/iam/common.h"

namespace coffer::iam_service {

struct TagEntry {
  std::string key;
  std::string value;
  static constexpr wire::Field kFields[] = {wire::field<&TagEntry::key>("Key", kTagKeyBounds),
                                            wire::field<&TagEntry::value>("Value", kTagValueBounds)};
};
std::vector<iam::Tag> to_tags(const std::optional<std::vector<TagEntry>>& entries);
std::vector<TagEntry> to_entries(const std::vector<iam::Tag>& tags);
// Absent when there are none, as AWS leaves them out.
std::optional<std::vector<TagEntry>> shown_tags(const std::vector<iam::Tag>& tags);

struct BoundaryEntry {
  std::string type;
  std::string arn;
  static constexpr wire::Field kFields[] = {wire::field<&BoundaryEntry::type>("PermissionsBoundaryType"),
                                            wire::field<&BoundaryEntry::arn>("PermissionsBoundaryArn")};
};

struct UserEntry {
  std::optional<std::string> path;  // root has none, nor a name
  std::optional<std::string> name;
  std::string id;
  std::string arn;
  Time created;
  std::optional<BoundaryEntry> boundary;
  std::optional<std::vector<TagEntry>> tags;
  static constexpr wire::Field kFields[] = {
      wire::field<&UserEntry::path>("Path"),          wire::field<&UserEntry::name>("UserName"),
      wire::field<&UserEntry::id>("UserId"),          wire::field<&UserEntry::arn>("Arn"),
      wire::field<&UserEntry::created>("CreateDate"), wire::field<&UserEntry::boundary>("PermissionsBoundary"),
      wire::field<&UserEntry::tags>("Tags")};
};

struct GroupEntry {
  std::string path;
  std::string name;
  std::string id;
  std::string arn;
  Time created;
  static constexpr wire::Field kFields[] = {
      wire::field<&GroupEntry::path>("Path"), wire::field<&GroupEntry::name>("GroupName"),
      wire::field<&GroupEntry::id>("GroupId"), wire::field<&GroupEntry::arn>("Arn"),
      wire::field<&GroupEntry::created>("CreateDate")};
};

struct RoleEntry {
  std::string path;
  std::string name;
  std::string id;
  std::string arn;
  Time created;
  std::string trust_policy;  // percent-encoded
  std::optional<std::string> description;
  int64_t max_session_duration;  // seconds
  std::optional<BoundaryEntry> boundary;
  std::optional<std::vector<TagEntry>> tags;
  static constexpr wire::Field kFields[] = {wire::field<&RoleEntry::path>("Path"),
                                            wire::field<&RoleEntry::name>("RoleName"),
                                            wire::field<&RoleEntry::id>("RoleId"),
                                            wire::field<&RoleEntry::arn>("Arn"),
                                            wire::field<&RoleEntry::created>("CreateDate"),
                                            wire::field<&RoleEntry::trust_policy>("AssumeRolePolicyDocument"),
                                            wire::field<&RoleEntry::description>("Description"),
                                            wire::field<&RoleEntry::max_session_duration>("MaxSessionDuration"),
                                            wire::field<&RoleEntry::boundary>("PermissionsBoundary"),
                                            wire::field<&RoleEntry::tags>("Tags")};
};

struct PolicyEntry {
  std::string name;
  std::string id;
  std::string arn;
  std::string path;
  std::string default_version;
  int64_t attachments;
  int64_t boundary_uses;
  bool is_attachable = true;
  std::optional<std::string> description;
  Time created;
  Time updated;
  std::optional<std::vector<TagEntry>> tags;
  static constexpr wire::Field kFields[] = {wire::field<&PolicyEntry::name>("PolicyName"),
                                            wire::field<&PolicyEntry::id>("PolicyId"),
                                            wire::field<&PolicyEntry::arn>("Arn"),
                                            wire::field<&PolicyEntry::path>("Path"),
                                            wire::field<&PolicyEntry::default_version>("DefaultVersionId"),
                                            wire::field<&PolicyEntry::attachments>("AttachmentCount"),
                                            wire::field<&PolicyEntry::boundary_uses>("PermissionsBoundaryUsageCount"),
                                            wire::field<&PolicyEntry::is_attachable>("IsAttachable"),
                                            wire::field<&PolicyEntry::description>("Description"),
                                            wire::field<&PolicyEntry::created>("CreateDate"),
                                            wire::field<&PolicyEntry::updated>("UpdateDate"),
                                            wire::field<&PolicyEntry::tags>("Tags")};
};

struct PolicyVersionEntry {
  std::optional<std::string> document;  // percent-encoded
  std::string id;
  bool is_default;
  Time created;
  static constexpr wire::Field kFields[] = {wire::field<&PolicyVersionEntry::document>("Document"),
                                            wire::field<&PolicyVersionEntry::id>("VersionId"),
                                            wire::field<&PolicyVersionEntry::is_default>("IsDefaultVersion"),
                                            wire::field<&PolicyVersionEntry::created>("CreateDate")};
};

// kListed leaves out tags, boundary and, of policies, the description.
enum class Shown { kAlone, kListed };

UserEntry user_entry(const AccountId& account, const iam::User& user, Shown shown);
GroupEntry group_entry(const AccountId& account, const iam::Group& group);
// kIo, kCorrupt: when principals of the trust policy cannot be read.
Result<RoleEntry> role_entry(const AccountId& account, const iam::Role& role, Shown shown, const Rooms& rooms);
PolicyEntry policy_entry(const iam::IdentitySnapshot& snapshot, const iam::ManagedPolicy& policy, Shown shown);
PolicyVersionEntry version_entry(const iam::PolicyVersion& version, uint32_t default_version);

std::optional<BoundaryEntry> boundary_entry(const std::string& arn);
// The ARN of one of the account's own policies, or of AWS's.
std::string policy_arn(const iam::IdentitySnapshot& snapshot, const iam::ManagedPolicy& policy);
// Policies in answers are percent-encoded as RFC 3986 wants it.
std::string encoded_policy(std::string_view text);

}  // namespace coffer::iam_service
