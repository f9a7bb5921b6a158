// A secret as DescribeSecret and ListSecrets show it: the same members, but for the name of one. Members that do not
// apply stay absent, as recorded from AWS. Those of owning services and of managed external secrets are never
// set.
#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "services/secretsmanager/common_cross_account.h"
#include "services/secretsmanager/common_replicas.h"
#include "services/secretsmanager/common_tags.h"
#include "services/secretsmanager/rooms.h"
#include "wire/shape.h"

namespace coffer::secretsmanager {

extern const wire::Pattern kDurationPattern;
extern const wire::Pattern kSchedulePattern;

// In requests and in answers.
struct RotationRules {
  std::optional<int64_t> automatically_after_days;
  std::optional<std::string> duration;
  std::optional<std::string> schedule_expression;
  static constexpr wire::Field kFields[] = {
      wire::field<&RotationRules::automatically_after_days>("AutomaticallyAfterDays", {.min = 1, .max = 1000}),
      wire::field<&RotationRules::duration>("Duration", {.min = 2, .max = 3, .pattern = &kDurationPattern}),
      wire::field<&RotationRules::schedule_expression>("ScheduleExpression",
                                                       {.min = 1, .max = 256, .pattern = &kSchedulePattern})};
};

struct ExternalRotationItem {
  std::optional<std::string> key;
  std::optional<std::string> value;
  static constexpr wire::Field kFields[] = {
      wire::field<&ExternalRotationItem::key>("Key", {.min = 1, .max = 256}),
      wire::field<&ExternalRotationItem::value>("Value", {.min = 1, .max = 2048})};
};

struct SecretDetails {
  std::string arn;
  std::string name;
  std::optional<std::string> type;
  std::optional<std::string> description;
  std::optional<std::string> kms_key_id;
  std::optional<bool> rotation_enabled;
  std::optional<std::string> rotation_lambda_arn;
  std::optional<RotationRules> rotation_rules;
  std::optional<std::vector<ExternalRotationItem>> external_rotation_metadata;
  std::optional<std::string> external_rotation_role_arn;
  std::optional<Time> last_rotated_date;
  std::optional<Time> last_changed_date;
  std::optional<Time> last_accessed_date;
  std::optional<Time> deleted_date;
  std::optional<Time> next_rotation_date;
  std::optional<std::vector<TagEntry>> tags;
  std::optional<wire::StringListMap> versions_to_stages;
  std::optional<std::string> owning_service;
  std::optional<Time> created_date;
  std::optional<std::string> primary_region;
  // DescribeSecret only.
  std::optional<std::vector<ReplicationStatusEntry>> replication_status;
  std::optional<CrossAccountPrimaryEntry> cross_account_primary;
  std::optional<std::vector<CrossAccountReplicaEntry>> cross_account_replicas;
};

SecretDetails details_of(const secrets::SecretView& view);

// The primary region's name where AWS shows it: when the secret has replicas, or is one. Otherwise empty.
std::string_view shown_primary_region(const secrets::Secret& secret);

struct SecretListEntry : SecretDetails {
  using D = SecretDetails;
  static constexpr wire::Field kFields[] = {
      wire::field<&D::arn>("ARN"),
      wire::field<&D::name>("Name"),
      wire::field<&D::type>("Type"),
      wire::field<&D::description>("Description"),
      wire::field<&D::kms_key_id>("KmsKeyId"),
      wire::field<&D::rotation_enabled>("RotationEnabled"),
      wire::field<&D::rotation_lambda_arn>("RotationLambdaARN"),
      wire::field<&D::rotation_rules>("RotationRules"),
      wire::field<&D::external_rotation_metadata>("ExternalSecretRotationMetadata"),
      wire::field<&D::external_rotation_role_arn>("ExternalSecretRotationRoleArn"),
      wire::field<&D::last_rotated_date>("LastRotatedDate"),
      wire::field<&D::last_changed_date>("LastChangedDate"),
      wire::field<&D::last_accessed_date>("LastAccessedDate"),
      wire::field<&D::deleted_date>("DeletedDate"),
      wire::field<&D::next_rotation_date>("NextRotationDate"),
      wire::field<&D::tags>("Tags"),
      wire::field<&D::versions_to_stages>("SecretVersionsToStages"),
      wire::field<&D::owning_service>("OwningService"),
      wire::field<&D::created_date>("CreatedDate"),
      wire::field<&D::primary_region>("PrimaryRegion")};
};
// The fields above are read through a pointer to the whole entry, which must be one to its base.
static_assert(std::is_standard_layout_v<SecretListEntry>);

}  // namespace coffer::secretsmanager
