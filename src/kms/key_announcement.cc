#include "kms/key_exchange.h"
#include "kms/key_store.h"
#include "kms/lineage_changes.h"

namespace coffer::kms {
namespace {

constexpr size_t kPage = 500;

bool concerns(const StoredKey& key, const Region& destination) {
  if (!key.lineage) return false;
  return key.is_primary() ? key.lineage->find(destination) != nullptr : key.lineage->primary == destination;
}

}  // namespace

Result<size_t> KeyExchange::announce(const Region& destination) const {
  KeyStore& keys = keyring_.key_store();
  size_t marked = 0;
  store::ScanRange range = store::ScanRange::prefix(all_keys_prefix(), kPage);
  for (;;) {
    COFFER_ASSIGN(const auto rows, keys.parts().store.scan(range));
    store::Transaction transaction;
    for (const store::Row& row : rows) {
      const auto name = parse_key_row(row.key);
      if (!name || !is_multi_region_id(name->id)) continue;
      const auto key = decode_key(*name, row.value, keys.parts().regions.self());
      if (key.ok() && concerns(*key, destination)) transaction.puts.push_back(mark_for(*key, destination));
    }
    marked += transaction.puts.size();
    if (!transaction.puts.empty()) COFFER_TRY(keys.commit(std::move(transaction)));
    if (rows.size() < kPage) return marked;
    range.begin = rows.back().key + '\0';
  }
}

}  // namespace coffer::kms
