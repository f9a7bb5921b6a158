#include "base/region_list.h"

#include <algorithm>

namespace coffer {

RegionList::RegionList(Region self, std::vector<Region> others)
    : state_(std::make_shared<State>(std::move(self), std::move(others))) {}

std::vector<Region> RegionList::others() const {
  const std::lock_guard lock(state_->mutex);
  return state_->others;
}

std::vector<Region> RegionList::all() const {
  std::vector<Region> regions = others();
  regions.insert(regions.begin(), self());
  return regions;
}

bool RegionList::has(const Region& region) const {
  return region == self() || has_other(region);
}

bool RegionList::has_other(const Region& region) const {
  const std::lock_guard lock(state_->mutex);
  return std::ranges::find(state_->others, region) != state_->others.end();
}

bool RegionList::was_removed(const Region& region) const {
  const std::lock_guard lock(state_->mutex);
  return std::ranges::find(state_->removed, region) != state_->removed.end();
}

void RegionList::set_others(std::vector<Region> others, std::vector<Region> removed) const {
  const std::lock_guard lock(state_->mutex);
  state_->others = std::move(others);
  state_->removed = std::move(removed);
}

}  // namespace coffer
