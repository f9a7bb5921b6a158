// Copies of a secret are made by clone() only, where a reader sees them.
// EXPECT: use of deleted function
#include "base/secret_bytes.h"

coffer::SecretBytes caller(const coffer::SecretBytes& secret) {
#ifdef CONTROL
  return secret.clone();
#else
  return secret;
#endif
}
