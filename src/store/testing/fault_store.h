// A memory store that fails on purpose, for tests: its disk refuses, is slow, or loses what was not synced. Readers see
// synced commits only, as in the real store, so a failed commit is never seen by anybody.
// Thread-safe. Commit listeners stay registered across crash().
#pragma once

#include <memory>

#include "base/clock.h"
#include "store/store.h"

namespace coffer::store::testing {

class FaultStore : public Store {
 public:
  static std::unique_ptr<FaultStore> make();

  // The next `count` commits fail their fsync: kIo, and the rows are forgotten by crash(). After the first of them the
  // store is failed, as store.h says: every commit fails until crash().
  virtual void fail_syncs(int count) = 0;
  // Reads fail with kIo while `failing`.
  virtual void fail_reads(bool failing) = 0;
  // Commits block for this long before they are durable; several wait together.
  virtual void delay_commits(Duration delay) = 0;
  // Loses everything that no successful commit covers, and works again, as after a restart: syncs no longer fail.
  // Commits that are waiting to be durable fail with kIo.
  virtual void crash() = 0;
};

}  // namespace coffer::store::testing
