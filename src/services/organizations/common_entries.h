// How organizations and what is in them stand in answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "organizations/organization_snapshot.h"
#include "services/organizations/common_bounds.h"
#include "wire/shape.h"

namespace coffer::organizations_service {

struct TagEntry {
  std::string key;
  std::string value;
  static constexpr wire::Field kFields[] = {wire::field<&TagEntry::key>("Key", kTagKeyBounds),
                                            wire::field<&TagEntry::value>("Value", kTagValueBounds)};
};

struct PolicyTypeEntry {
  std::string_view type;
  std::string_view status = "ENABLED";
  static constexpr wire::Field kFields[] = {wire::field<&PolicyTypeEntry::type>("Type"),
                                            wire::field<&PolicyTypeEntry::status>("Status")};
};

struct OrganizationEntry {
  std::string id;
  std::string arn;
  std::string_view feature_set = "ALL";
  std::string management_account_arn;
  std::string management_account_id;
  std::string management_account_email;
  std::vector<PolicyTypeEntry> available_policy_types;
  static constexpr wire::Field kFields[] = {
      wire::field<&OrganizationEntry::id>("Id"),
      wire::field<&OrganizationEntry::arn>("Arn"),
      wire::field<&OrganizationEntry::feature_set>("FeatureSet"),
      wire::field<&OrganizationEntry::management_account_arn>("MasterAccountArn"),
      wire::field<&OrganizationEntry::management_account_id>("MasterAccountId"),
      wire::field<&OrganizationEntry::management_account_email>("MasterAccountEmail"),
      wire::field<&OrganizationEntry::available_policy_types>("AvailablePolicyTypes")};
};

struct RootEntry {
  std::string id;
  std::string arn;
  std::string name;
  std::vector<PolicyTypeEntry> policy_types;
  static constexpr wire::Field kFields[] = {wire::field<&RootEntry::id>("Id"), wire::field<&RootEntry::arn>("Arn"),
                                            wire::field<&RootEntry::name>("Name"),
                                            wire::field<&RootEntry::policy_types>("PolicyTypes")};
};

struct UnitEntry {
  std::string id;
  std::string arn;
  std::string name;
  std::string path;
  static constexpr wire::Field kFields[] = {wire::field<&UnitEntry::id>("Id"), wire::field<&UnitEntry::arn>("Arn"),
                                            wire::field<&UnitEntry::name>("Name"),
                                            wire::field<&UnitEntry::path>("Path")};
};

struct AccountEntry {
  std::string id;
  std::string arn;
  std::string email;
  std::string name;
  std::string_view status;
  std::string_view state;
  std::vector<std::string> paths;
  std::string_view joined_method;
  Time joined;
  static constexpr wire::Field kFields[] = {wire::field<&AccountEntry::id>("Id"),
                                            wire::field<&AccountEntry::arn>("Arn"),
                                            wire::field<&AccountEntry::email>("Email"),
                                            wire::field<&AccountEntry::name>("Name"),
                                            wire::field<&AccountEntry::status>("Status"),
                                            wire::field<&AccountEntry::state>("State"),
                                            wire::field<&AccountEntry::paths>("Paths"),
                                            wire::field<&AccountEntry::joined_method>("JoinedMethod"),
                                            wire::field<&AccountEntry::joined>("JoinedTimestamp")};
};

struct PolicySummaryEntry {
  std::string id;
  std::string arn;
  std::string name;
  std::string description;
  std::string_view type;
  bool is_aws_managed = false;
  static constexpr wire::Field kFields[] = {
      wire::field<&PolicySummaryEntry::id>("Id"),     wire::field<&PolicySummaryEntry::arn>("Arn"),
      wire::field<&PolicySummaryEntry::name>("Name"), wire::field<&PolicySummaryEntry::description>("Description"),
      wire::field<&PolicySummaryEntry::type>("Type"), wire::field<&PolicySummaryEntry::is_aws_managed>("AwsManaged")};
};

struct PolicyEntry {
  PolicySummaryEntry summary;
  std::string content;
  static constexpr wire::Field kFields[] = {wire::field<&PolicyEntry::summary>("PolicySummary"),
                                            wire::field<&PolicyEntry::content>("Content")};
};

struct RequestEntry {
  std::string id;
  std::string account_name;
  std::string_view state;
  Time requested;
  std::optional<Time> completed;
  std::optional<std::string> account_id;
  std::optional<std::string> failure_reason;
  static constexpr wire::Field kFields[] = {wire::field<&RequestEntry::id>("Id"),
                                            wire::field<&RequestEntry::account_name>("AccountName"),
                                            wire::field<&RequestEntry::state>("State"),
                                            wire::field<&RequestEntry::requested>("RequestedTimestamp"),
                                            wire::field<&RequestEntry::completed>("CompletedTimestamp"),
                                            wire::field<&RequestEntry::account_id>("AccountId"),
                                            wire::field<&RequestEntry::failure_reason>("FailureReason")};
};

// A node where only its id and kind are shown, and with a policy that is attached to it.
struct NodeEntry {
  std::string id;
  std::string_view type;
  static constexpr wire::Field kFields[] = {wire::field<&NodeEntry::id>("Id"), wire::field<&NodeEntry::type>("Type")};
};
struct TargetEntry {
  std::string id;
  std::string arn;
  std::string name;
  std::string_view type;
  static constexpr wire::Field kFields[] = {
      wire::field<&TargetEntry::id>("TargetId"), wire::field<&TargetEntry::arn>("Arn"),
      wire::field<&TargetEntry::name>("Name"), wire::field<&TargetEntry::type>("Type")};
};

OrganizationEntry entry_of(const organizations::OrganizationSnapshot& snapshot);
RootEntry root_entry(const organizations::OrganizationSnapshot& snapshot);
UnitEntry unit_entry(const organizations::OrganizationSnapshot& snapshot, const organizations::Node& unit);
// REQUIRES: an account.
AccountEntry account_entry(const organizations::OrganizationSnapshot& snapshot, const organizations::Node& account);
NodeEntry node_entry(const organizations::NodeId& id);
TargetEntry target_entry(const organizations::Organization& organization, const organizations::Node& node);
PolicySummaryEntry summary_entry(const organizations::Organization& organization, const organizations::Policy& policy);
PolicyEntry policy_entry(const organizations::Organization& organization, const organizations::Policy& policy);
RequestEntry request_entry(const organizations::AccountRequest& request);

std::vector<organizations::Tag> to_tags(const std::optional<std::vector<TagEntry>>& entries);
std::vector<organizations::Tag> to_tags(const std::vector<TagEntry>& entries);
std::vector<TagEntry> to_entries(const std::vector<organizations::Tag>& tags);

}  // namespace coffer::organizations_service
