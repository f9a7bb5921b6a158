// A KMS key as a resource of decisions: its policy, and the condition keys that tell about it.
// Follows "AWS KMS condition keys" (KMS developer guide).
#pragma once

#include "api/access.h"
#include "base/ids.h"
#include "kms/key.h"

namespace coffer::access {

// REQUIRES: `key` is not null.
api::Resource key_resource(const Region& region, kms::KeyPointer key);
// The key of such a resource.
const kms::KeyView& key_of(const api::Resource& resource);

}  // namespace coffer::access
