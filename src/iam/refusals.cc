#include "iam/refusals.h"

#include <string>

namespace coffer::iam {
namespace {

Error no_such_entity(std::string message) {
  return Error{ErrorCode::kNoSuchEntity, std::move(message)};
}

Error not_found_by_name(std::string_view kind, std::string_view name) {
  std::string message = "The ";
  message.append(kind).append(" ").append(name).append(" cannot be found.");
  return no_such_entity(std::move(message));
}

}  // namespace

Error no_such_user(std::string_view name) {
  return not_found_by_name("user with name", name);
}
Error no_such_group(std::string_view name) {
  return not_found_by_name("group with name", name);
}
Error no_such_role(std::string_view name) {
  return not_found_by_name("role with name", name);
}
Error no_such_access_key(std::string_view id) {
  return not_found_by_name("Access Key with id", id);
}
Error no_login_profile(std::string_view user) {
  return no_such_entity("Login Profile for User " + std::string(user) + " cannot be found.");
}

Error no_such_provider(std::string_view arn) {
  return no_such_entity("OpenIDConnect Provider not found for arn " + std::string(arn));
}
Error policy_not_found(std::string_view arn) {
  return no_such_entity("Policy " + std::string(arn) + " was not found.");
}
Error policy_not_attachable(std::string_view arn) {
  return no_such_entity("Policy " + std::string(arn) + " does not exist or is not attachable.");
}

Error already_exists(std::string_view kind, std::string_view name) {
  std::string message(kind);
  message.append(" with name ").append(name).append(" already exists.");
  return Error{ErrorCode::kEntityAlreadyExists, std::move(message)};
}

Error quota_exceeded(std::string_view quota, size_t value) {
  std::string message = "Cannot exceed quota for ";
  message.append(quota).append(": ").append(std::to_string(value));
  return Error{ErrorCode::kLimitExceeded, std::move(message)};
}

Error concurrent_modification() {
  return Error{ErrorCode::kConcurrentModification,
               "The request was rejected because multiple requests to change this object were submitted "
               "simultaneously. Wait a few minutes and submit your request again."};
}

Error delete_conflict(std::string_view what) {
  std::string message = "Cannot delete entity, must ";
  message.append(what).append(" first.");
  return Error{ErrorCode::kDeleteConflict, std::move(message)};
}

}  // namespace coffer::iam
