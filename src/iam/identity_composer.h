// Puts the policies of an account's users and roles where a decision finds them. Inside of this room only.
#pragma once

#include "iam/snapshot_contents.h"

namespace coffer::iam {

// Makes the identities of the contents, whose rows are there. Those that look as they did in `previous` (may be null)
// are shared with it: an identity depends on its own row, on its groups, and on the managed policies of both.
void compose_identities(IdentitySnapshot::Contents& contents, const IdentitySnapshot::Contents* previous);

}  // namespace coffer::iam
