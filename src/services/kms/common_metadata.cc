#include "services/kms/common_metadata.h"

#include <cstdlib>

namespace coffer::kms_service {
namespace {

MultiRegionConfigurationEntry configuration_of(const kms::KeyInfo& info) {
  const auto entry = [&info](const Region& region) {
    return MultiRegionKeyEntry{kms::key_arn(region, info.name), region.text()};
  };
  const bool is_primary = info.multi_region == kms::MultiRegion::kPrimary;
  MultiRegionConfigurationEntry configuration{is_primary ? "PRIMARY" : "REPLICA", entry(info.related->primary), {}};
  for (const Region& region : info.related->replicas)
    configuration.replica_keys.push_back(entry(region));
  return configuration;
}

}  // namespace

std::string_view name_of(kms::KeyState state) {
  switch (state) {
    case kms::KeyState::kEnabled:
      return "Enabled";
    case kms::KeyState::kDisabled:
      return "Disabled";
    case kms::KeyState::kPendingDeletion:
      return "PendingDeletion";
    case kms::KeyState::kPendingReplicaDeletion:
      return "PendingReplicaDeletion";
  }
  std::abort();
}

KeyMetadataEntry metadata_of(const kms::KeyInfo& info, const Region& region) {
  const std::string arn = kms::key_arn(region, info.name);
  const bool is_updating = info.related && info.related->is_updating;
  KeyMetadataEntry entry{.account = info.name.account,
                         .key_id = info.name.id,
                         .arn = arn,
                         .creation_date = info.created,
                         .enabled = info.state == kms::KeyState::kEnabled && !is_updating,
                         .description = info.description,
                         .key_usage = "ENCRYPT_DECRYPT",
                         .key_state = is_updating ? "Updating" : name_of(info.state),
                         .deletion_date = info.deletion_date,
                         .pending_deletion_window_in_days = info.waiting_days,
                         .origin = "AWS_KMS",
                         .key_manager = info.is_default ? "AWS" : "CUSTOMER",
                         .customer_master_key_spec = kSymmetricDefault,
                         .key_spec = kSymmetricDefault,
                         .encryption_algorithms = {kSymmetricDefault},
                         .multi_region = info.multi_region != kms::MultiRegion::kNo,
                         .multi_region_configuration = std::nullopt,
                         .current_key_material_id = info.material_id};
  if (info.related) entry.multi_region_configuration = configuration_of(info);
  return entry;
}

KeyMetadataEntry metadata_of_replica(const kms::KeyInfo& primary, const Region& region, std::string description,
                                     Time now) {
  kms::KeyInfo replica = primary;
  replica.multi_region = kms::MultiRegion::kReplica;
  replica.description = std::move(description);
  replica.created = now;
  KeyMetadataEntry entry = metadata_of(replica, region);
  entry.enabled = false;
  entry.key_state = "Creating";
  return entry;
}

std::vector<kms::Tag> tags_of(const std::vector<TagEntry>& entries) {
  std::vector<kms::Tag> tags;
  for (const TagEntry& entry : entries)
    tags.push_back({entry.key, entry.value});
  return tags;
}

void add_tag_keys(const std::vector<TagEntry>& tags, TagsAre are, api::ConditionKeys& keys) {
  std::vector<std::string_view> names;
  for (const TagEntry& tag : tags) {
    keys.add_tag("aws:RequestTag/", tag.key, tag.value);
    if (are == TagsAre::kOfTheResource) keys.add_tag("aws:ResourceTag/", tag.key, tag.value);
    names.push_back(tag.key);
  }
  keys.add_list("aws:TagKeys", std::move(names));
}

}  // namespace coffer::kms_service
