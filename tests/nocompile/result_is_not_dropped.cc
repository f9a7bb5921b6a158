// A dropped Result is an ignored error: a write that failed would look like one that succeeded.
// EXPECT: ignoring return
#include "base/result.h"

coffer::Result<void> commit();

void caller() {
#ifdef CONTROL
  (void)commit();
#else
  commit();
#endif
}
