// Organizational units: made below the root or another unit, renamed, deleted when empty. They are never moved.
// Follows CreateOrganizationalUnit, UpdateOrganizationalUnit and DeleteOrganizationalUnit (Organizations API
// reference).
#pragma once

#include <string>
#include <vector>

#include "organizations/organization_store.h"

namespace coffer::organizations {

struct NewUnit {
  NodeId parent;
  std::string name;
  std::vector<Tag> tags;
};
// kParentNotFound; kDuplicateOrganizationalUnit when a sister has the name; kConstraintViolation beyond the quotas; as
// check_tags().
Result<Node> create_unit(OrganizationStore& store, const OrganizationId& organization, const NewUnit& wanted);

struct UnitName {
  NodeId unit;
  std::string name;
};
// kOrganizationalUnitNotFound, kDuplicateOrganizationalUnit.
Result<Node> rename_unit(OrganizationStore& store, const OrganizationId& organization, const UnitName& wanted);

// kOrganizationalUnitNotFound; kOrganizationalUnitNotEmpty while it has accounts or units.
Result<void> delete_unit(OrganizationStore& store, const OrganizationId& organization, const NodeId& unit);

}  // namespace coffer::organizations
