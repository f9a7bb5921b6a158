// Which rows of an account changed since its snapshot was made, as the store's commits tell: so that the next snapshot
// reads these and no others. Bounded; of what is too much to be remembered, everything is read. Thread-safe. Inside of
// this room only.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/store.h"

namespace coffer::iam {

class ChangedRows {
 public:
  static constexpr size_t kMax = 64;

  // Of one commit, for a store's listener: they are taken together or not at all.
  void add(std::span<const store::Change> changes);

  // The newest change of each row that changed since the last call, in the order of their keys. nullopt when that is
  // not known: at first, after too many changes, and after lose().
  std::optional<std::vector<store::Change>> take();

  // What was taken has not come into a snapshot.
  void lose();

 private:
  std::mutex mutex_;
  bool is_known_ = false;
  std::map<std::string, store::Change> rows_;
};

}  // namespace coffer::iam
