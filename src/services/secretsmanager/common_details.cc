#include "services/secretsmanager/common_details.h"

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

}  // namespace

std::string_view shown_primary_region(const secrets::Secret& secret) {
  const bool is_replicated = secret.role == secrets::Role::kReplica || !secret.replicas.empty();
  return is_replicated ? std::string_view(secret.primary_region.text()) : std::string_view();
}

SecretDetails details_of(const secrets::SecretView& view) {
  const secrets::Secret& secret = view.secret;
  SecretDetails details;
  details.arn = view.arn;
  details.name = secret.name;
  details.description = unless_empty(secret.description);
  details.kms_key_id = unless_empty(secret.kms_key_id);
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
