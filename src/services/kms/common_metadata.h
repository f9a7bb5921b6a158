// KeyMetadata: a key as DescribeKey, CreateKey and ReplicateKey show it; tags as all operations have them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/kms/common.h"

namespace coffer::kms_service {

inline constexpr std::string_view kSymmetricDefault = "SYMMETRIC_DEFAULT";

struct MultiRegionKeyEntry {
  std::string arn;
  std::string region;
  static constexpr wire::Field kFields[] = {wire::field<&MultiRegionKeyEntry::arn>("Arn"),
                                            wire::field<&MultiRegionKeyEntry::region>("Region")};
};

struct MultiRegionConfigurationEntry {
  std::string multi_region_key_type;
  MultiRegionKeyEntry primary_key;
  std::vector<MultiRegionKeyEntry> replica_keys;
  static constexpr wire::Field kFields[] = {
      wire::field<&MultiRegionConfigurationEntry::multi_region_key_type>("MultiRegionKeyType"),
      wire::field<&MultiRegionConfigurationEntry::primary_key>("PrimaryKey"),
      wire::field<&MultiRegionConfigurationEntry::replica_keys>("ReplicaKeys")};
};

struct KeyMetadataEntry {
  AccountId account;
  std::string key_id;
  std::string arn;
  Time creation_date;
  bool enabled;
  std::string description;
  std::string_view key_usage;
  std::string_view key_state;
  std::optional<Time> deletion_date;
  std::optional<int64_t> pending_deletion_window_in_days;
  std::string_view origin;
  std::string_view key_manager;
  std::string_view customer_master_key_spec;
  std::string_view key_spec;
  std::vector<std::string_view> encryption_algorithms;
  bool multi_region;
  std::optional<MultiRegionConfigurationEntry> multi_region_configuration;
  std::string current_key_material_id;
  static constexpr wire::Field kFields[] = {
      wire::field<&KeyMetadataEntry::account>("AWSAccountId"),
      wire::field<&KeyMetadataEntry::key_id>("KeyId"),
      wire::field<&KeyMetadataEntry::arn>("Arn"),
      wire::field<&KeyMetadataEntry::creation_date>("CreationDate"),
      wire::field<&KeyMetadataEntry::enabled>("Enabled"),
      wire::field<&KeyMetadataEntry::description>("Description"),
      wire::field<&KeyMetadataEntry::key_usage>("KeyUsage"),
      wire::field<&KeyMetadataEntry::key_state>("KeyState"),
      wire::field<&KeyMetadataEntry::deletion_date>("DeletionDate"),
      wire::field<&KeyMetadataEntry::pending_deletion_window_in_days>("PendingDeletionWindowInDays"),
      wire::field<&KeyMetadataEntry::origin>("Origin"),
      wire::field<&KeyMetadataEntry::key_manager>("KeyManager"),
      wire::field<&KeyMetadataEntry::customer_master_key_spec>("CustomerMasterKeySpec"),
      wire::field<&KeyMetadataEntry::key_spec>("KeySpec"),
      wire::field<&KeyMetadataEntry::encryption_algorithms>("EncryptionAlgorithms"),
      wire::field<&KeyMetadataEntry::multi_region>("MultiRegion"),
      wire::field<&KeyMetadataEntry::multi_region_configuration>("MultiRegionConfiguration"),
      wire::field<&KeyMetadataEntry::current_key_material_id>("CurrentKeyMaterialId")};
};

KeyMetadataEntry metadata_of(const kms::KeyInfo& info, const Region& region);
// The key that ReplicateKey is about to make in another region of `primary`'s.
KeyMetadataEntry metadata_of_replica(const kms::KeyInfo& primary, const Region& region, std::string description,
                                     Time now);
// "Enabled", "Disabled", "PendingDeletion", "PendingReplicaDeletion".
std::string_view name_of(kms::KeyState state);

struct TagEntry {
  std::string key;
  std::string value;
  static constexpr wire::Field kFields[] = {wire::field<&TagEntry::key>("TagKey", {.min = 1, .max = 128}),
                                            wire::field<&TagEntry::value>("TagValue", {.min = 0, .max = 256})};
};
std::vector<kms::Tag> tags_of(const std::vector<TagEntry>& entries);

// Tags of a key that is about to be made count as those of the resource, too.
enum class TagsAre { kOfTheRequest, kOfTheResource };
// aws:RequestTag/key, aws:TagKeys.
void add_tag_keys(const std::vector<TagEntry>& tags, TagsAre are, api::ConditionKeys& keys);

}  // namespace coffer::kms_service
