#include "api/operation.h"

#include "policy/authorizer.h"

namespace coffer::api {

Result<void> Pipeline::refuse(const wire::Value& input, std::span<const std::string_view> members) {
  for (const std::string_view member : members) {
    if (input.find(member) != nullptr) {
      return Error{ErrorCode::kInvalidParameter, std::string(member) + " is not supported."};
    }
  }
  return {};
}

Result<void> Pipeline::authorize(const auth::Caller& caller, std::string_view action, const Resource& resource) {
  return policy::authorize({.principal = {.arn = caller.arn,
                                          .account = caller.account,
                                          .is_root = caller.kind == auth::PrincipalKind::kRoot},
                            .action = action,
                            .resource = resource.name,
                            .resource_account = resource.account});
}

}  // namespace coffer::api
