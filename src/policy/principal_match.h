// Whom a Principal or NotPrincipal element means. Pure.
// Follows "AWS JSON policy elements: Principal" and "... NotPrincipal" (IAM user guide).
#pragma once

#include "policy/document.h"
#include "policy/request_context.h"

namespace coffer::policy {

// By which of its names a caller is meant, weakest first: what an Allow is worth depends on it.
enum class Naming {
  kNone,     // not meant
  kAccount,  // its account: no more than a delegation to that account
  kRole,     // its role; of a federated user, the user who asked for the session
  kCaller,   // itself, or everyone
};

Naming naming_of(const PrincipalName& name, const RequestPrincipal& caller);

// The strongest naming of a list.
//
// NotPrincipal means, as kCaller, everybody but those it lists. With Allow, whoever goes by any of the names is listed.
// With Deny, a user is listed by its own name, a role session only by all three of session, role and account, since AWS
// checks one after the other, and whoever has a permissions boundary is denied, listed or not.
Naming naming_by(const Selection<PrincipalName>& principals, Effect effect, const RequestPrincipal& caller,
                 bool has_boundary);

}  // namespace coffer::policy
