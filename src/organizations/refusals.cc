#include "organizations/refusals.h"

namespace coffer::organizations {

Error not_in_use() {
  return Error{ErrorCode::kAwsOrganizationsNotInUse, "Your account is not a member of an organization."};
}
Error concurrent_modification() {
  return Error{ErrorCode::kConcurrentModification,
               "AWS Organizations can't complete your request because it conflicts with another attempt to modify the "
               "same entity. Try again later."};
}
Error already_in_organization() {
  return Error{ErrorCode::kAlreadyInOrganization, "The provided account is already a member of an organization."};
}

Error account_not_found() {
  return Error{ErrorCode::kAccountNotFound, "You specified an account that doesn't exist."};
}
Error child_not_found() {
  return Error{ErrorCode::kChildNotFound, "You specified a child that doesn't exist."};
}
Error parent_not_found() {
  return Error{ErrorCode::kParentNotFound, "You specified a parent that doesn't exist."};
}
Error policy_not_found() {
  return Error{ErrorCode::kPolicyNotFound, "You specified a policy that doesn't exist."};
}
Error root_not_found() {
  return Error{ErrorCode::kRootNotFound, "You specified a root that doesn't exist."};
}
Error target_not_found() {
  return Error{ErrorCode::kTargetNotFound, "You specified a target that doesn't exist."};
}
Error unit_not_found() {
  return Error{ErrorCode::kOrganizationalUnitNotFound, "You specified an organizational unit that doesn't exist."};
}

Error invalid_input(std::string_view message) {
  return Error{ErrorCode::kInvalidInput, std::string(message)};
}
Error constraint_violation(std::string_view message) {
  return Error{ErrorCode::kConstraintViolation, std::string(message)};
}

}  // namespace coffer::organizations
