#include "services/iam/common_entries.h"

#include "base/encoding.h"
#include "iam/aws_managed_policies.h"
#include "iam/policies.h"
#include "iam/roles.h"

namespace coffer::iam_service {
namespace {

std::optional<std::string> if_any(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

std::vector<iam::Tag> to_tags(const std::optional<std::vector<TagEntry>>& entries) {
  std::vector<iam::Tag> tags;
  if (!entries) return tags;
  for (const TagEntry& entry : *entries)
    tags.push_back({entry.key, entry.value});
  return tags;
}

std::vector<TagEntry> to_entries(const std::vector<iam::Tag>& tags) {
  std::vector<TagEntry> entries;
  for (const iam::Tag& tag : tags)
    entries.push_back({tag.key, tag.value});
  return entries;
}

std::optional<std::vector<TagEntry>> shown_tags(const std::vector<iam::Tag>& tags) {
  return tags.empty() ? std::nullopt : std::optional(to_entries(tags));
}

std::optional<BoundaryEntry> boundary_entry(const std::string& arn) {
  if (arn.empty()) return std::nullopt;
  return BoundaryEntry{"Policy", arn};
}

UserEntry user_entry(const AccountId& account, const iam::User& user, Shown shown) {
  UserEntry entry{user.path, user.name, user.unique_id, iam::arn_of(account, user), user.created, {}, {}};
  if (shown == Shown::kAlone) {
    entry.boundary = boundary_entry(user.boundary);
    entry.tags = shown_tags(user.tags);
  }
  return entry;
}

GroupEntry group_entry(const AccountId& account, const iam::Group& group) {
  return {group.path, group.name, group.unique_id, iam::arn_of(account, group), group.created};
}

Result<RoleEntry> role_entry(const AccountId& account, const iam::Role& role, Shown shown, const Rooms& rooms) {
  COFFER_ASSIGN(const std::string trust, iam::shown_trust_policy(role, rooms.identities.parts().identities));
  const auto duration = std::chrono::floor<std::chrono::seconds>(role.max_session_duration);
  RoleEntry entry{role.path,
                  role.name,
                  role.unique_id,
                  iam::arn_of(account, role),
                  role.created,
                  encoded_policy(trust),
                  if_any(role.description),
                  duration.count(),
                  {},
                  {}};
  if (shown == Shown::kAlone) {
    entry.boundary = boundary_entry(role.boundary);
    entry.tags = shown_tags(role.tags);
  }
  return entry;
}

std::string policy_arn(const iam::IdentitySnapshot& snapshot, const iam::ManagedPolicy& policy) {
  const std::string aws = iam::AwsManagedPolicies::arn_of(policy);
  return snapshot.aws_policies().find(aws) == &policy ? aws : iam::arn_of(snapshot.account(), policy);
}

PolicyEntry policy_entry(const iam::IdentitySnapshot& snapshot, const iam::ManagedPolicy& policy, Shown shown) {
  PolicyEntry entry;
  entry.name = policy.name;
  entry.id = policy.unique_id;
  entry.arn = policy_arn(snapshot, policy);
  entry.path = policy.path;
  entry.default_version = iam::version_id(policy.default_version);
  const iam::PolicyUsage usage = iam::usage_of(snapshot.entities(), entry.arn);
  entry.attachments = static_cast<int64_t>(usage.attachments);
  entry.boundary_uses = static_cast<int64_t>(usage.boundaries);
  entry.created = policy.created;
  entry.updated = policy.updated;
  if (shown == Shown::kAlone) {
    entry.description = if_any(policy.description);
    entry.tags = shown_tags(policy.tags);
  }
  return entry;
}

PolicyVersionEntry version_entry(const iam::PolicyVersion& version, uint32_t default_version) {
  return {{}, iam::version_id(version.number), version.number == default_version, version.created};
}

std::string encoded_policy(std::string_view text) {
  std::string encoded;
  percent_encode(text, false, encoded);
  return encoded;
}

}  // namespace coffer::iam_service
