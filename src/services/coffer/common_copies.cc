#include "services/coffer/common_copies.h"

#include <algorithm>

namespace coffer::coffer_service {
namespace {

void describe_tags(const api::Resource& resource, api::ConditionKeys& keys) {
  const auto& view = *static_cast<const secrets::SecretView*>(resource.found.get());
  for (const secrets::Tag& tag : view.secret.tags)
    keys.add_tag("aws:ResourceTag/", tag.key, tag.value);
}

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::string_view role_of(const secrets::Secret& secret) {
  if (secret.role == secrets::Role::kPrimary) return "Primary";
  return secret.is_region_replica() ? "Replica" : "CrossAccountReplica";
}

// The two are secrets of one region, and so are whoever has the link.
std::string arn_of(const secrets::ForeignSecret& foreign, const Region& region) {
  return secrets::secret_arn(region, foreign.account, foreign.name, foreign.suffix);
}

std::optional<Region> successor_of(const secrets::ReplicaProgress& progress) {
  return progress.replaced_by ? std::optional(progress.replaced_by->region) : std::nullopt;
}

// What a dry run answers: the secret as it would be.
secrets::SecretPointer imagined(const secrets::SecretView& view, secrets::Change change) {
  auto result = std::make_shared<secrets::SecretView>(view);
  result->secret = std::move(change.secret);
  return result;
}

}  // namespace

Error secret_not_found() {
  return Error{ErrorCode::kResourceNotFound, "Secrets Manager can't find the specified secret."};
}

Result<void> check_is_meant(const secrets::SecretView& view, const secrets::SecretId& id,
                            const api::Resource& resource) {
  const bool is_meant = (!id.suffix || *id.suffix == view.secret.suffix) && view.arn == resource.name;
  return is_meant ? Result<void>() : Result<void>(secret_not_found());
}

Copy copy_of(const secrets::SecretView& view) {
  const secrets::Secret& secret = view.secret;
  Copy copy{.name = secret.name,
            .arn = view.arn,
            .role = role_of(secret),
            .primary_region = secret.primary_region,
            .lineage_epoch = static_cast<int64_t>(secret.lineage_epoch),
            .generation = static_cast<int64_t>(secret.generation),
            .kms_key_id = given(secret.kms_key_id),
            .changed_date = secret.changed,
            .deletion_date = secret.deletion_date,
            .versions = {},
            .replicas = {},
            .other_regions = {},
            .cross_account_replica = given(secret.primarys_foreign_replica),
            .cross_account_primary = {}};
  if (const auto& link = secret.cross_account_replica) {
    copy.cross_account_replica = arn_of(link->replica, secret.primary_region);
  }
  if (const auto& link = secret.cross_account_primary) {
    copy.cross_account_primary = arn_of(link->primary, secret.primary_region);
  }
  for (const secrets::Version& version : secret.versions)
    copy.versions.push_back({version.id.text(), version.stages, version.created});
  for (const secrets::ReplicaRegion& replica : secret.replicas) {
    auto [status, message] = view.replica_status(replica.region);
    CopyReplica& added = copy.replicas.emplace_back(
        CopyReplica{.region = replica.region, .status = status, .kms_key_id = given(replica.kms_key_id)});
    if (!message.empty()) added.status_message = std::move(message);
    const auto progress =
        std::ranges::find(view.progress, replica.region, &std::pair<Region, secrets::ReplicaProgress>::first);
    if (progress != view.progress.end()) added.replaced_by = successor_of(progress->second);
  }
  for (const secrets::ReplicaRegion& sibling : secret.siblings)
    copy.other_regions.push_back(sibling.region);
  return copy;
}

Result<Region> parse_region(std::string_view text, std::string_view member, const Rooms& rooms) {
  auto region = Region::parse(text);
  // What was promoted nowhere before its primary's region was removed can still be.
  const bool was_removed = region && rooms.membership != nullptr && rooms.membership->was_removed(*region);
  if (was_removed || (region && rooms.regions.has(*region))) return std::move(*region);
  return Error{ErrorCode::kInvalidParameter, std::string(member) + " is no region of this deployment."};
}

Result<api::Resource> secret_resource(std::string_view secret_id, const auth::Caller& caller, const Rooms& rooms) {
  COFFER_ASSIGN(secrets::SecretId id, secrets::parse_secret_id(secret_id, caller.account, rooms.regions.self()));
  if (id.account != caller.account && !id.suffix) return api::Resource{std::string(id.given), std::move(id.account)};
  COFFER_ASSIGN(const secrets::SecretPointer view, rooms.secrets.find(id));
  if (view == nullptr) return api::Resource{std::string(id.given), std::move(id.account)};
  return api::Resource{.name = view->arn,
                       .account = std::move(id.account),
                       .found = view,
                       .policy = view->policy,
                       .describe = describe_tags};
}

Result<secrets::SecretPointer> change_secret(const Change& change, const Rooms& rooms, const MakeChange& make) {
  COFFER_ASSIGN(const secrets::SecretId id,
                secrets::parse_secret_id(change.secret_id, change.caller, rooms.regions.self()));
  const auto checked = [&](const secrets::SecretView& view) -> Result<secrets::Change> {
    COFFER_TRY(check_is_meant(view, id, change.resource));
    return make(view);
  };
  if (change.is_dry_run) {
    COFFER_ASSIGN(const secrets::SecretPointer view, rooms.secrets.find(id));
    if (view == nullptr) return secret_not_found();
    COFFER_ASSIGN(secrets::Change made, checked(*view));
    return imagined(*view, std::move(made));
  }
  return rooms.secrets.update(id.account, id.name,
                              [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                                COFFER_ASSIGN(secrets::Change made, checked(view));
                                return std::optional(std::move(made));
                              });
}

}  // namespace coffer::coffer_service
