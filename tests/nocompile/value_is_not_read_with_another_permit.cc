// Who may list secrets may not read their values.
// EXPECT: no matching function for call to .*Readable::Readable
#include "services/secretsmanager/common_read.h"

using namespace coffer;
using namespace coffer::secretsmanager;

#ifdef CONTROL
using Allowed = action::GetSecretValue;
#else
using Allowed = action::ListSecrets;
#endif

Result<SecretValue> attack(const api::Permit<Allowed>& permit, const Rooms& rooms) {
  return read_secret_value(Readable(permit), {}, rooms);
}
