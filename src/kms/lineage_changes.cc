#include "kms/lineage_changes.h"

#include <algorithm>
#include <utility>

#include "store/keys.h"

namespace coffer::kms {
namespace {

bool shares_the_same(const StoredKey& a, const StoredKey& b) {
  const auto is_same = [](const Replica& x, const Replica& y) { return x.region == y.region && x.since == y.since; };
  return a.info.rotation == b.info.rotation && a.materials == b.materials && a.unused_materials == b.unused_materials &&
         std::ranges::equal(a.lineage->replicas, b.lineage->replicas, is_same);
}

bool has_news_for_primary(const StoredKey& before, const StoredKey& after) {
  if (before.info.state != after.info.state || before.is_ending != after.is_ending) return true;
  // A new primary takes its replicas for enabled ones.
  return before.lineage->primary != after.lineage->primary && after.info.state != KeyState::kEnabled;
}

}  // namespace

void count_change(const StoredKey& before, StoredKey& after) {
  if (before.is_primary() && after.is_primary() && !shares_the_same(before, after)) ++after.lineage->stamp.generation;
}

std::vector<Region> regions_to_tell(const StoredKey& before, const StoredKey& after) {
  std::vector<Region> regions;
  if (!after.lineage) return regions;
  if (after.is_primary()) {
    if (before.lineage->stamp == after.lineage->stamp) return regions;
    std::ranges::transform(after.lineage->replicas, std::back_inserter(regions), &Replica::region);
    return regions;
  }
  const bool tells = after.is_handing_over ? !before.is_handing_over : has_news_for_primary(before, after);
  if (tells) regions.push_back(after.lineage->primary);
  return regions;
}

store::Put mark_for(const StoredKey& key, const Region& destination) {
  const KeyName& name = key.info.name;
  const store::OutboxKey mark{destination, std::string(kOutboxKind), name.account, name.id};
  return {mark.text(), store::OutboxMark{.generation = key.lineage->stamp.generation, .suffix = {}}.encode()};
}

void settle_replicas(StoredKey& primary, Time now) {
  const auto& replicas = primary.lineage->replicas;
  const auto has_all = [&](const Replica& replica) { return replica.materials >= primary.materials.size(); };
  if (std::ranges::all_of(replicas, has_all)) primary.unused_materials = 0;
  if (!replicas.empty() || primary.info.state != KeyState::kPendingReplicaDeletion) return;
  primary.info.state = KeyState::kPendingDeletion;
  primary.info.deletion_date = now + std::chrono::hours(24) * primary.waiting_days;
}

void take_back(StoredKey& key, const Region& here) {
  Lineage& lineage = *key.lineage;
  ++lineage.stamp.epoch;
  ++lineage.stamp.generation;
  lineage.since = 0;
  lineage.former = std::exchange(lineage.primary, here);
  lineage.remove(here);
  lineage.add({.region = lineage.former, .since = lineage.stamp.generation, .is_lost = true});
  key.info.multi_region = MultiRegion::kPrimary;
  key.is_handing_over = false;
  key.is_successor_lost = false;
}

}  // namespace coffer::kms
