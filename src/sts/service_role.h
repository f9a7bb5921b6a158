// A role that a service assumes for itself, to work in an account without anybody asking: the role's trust policy must
// name the service. Nothing is issued; the caller that comes out of it exists as long as the work.
// Follows "Create a role to delegate permissions to an AWS service" (IAM user guide).
#pragma once

#include <string_view>

#include "auth/caller.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "iam/identity_cache.h"
#include "organizations/organization_cache.h"

namespace coffer::sts {

struct ServiceAssumption {
  std::string_view role_arn;
  std::string_view service;       // "secretsmanager.amazonaws.com"
  std::string_view session_name;  // as RoleSessionName has it
  // On whose behalf, against confused deputies: aws:SourceArn, aws:SourceAccount.
  std::string_view source_arn;
  const AccountId& source_account;
  const Region& region;
  Time now;
};

// The role's session. kAccessDenied when there is no such role, or it does not let the service in: which of them it was
// is not told. kValidation when the ARN names no role by its form; kIo, kCorrupt.
Result<auth::Caller> assume_for_service(const ServiceAssumption& assumption, const iam::IdentityCache& identities,
                                        const organizations::OrganizationCache& organizations);

}  // namespace coffer::sts
