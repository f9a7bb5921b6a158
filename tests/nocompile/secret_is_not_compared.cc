// operator== would compare in variable time; equals() does not.
// EXPECT: use of deleted function
#include "base/secret_bytes.h"

bool caller(const coffer::SecretBytes& a, const coffer::SecretBytes& b) {
#ifdef CONTROL
  return a.equals(b);
#else
  return a == b;
#endif
}
