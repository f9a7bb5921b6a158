// In whose name a secret is copied to another account when no role was named for it: what is kept of whoever changed
// its values, until the copy is made.
#pragma once

#include "auth/caller.h"
#include "base/result.h"
#include "secrets/secret.h"

namespace coffer::secretsmanager {

// What is kept of a caller. `is_limited` if that is not all that policies could ask about.
secrets::Requester requester_of(const auth::Caller& caller);
// Whether copies can be made in that name, as far as that does not depend on policies: kAccessDenied, with what to do,
// for a limited one.
Result<void> check_can_copy(const secrets::Requester& requester);
// The caller again. kCorrupt, and as check_can_copy().
Result<auth::Caller> caller_of(const secrets::Requester& requester);

}  // namespace coffer::secretsmanager
