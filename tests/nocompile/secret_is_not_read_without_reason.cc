// Every place that looks at secret bytes presents a SecretAccess, so that a reviewer finds it.
// EXPECT: no matching function|too few arguments
#include <string_view>

#include "base/secret_bytes.h"

std::string_view caller(const coffer::SecretBytes& secret) {
#ifdef CONTROL
  return secret.view(coffer::SecretAccess("a test"));
#else
  return secret.view();
#endif
}
