// Condition keys of what requests ask for. Follows "Actions, resources, and condition keys for AWS Secrets Manager"
// (Service Authorization Reference).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "services/secretsmanager/common_replicas.h"
#include "services/secretsmanager/common_tags.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

// Tags of a secret that is about to be made count as those of the resource, too.
enum class TagsAre { kOfTheRequest, kOfTheResource };
// aws:RequestTag/key, aws:TagKeys.
void add_tag_keys(const std::vector<TagEntry>& tags, TagsAre are, api::ConditionKeys& keys);

// secretsmanager:KmsKeyId as given, secretsmanager:KmsKeyArn of the key that the caller means, which is
// `resource.other`; nothing when no key is named.
void add_kms_keys(const std::optional<std::string>& kms_key_id, const auth::Caller& caller,
                  const api::Resource& resource, api::ConditionKeys& keys);

// secretsmanager:AddReplicaRegions.
void add_replica_keys(const std::vector<ReplicaRegionEntry>& replicas, api::ConditionKeys& keys);

}  // namespace coffer::secretsmanager
