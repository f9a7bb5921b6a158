// In whose name a secret is copied to another account when no role was named for it: what is kept of whoever changed
// its values, until the copy is made.
#pragma once

#include "auth/caller.h"
#include "base/result.h"
#include "secrets/secret.h"

namespace coffer::secretsmanager {

// What is kept of a caller. `is_limited` if that is not all that policies could ask about.
secrets::Requester requester_of(const auth::Caller& caller);
// The caller again. kAccessDenied, with what to do, for a limited one; kCorrupt.
Result<auth::Caller> caller_of(const secrets::Requester& requester);

}  // namespace coffer::secretsmanager
