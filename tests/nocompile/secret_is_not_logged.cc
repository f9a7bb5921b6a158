// A secret in the log is a secret on disk.
// EXPECT: use of deleted function
#include "base/log.h"
#include "base/secret_bytes.h"

void caller(const coffer::Log& log, const coffer::SecretBytes& secret) {
#ifdef CONTROL
  log.info("secret_read", {{"size", secret.size()}});
#else
  log.info("secret_read", {{"value", secret}});
#endif
}
