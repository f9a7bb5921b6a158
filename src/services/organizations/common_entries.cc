#include "services/organizations/common_entries.h"

#include <cstdlib>

#include "organizations/aws_policies.h"

namespace coffer::organizations_service {
namespace {

using organizations::MemberStatus;
using organizations::NodeKind;
using organizations::RequestState;

std::string_view type_name(NodeKind kind) {
  switch (kind) {
    case NodeKind::kRoot:
      return "ROOT";
    case NodeKind::kUnit:
      return "ORGANIZATIONAL_UNIT";
    case NodeKind::kAccount:
      return "ACCOUNT";
  }
  std::abort();
}

std::string_view state_name(RequestState state) {
  switch (state) {
    case RequestState::kInProgress:
      return "IN_PROGRESS";
    case RequestState::kSucceeded:
      return "SUCCEEDED";
    case RequestState::kFailed:
      return "FAILED";
  }
  std::abort();
}

}  // namespace

OrganizationEntry entry_of(const organizations::OrganizationSnapshot& snapshot) {
  const organizations::Organization& organization = snapshot.organization();
  const organizations::NodeId management = organizations::node_of(organization.management_account);
  OrganizationEntry entry;
  entry.id = organization.id.text();
  entry.arn = arn_of(organization);
  entry.management_account_arn = arn_of(organization, management);
  entry.management_account_id = management.text();
  entry.management_account_email = snapshot.node(management)->membership->email;
  for (const organizations::PolicyType type : organizations::kPolicyTypes)
    entry.available_policy_types.push_back({name_of(type)});
  return entry;
}

RootEntry root_entry(const organizations::OrganizationSnapshot& snapshot) {
  const organizations::Organization& organization = snapshot.organization();
  RootEntry entry{.id = organization.root.text(),
                  .arn = arn_of(organization, organization.root),
                  .name = snapshot.node(organization.root)->name,
                  .policy_types = {}};
  for (const organizations::PolicyType type : organizations::kPolicyTypes) {
    if (organization.is_enabled(type)) entry.policy_types.push_back({name_of(type)});
  }
  return entry;
}

UnitEntry unit_entry(const organizations::OrganizationSnapshot& snapshot, const organizations::Node& unit) {
  return {unit.id.text(), arn_of(snapshot.organization(), unit.id), unit.name, snapshot.path(unit)};
}

AccountEntry account_entry(const organizations::OrganizationSnapshot& snapshot, const organizations::Node& account) {
  const organizations::Membership& membership = *account.membership;
  const bool is_active = membership.status == MemberStatus::kActive;
  const bool was_invited = membership.joined_method == organizations::JoinedMethod::kInvited;
  return {.id = account.id.text(),
          .arn = arn_of(snapshot.organization(), account.id),
          .email = membership.email,
          .name = account.name,
          .status = is_active ? "ACTIVE" : "SUSPENDED",
          .state = is_active ? "ACTIVE" : "CLOSED",
          .paths = {snapshot.path(account)},
          .joined_method = was_invited ? "INVITED" : "CREATED",
          .joined = membership.joined};
}

NodeEntry node_entry(const organizations::NodeId& id) {
  return {id.text(), type_name(kind_of(id))};
}

TargetEntry target_entry(const organizations::Organization& organization, const organizations::Node& node) {
  return {node.id.text(), arn_of(organization, node.id), node.name, type_name(kind_of(node.id))};
}

PolicySummaryEntry summary_entry(const organizations::Organization& organization, const organizations::Policy& policy) {
  return {.id = policy.id.text(),
          .arn = arn_of(organization, policy),
          .name = policy.name,
          .description = policy.description,
          .type = name_of(policy.type),
          .is_aws_managed = organizations::is_aws_managed(policy.id)};
}

PolicyEntry policy_entry(const organizations::Organization& organization, const organizations::Policy& policy) {
  return {summary_entry(organization, policy), policy.content};
}

RequestEntry request_entry(const organizations::AccountRequest& request) {
  RequestEntry entry{.id = request.id.text(),
                     .account_name = request.name,
                     .state = state_name(request.state),
                     .requested = request.requested,
                     .completed = request.completed,
                     .account_id = std::nullopt,
                     .failure_reason = std::nullopt};
  if (request.state == RequestState::kSucceeded) entry.account_id = request.account.text();
  if (request.state == RequestState::kFailed) entry.failure_reason = request.failure;
  return entry;
}

std::vector<organizations::Tag> to_tags(const std::optional<std::vector<TagEntry>>& entries) {
  return entries ? to_tags(*entries) : std::vector<organizations::Tag>();
}

std::vector<organizations::Tag> to_tags(const std::vector<TagEntry>& entries) {
  std::vector<organizations::Tag> tags;
  tags.reserve(entries.size());
  for (const TagEntry& entry : entries)
    tags.push_back({entry.key, entry.value});
  return tags;
}

std::vector<TagEntry> to_entries(const std::vector<organizations::Tag>& tags) {
  std::vector<TagEntry> entries;
  entries.reserve(tags.size());
  for (const organizations::Tag& tag : tags)
    entries.push_back({tag.key, tag.value});
  return entries;
}

}  // namespace coffer::organizations_service
