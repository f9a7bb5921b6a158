// Neither printed nor turned into text by accident.
// EXPECT: no match for 'operator<<'|no match for ‘operator<<’
#include <ostream>

#include "base/secret_bytes.h"

void caller(std::ostream& out, const coffer::SecretBytes& secret) {
#ifdef CONTROL
  out << secret.size();
#else
  out << secret;
#endif
}
