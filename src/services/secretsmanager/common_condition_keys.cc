#include "services/secretsmanager/common_condition_keys.h"

#include "services/secretsmanager/common_kms.h"

namespace coffer::secretsmanager {

void add_tag_keys(const std::vector<TagEntry>& tags, TagsAre are, api::ConditionKeys& keys) {
  std::vector<std::string_view> names;
  for (const TagEntry& tag : tags) {
    if (!tag.key) continue;
    const std::string_view value = tag.value ? std::string_view(*tag.value) : std::string_view();
    keys.add_tag("aws:RequestTag/", *tag.key, value);
    if (are == TagsAre::kOfTheResource) {
      keys.add_tag("aws:ResourceTag/", *tag.key, value);
      keys.add_tag("secretsmanager:ResourceTag/", *tag.key, value);
    }
    names.push_back(*tag.key);
  }
  keys.add_list("aws:TagKeys", std::move(names));
}

void add_kms_keys(const std::optional<std::string>& kms_key_id, const auth::Caller& caller,
                  const api::Resource& resource, api::ConditionKeys& keys) {
  if (!kms_key_id) return;
  keys.add("secretsmanager:KmsKeyId", *kms_key_id);
  if (usable_key(resource, caller) != nullptr) keys.add("secretsmanager:KmsKeyArn", resource.other->name);
}

void add_replica_keys(const std::vector<ReplicaRegionEntry>& replicas, api::ConditionKeys& keys) {
  std::vector<std::string_view> regions;
  for (const ReplicaRegionEntry& replica : replicas) {
    if (replica.region) regions.push_back(*replica.region);
  }
  keys.add_list("secretsmanager:AddReplicaRegions", std::move(regions));
}

}  // namespace coffer::secretsmanager
