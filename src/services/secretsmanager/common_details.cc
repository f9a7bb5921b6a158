#include "services/secretsmanager/common_details.h"

#include <algorithm>

namespace coffer::secretsmanager {
namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::optional<wire::StringListMap> labelled_versions(const secrets::Secret& secret) {
  wire::StringListMap map;
  for (const secrets::Version& version : secret.versions) {
    if (!version.stages.empty()) map.emplace_back(version.id.text(), version.stages);
  }
  return map.empty() ? std::nullopt : std::optional(std::move(map));
}

void add_rotation(const secrets::Rotation& rotation, SecretDetails& details) {
  details.rotation_enabled = rotation.enabled;
  details.rotation_lambda_arn = rotation.lambda_arn;
  details.last_rotated_date = rotation.enabled ? rotation.last_rotated : std::nullopt;
  // Rules were checked when they were set; none, and what is no schedule any more, are not shown.
  const auto schedule = secrets::RotationSchedule::parse(rotation.rules);
  if (!schedule.ok()) return;
  RotationRules& rules = details.rotation_rules.emplace();
  rules.automatically_after_days = schedule->automatically_after_days(rotation.counted_from);
  rules.duration = unless_empty(rotation.rules.duration);
  rules.schedule_expression = unless_empty(rotation.rules.schedule_expression);
  if (rotation.enabled) details.next_rotation_date = schedule->next_date(rotation.counted_from);
}

bool is_duration(std::string_view text) {
  return text.size() >= 2 && text.back() == 'h' &&
         std::ranges::all_of(text.substr(0, text.size() - 1), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_schedule(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("()#?*-/, ").find(c) != std::string_view::npos;
  });
}

}  // namespace

const wire::Pattern kDurationPattern{R"([0-9]+h)", is_duration};
const wire::Pattern kSchedulePattern{R"([0-9A-Za-z\(\)#\?\*\-\/, ]+)", is_schedule};

std::string_view shown_primary_region(const secrets::Secret& secret) {
  const bool is_replicated = secret.is_region_replica() || !secret.replicas.empty();
  return is_replicated ? std::string_view(secret.primary_region.text()) : std::string_view();
}

SecretDetails details_of(const secrets::SecretView& view) {
  const secrets::Secret& secret = view.secret;
  SecretDetails details;
  details.arn = view.arn;
  details.name = secret.name;
  details.description = unless_empty(secret.description);
  details.kms_key_id = unless_empty(secret.kms_key_id);
  if (secret.rotation) add_rotation(*secret.rotation, details);
  details.last_changed_date = secret.changed;
  details.last_accessed_date = view.last_accessed;
  details.deleted_date = secret.deletion_requested;
  if (secret.tagged) details.tags = to_entries(secret.tags);
  details.versions_to_stages = labelled_versions(secret);
  details.created_date = secret.created;
  details.primary_region = unless_empty(std::string(shown_primary_region(secret)));
  if (!secret.replicas.empty()) details.replication_status = replication_status(view);
  return details;
}

}  // namespace coffer::secretsmanager
