#include "kms/lineage.h"

#include <algorithm>

namespace coffer::kms {

const Replica* Lineage::find(const Region& region) const {
  const auto found = std::ranges::find(replicas, region, &Replica::region);
  return found == replicas.end() ? nullptr : &*found;
}

Replica* Lineage::find(const Region& region) {
  const auto found = std::ranges::find(replicas, region, &Replica::region);
  return found == replicas.end() ? nullptr : &*found;
}

void Lineage::add(Replica replica) {
  const auto behind = std::ranges::upper_bound(replicas, replica.region, {}, &Replica::region);
  replicas.insert(behind, std::move(replica));
}

void Lineage::remove(const Region& region) {
  std::erase_if(replicas, [&region](const Replica& replica) { return replica.region == region; });
}

}  // namespace coffer::kms
