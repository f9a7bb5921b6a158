#include "api/operation.h"

#include "policy/authorizer.h"

namespace coffer::api {

Result<void> Pipeline::authorize(const auth::Caller& caller, std::string_view action, const Resource& resource) {
  return policy::authorize({.principal = {.arn = caller.arn,
                                          .account = caller.account,
                                          .is_root = caller.kind == auth::PrincipalKind::kRoot},
                            .action = action,
                            .resource = resource.name,
                            .resource_account = resource.account});
}

}  // namespace coffer::api
