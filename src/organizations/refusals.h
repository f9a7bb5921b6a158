// The refusals that several operations of Organizations share, in AWS's words.
#pragma once

#include "base/result.h"

namespace coffer::organizations {

Error not_in_use();               // kAwsOrganizationsNotInUse
Error concurrent_modification();  // kConcurrentModification
Error already_in_organization();  // kAlreadyInOrganization

Error account_not_found();
Error child_not_found();
Error parent_not_found();
Error policy_not_found();
Error root_not_found();
Error target_not_found();
Error unit_not_found();

// kInvalidInput, kConstraintViolation.
Error invalid_input(std::string_view message);
Error constraint_violation(std::string_view message);

}  // namespace coffer::organizations
