// How far a rotation is, as the staging labels tell: whoever moves them, a rotation function or somebody by hand, moves
// the rotation with them. Pure. Follows "How rotation works" of the user guide: a rotation is under way as long as
// AWSPENDING is on another version than AWSCURRENT, has finished when AWSCURRENT is on that version, and is abandoned
// when another value is stored as AWSCURRENT meanwhile.
#pragma once

#include "secrets/secret.h"
#include "secrets/secret_store.h"

namespace coffer::secrets {

// Brings change.secret.rotation up to date with what becomes of the versions of `before`. A rotation that is abandoned
// loses AWSPENDING as well, so that a new one may begin. REQUIRES: change.secret.changed is set.
void settle_rotation(const Secret& before, Change& change);

}  // namespace coffer::secrets
