#include "services/kms/common_metadata.h"

#include <cstdlib>

namespace coffer::kms_service {

std::string_view name_of(kms::KeyState state) {
  switch (state) {
    case kms::KeyState::kEnabled:
      return "Enabled";
    case kms::KeyState::kDisabled:
      return "Disabled";
    case kms::KeyState::kPendingDeletion:
      return "PendingDeletion";
  }
  std::abort();
}

KeyMetadataEntry metadata_of(const kms::KeyInfo& info, const Region& region) {
  const std::string arn = kms::key_arn(region, info.name);
  KeyMetadataEntry entry{.account = info.name.account,
                         .key_id = info.name.id,
                         .arn = arn,
                         .creation_date = info.created,
                         .enabled = info.state == kms::KeyState::kEnabled,
                         .description = info.description,
                         .key_usage = "ENCRYPT_DECRYPT",
                         .key_state = name_of(info.state),
                         .deletion_date = info.deletion_date,
                         .origin = "AWS_KMS",
                         .key_manager = info.is_default ? "AWS" : "CUSTOMER",
                         .customer_master_key_spec = kSymmetricDefault,
                         .key_spec = kSymmetricDefault,
                         .encryption_algorithms = {kSymmetricDefault},
                         .multi_region = info.multi_region != kms::MultiRegion::kNo,
                         .multi_region_configuration = std::nullopt,
                         .current_key_material_id = info.material_id};
  if (info.multi_region == kms::MultiRegion::kPrimary) {
    entry.multi_region_configuration = MultiRegionConfigurationEntry{"PRIMARY", {arn, region.text()}, {}};
  }
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
