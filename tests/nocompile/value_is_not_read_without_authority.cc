// A target says for which secret somebody was authorized, not for what.
// EXPECT: no matching function for call to .*Readable::Readable
#include "services/secretsmanager/common_read.h"

using namespace coffer;
using namespace coffer::secretsmanager;

Result<SecretValue> attack(const api::Permit<action::GetSecretValue>& permit, const Rooms& rooms) {
#ifdef CONTROL
  return read_secret_value(Readable(permit), {}, rooms);
#else
  return read_secret_value(Readable(target(permit)), {}, rooms);
#endif
}
