// Reading from a replica what may be older than on its primary: what the answer tells of that, and what a client may
// demand (api/freshness.h). On a primary, every answer is as fresh as can be.
#pragma once

#include "services/secretsmanager/common.h"

namespace coffer::secretsmanager {

// Tells how far the secret may be behind, if it is a replica. kPreconditionNotMet when that is more than the request
// allows, or not known, or it has not the version that the request demands, with its value; also on a primary.
Result<void> check_freshness(const secrets::SecretView& view, const Target& target, const Rooms& rooms);

// find_secret() and that.
Result<secrets::SecretPointer> find_fresh_secret(const Target& target, const Rooms& rooms);

}  // namespace coffer::secretsmanager
