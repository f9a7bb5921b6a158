// What an account's organization makes of it, ready to decide with. Immutable; the pointers live as long as the place,
// which a cache hands out by a shared pointer, see organization_cache.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/compiled_policy.h"

namespace coffer::organizations {

using PolicyPointers = std::vector<const policy::CompiledPolicy*>;

struct OrganizationPlace {
  std::string organization;        // "o-..."; empty: the account is in none
  std::vector<std::string> paths;  // aws:PrincipalOrgPaths, "o-x/r-x/ou-x-y/": one, or none
  bool is_management = false;
  // One list for each level, from the root down to the account: the policies attached there. Empty while the type is
  // not enabled, and for the management account, which no policy limits.
  std::vector<PolicyPointers> service_control;
  std::vector<PolicyPointers> resource_control;
};

// Never null.
using PlacePointer = std::shared_ptr<const OrganizationPlace>;

}  // namespace coffer::organizations
