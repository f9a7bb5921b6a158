#include <functional>

#include "kms/key_exchange.h"
#include "kms/key_store.h"
#include "kms/lineage_changes.h"

namespace coffer::kms {
namespace {

constexpr size_t kPage = 500;

// Calls `look` for every multi-region key; a row that is damaged is left to whoever uses the key.
Result<void> for_each_related(const KeyStore& keys, const std::function<Result<void>(const StoredKey&)>& look) {
  store::ScanRange range = store::ScanRange::prefix(all_keys_prefix(), kPage);
  for (;;) {
    COFFER_ASSIGN(const auto rows, keys.parts().store.scan(range));
    for (const store::Row& row : rows) {
      const auto name = parse_key_row(row.key);
      if (!name || !is_multi_region_id(name->id)) continue;
      const auto key = decode_key(*name, row.value, keys.parts().regions.self());
      if (key.ok() && key->lineage) COFFER_TRY(look(*key));
    }
    if (rows.size() < kPage) return {};
    range.begin = rows.back().key + '\0';
  }
}

// Which counts here, or will for the next primary.
bool has_list(const StoredKey& key) {
  return key.is_primary() || key.is_handing_over;
}

}  // namespace

Result<RegionKeys> KeyExchange::keys_of(const Region& region) const {
  RegionKeys found;
  COFFER_TRY(for_each_related(keyring_.key_store(), [&](const StoredKey& key) -> Result<void> {
    const KeyName& name = key.info.name;
    if (has_list(key) && key.lineage->find(region) != nullptr) found.replicated.push_back(name);
    if (!key.is_primary() && key.lineage->primary == region) found.following.push_back(name);
    return {};
  }));
  return found;
}

Result<size_t> KeyExchange::forget_region(const Region& region) {
  KeyStore& keys = keyring_.key_store();
  COFFER_ASSIGN(const RegionKeys found, keys_of(region));
  size_t changed = 0;
  for (const KeyName& name : found.replicated) {
    const Result<void> done = keys.change(name, [&](StoredKey& key) -> Result<void> {
      if (!has_list(key) || key.lineage->find(region) == nullptr) return {};
      key.lineage->remove(region);
      // The next primary has not taken what it says now, or knows better: it is the same stamp.
      if (key.is_primary()) settle_replicas(key, keys.parts().clock.now());
      return {};
    });
    if (!done.ok() && done.error().code != ErrorCode::kNotFoundOnWire) return done.error();
    if (done.ok()) ++changed;
  }
  // Nobody else could: the region to which they are being handed over will never answer.
  for (const KeyName& name : found.following) {
    bool is_taken = false;
    const Result<void> done = keys.change(name, [&](StoredKey& key) -> Result<void> {
      is_taken = key.is_handing_over && key.lineage->primary == region;
      if (!is_taken) return {};
      take_back(key, keys.parts().regions.self());
      key.lineage->remove(region);
      settle_replicas(key, keys.parts().clock.now());
      return {};
    });
    if (!done.ok() && done.error().code != ErrorCode::kNotFoundOnWire) return done.error();
    if (done.ok() && is_taken) ++changed;
  }
  return changed;
}

}  // namespace coffer::kms
