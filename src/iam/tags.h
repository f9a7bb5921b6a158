// Tags of users, roles, managed policies and OIDC providers. Keys of users and roles differ in more than case.
// Follows "Tags for AWS Identity and Access Management resources" (IAM user guide).
#pragma once

#include <string>
#include <vector>

#include "iam/identity_store.h"

namespace coffer::iam {

// kInvalidInput for two of the same key (whatever the case) and for keys that begin with "aws:"; kLimitExceeded for
// more than 50. What creates an entity begins with it.
Result<void> check_tags(const std::vector<Tag>& tags);

// Adds tags, or gives keys that are there new values; a key keeps its place. kNoSuchEntity, and as check_tags().
Result<void> tag_entity(IdentityStore& store, const EntityRef& ref, const std::vector<Tag>& tags);
// Keys that are not there do no harm. kNoSuchEntity.
Result<void> untag_entity(IdentityStore& store, const EntityRef& ref, const std::vector<std::string>& keys);

}  // namespace coffer::iam
