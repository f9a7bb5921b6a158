// A KMS key as a resource of decisions: its policy, and the condition keys that tell about it.
// Follows "AWS KMS condition keys" (KMS developer guide).
#pragma once

#include "api/access.h"
#include "base/ids.h"
#include "kms/key.h"

namespace coffer::access {

// REQUIRES: `key` is not null.
api::Resource key_resource(const Region& region, kms::KeyPointer key);
// A key, or an alias, that is not there: nobody may do anything to it, and the refusal does not tell that from others.
api::Resource absent_key_resource(const Region& region, const kms::KeyReference& reference);
// The key of a resource that key_resource() made; nullptr for all others.
const kms::KeyView* find_key(const api::Resource& resource);
// REQUIRES: key_resource() made it.
const kms::KeyView& key_of(const api::Resource& resource);

}  // namespace coffer::access
