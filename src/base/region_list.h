// The regions of the deployment as this one knows them: itself and the others. They change while it runs, so whoever
// needs them asks each time, and keeps the list, never what it has answered.
// Promises: copies of a list are one list: what is set in one is seen in all. Thread-safe; quick.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace coffer {

class RegionList {
 public:
  explicit(false) RegionList(Region self, std::vector<Region> others = {});

  const Region& self() const { return state_->self; }
  // In the order in which they were given.
  std::vector<Region> others() const;
  // The same behind this one.
  std::vector<Region> all() const;
  bool has(const Region& region) const;
  bool has_other(const Region& region) const;
  // Whether it is known to have gone. Of one that nobody has told of here that cannot be said: it may be new.
  bool was_removed(const Region& region) const;

  void set_others(std::vector<Region> others, std::vector<Region> removed = {}) const;

 private:
  struct State {
    State(Region named, std::vector<Region> given) : self(std::move(named)), others(std::move(given)) {}
    const Region self;
    std::mutex mutex;
    std::vector<Region> others;
    std::vector<Region> removed;
  };
  const std::shared_ptr<State> state_;
};

}  // namespace coffer
