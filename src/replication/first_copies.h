// Limits how many secrets a second are sent to a region for the first time, so that filling a region leaves room for
// what changes meanwhile: changes of copies that are there are never held back, and neither is anything else.
// One thread.
#pragma once

#include <chrono>

#include "replication/replicator.h"

namespace coffer::replication {

class FirstCopies {
 public:
  explicit FirstCopies(const Replicator::Parts& parts) : parts_(parts) {}

  // Whether this mark has to wait for its turn; if not, the turn is taken. What cannot be read is not held back.
  bool holds_back(const store::Row& row);
  // How long until the next one may go.
  Duration wait() const;

 private:
  bool is_first(const store::Row& row) const;

  const Replicator::Parts parts_;
  std::chrono::microseconds due_{};  // when the next one would go if all went evenly
};

}  // namespace coffer::replication
