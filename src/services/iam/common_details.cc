#include "services/iam/common_details.h"

namespace coffer::iam_service {
namespace {

std::vector<PolicyDetail> inline_details(const iam::PolicyHolder& holder) {
  std::vector<PolicyDetail> details;
  for (const iam::InlinePolicy& policy : holder.inline_policies)
    details.push_back({policy.name, encoded_policy(policy.text)});
  return details;
}

}  // namespace

UserDetail user_detail(const iam::IdentitySnapshot& snapshot, const iam::User& user) {
  std::vector<std::string> groups;
  for (const auto& group : iam::groups_of(snapshot.entities(), user))
    groups.push_back(group->name);
  return {user.path,
          user.name,
          user.unique_id,
          iam::arn_of(snapshot.account(), user),
          user.created,
          inline_details(user),
          std::move(groups),
          attached_entries(snapshot, user, "/"),
          boundary_entry(user.boundary),
          to_entries(user.tags)};
}

GroupDetail group_detail(const iam::IdentitySnapshot& snapshot, const iam::Group& group) {
  return {group.path,
          group.name,
          group.unique_id,
          iam::arn_of(snapshot.account(), group),
          group.created,
          inline_details(group),
          attached_entries(snapshot, group, "/")};
}

Result<RoleDetail> role_detail(const RoleInAccount& in_account, const Rooms& rooms) {
  const auto& [snapshot, role] = in_account;
  COFFER_ASSIGN(RoleEntry entry, role_entry(snapshot.account(), role, Shown::kAlone, rooms));
  return RoleDetail{std::move(entry.path),
                    std::move(entry.name),
                    std::move(entry.id),
                    std::move(entry.arn),
                    entry.created,
                    std::move(entry.trust_policy),
                    {},
                    inline_details(role),
                    attached_entries(snapshot, role, "/"),
                    std::move(entry.boundary),
                    to_entries(role.tags)};
}

ManagedPolicyDetail policy_detail(const iam::IdentitySnapshot& snapshot, const iam::ManagedPolicy& policy) {
  PolicyEntry entry = policy_entry(snapshot, policy, Shown::kAlone);
  std::vector<PolicyVersionEntry> versions;
  for (const iam::PolicyVersion& version : policy.versions) {
    versions.push_back(version_entry(version, policy.default_version));
    versions.back().document = encoded_policy(version.text);
  }
  return {std::move(entry.name),
          std::move(entry.id),
          std::move(entry.arn),
          std::move(entry.path),
          std::move(entry.default_version),
          entry.attachments,
          entry.boundary_uses,
          entry.is_attachable,
          std::move(entry.description),
          entry.created,
          entry.updated,
          std::move(versions)};
}

}  // namespace coffer::iam_service
