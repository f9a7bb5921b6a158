// A store that fails on purpose, for tests: wraps nothing, keeps a durable and a volatile copy, and forgets what was
// not synced when it "crashes".
#pragma once

#include <memory>

#include "base/clock.h"
#include "store/store.h"

namespace coffer::store::testing {

class FaultStore : public Store {
 public:
  static std::unique_ptr<FaultStore> make();

  // The next `count` commits fail their fsync: kIo, and the rows are forgotten by crash().
  virtual void fail_syncs(int count) = 0;
  // Reads fail with kIo while `failing`.
  virtual void fail_reads(bool failing) = 0;
  // Commits block for this long before they are durable.
  virtual void delay_commits(Duration delay) = 0;
  // Loses everything that no successful commit covers, and works again, as after a restart.
  virtual void crash() = 0;
};

}  // namespace coffer::store::testing
