// Tags of the root, of units, accounts and policies. Keys are case-sensitive.
// Follows TagResource and UntagResource (Organizations API reference).
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "organizations/organization_store.h"

namespace coffer::organizations {

// What may have tags.
using ResourceId = std::variant<NodeId, PolicyId>;
struct ResourceRef {
  const OrganizationId& organization;
  ResourceId id;
};

// kInvalidInput for two of the same key and for keys that begin with "aws:"; kConstraintViolation for more than 50.
// What creates a resource begins with it.
Result<void> check_tags(const std::vector<Tag>& tags);

// kTargetNotFound, as it is for AWS's own policies, which have none.
Result<std::vector<Tag>> tags_of(const OrganizationSnapshot& snapshot, const ResourceId& id);
// Adds tags, or gives keys that are there new values; a key keeps its place. kTargetNotFound, and as check_tags().
Result<void> tag_resource(OrganizationStore& store, const ResourceRef& ref, const std::vector<Tag>& tags);
// Keys that are not there do no harm. kTargetNotFound.
Result<void> untag_resource(OrganizationStore& store, const ResourceRef& ref, const std::vector<std::string>& keys);

}  // namespace coffer::organizations
