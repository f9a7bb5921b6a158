// The rows of one family, kept in memory beside the engine. For families whose rows come and go all the time: an engine
// that keeps what was deleted until it compacts goes over thousands of such rows to find the few that are there.
// Bounded: of more than fit it keeps none, until most are deleted. Thread-safe, except that load() and apply() are
// called by one thread at a time.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

#include "store/store.h"

namespace coffer::store {

class RowMirror {
 public:
  // Of all keys that begin with `prefix`. `capacity`: bytes that they may take.
  RowMirror(std::string_view prefix, size_t capacity);

  // As Store::scan, from the moment of the last load() or apply(). nullopt: the engine has to be asked, because the
  // range is not within the family or the rows are too many.
  std::optional<std::vector<Row>> scan(const ScanRange& range) const;

  // What the engine has, as Store::scan, at a moment at which it has just what was applied.
  using Engine = std::function<Result<std::vector<Row>>(const ScanRange&)>;
  // Keeps nothing if the engine fails: whoever scans is told by the engine itself.
  void load(const Engine& engine);
  // True when it has none, and so many were deleted since that they may fit now: load() is worth its while.
  bool is_worth_loading() const;

  // Commits in their order. REQUIRES: readers of the engine see them.
  using Commit = std::pair<const Transaction*, Revision>;
  void apply(const std::vector<Commit>& commits);

 private:
  struct Content {
    std::string value;
    Revision revision = 0;
  };

  bool touches(const Transaction& transaction) const;
  void put(const std::string& key, Content content);
  void erase(const std::string& key);
  void give_up();

  const std::string prefix_;
  const std::string end_;
  const size_t capacity_;

  mutable std::shared_mutex mutex_;
  std::map<std::string, Content, std::less<>> rows_;
  size_t bytes_ = 0;
  bool is_whole_ = false;
  size_t deleted_bytes_ = 0;  // while it is not whole
};

}  // namespace coffer::store
