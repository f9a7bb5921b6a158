#include "iam/access_key_uses.h"

#include <span>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "iam/identity_rows.h"
#include "iam/records.pb.h"

namespace coffer::iam {
namespace {

constexpr size_t kBatch = 128;
constexpr uint64_t kSecondsMask = (uint64_t{1} << 24) - 1;  // half a year, after which seconds come again

uint64_t hash_of(std::string_view access_key_id, const NotedUse& use) {
  uint64_t hash = 0;
  for (const std::string_view part : {access_key_id, use.region, use.service})
    hash = hash * 0x9e3779b97f4a7c15 + std::hash<std::string_view>()(part);
  return hash;
}

uint64_t seconds_of(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  return static_cast<uint64_t>(seconds) & kSecondsMask;
}

// Whether a noted use was of the same key at the same place and less than kGrain before.
bool is_recent(uint64_t noted, uint64_t now) {
  constexpr uint64_t kGrain = std::chrono::floor<std::chrono::seconds>(AccessKeyUses::kGrain).count();
  return (noted | kSecondsMask) == (now | kSecondsMask) && ((now - noted) & kSecondsMask) < kGrain;
}

std::string encode_use(const AccessKeyUse& use) {
  AccessKeyUseRecord record;
  record.set_used_ms(use.used.time_since_epoch().count());
  record.set_region(use.region);
  record.set_service(use.service);
  return record.SerializeAsString();
}

using Noted = std::pair<std::string, AccessKeyUse>;

// On condition that the keys are still there, whose rows never change: nothing comes back after a key was deleted.
Result<void> write_batch(store::Store& store, std::span<const Noted> batch) {
  store::Transaction transaction;
  for (const auto& [id, use] : batch) {
    COFFER_ASSIGN(const auto key, store.get(access_key_key(id)));
    if (!key) continue;
    transaction.preconditions.push_back({key->key, key->revision});
    transaction.puts.push_back({access_key_use_key(id), encode_use(use)});
  }
  if (transaction.puts.empty()) return {};
  const Result<store::Revision> committed = store.commit(std::move(transaction));
  return committed.ok() ? Result<void>() : Result<void>(committed.error());
}

}  // namespace

void AccessKeyUses::note(std::string_view access_key_id, const NotedUse& use) {
  const uint64_t hash = hash_of(access_key_id, use);
  std::atomic<uint64_t>& recent = recent_[hash % kRecent];
  const uint64_t fingerprint = hash & ~kSecondsMask;
  if (is_recent(recent.load(std::memory_order_relaxed), fingerprint | seconds_of(use.used))) return;
  const std::optional<Time> kept = keep(access_key_id, use);
  if (kept) recent.store(fingerprint | seconds_of(*kept), std::memory_order_relaxed);
}

std::optional<Time> AccessKeyUses::keep(std::string_view access_key_id, const NotedUse& use) {
  AccessKeyUse kept{use.used, std::string(use.region), std::string(use.service)};
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(std::string(access_key_id));
  if (found == pending_.end()) {
    if (pending_.size() >= kMaxPending) return std::nullopt;
    pending_.emplace(access_key_id, Pending{std::move(kept)});
    return use.used;
  }
  Pending& known = found->second;
  const bool is_elsewhere = known.use.region != use.region || known.use.service != use.service;
  if (use.used < known.use.used) return std::nullopt;
  if (!is_elsewhere && use.used - known.use.used < kGrain) return known.use.used;
  known = {std::move(kept), false};
  return use.used;
}

Result<std::optional<AccessKeyUse>> AccessKeyUses::last_use(std::string_view access_key_id) const {
  if (!AccessKeyIdTag::is_valid(access_key_id)) return std::optional<AccessKeyUse>();
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(std::string(access_key_id));
    if (found != pending_.end()) return std::optional(found->second.use);
  }
  COFFER_ASSIGN(const auto row, store_.get(access_key_use_key(access_key_id)));
  if (!row) return std::optional<AccessKeyUse>();
  AccessKeyUseRecord record;
  if (!record.ParseFromString(row->value)) return Error{ErrorCode::kCorrupt, "the use of an access key is damaged"};
  return std::optional(AccessKeyUse{Time(Duration(record.used_ms())), record.region(), record.service()});
}

Result<void> AccessKeyUses::flush() {
  std::vector<Noted> all;
  {
    const std::lock_guard lock(mutex_);
    // What was written stays for one round, so that a key in use is not noted anew with every request.
    std::erase_if(pending_, [](const auto& entry) { return entry.second.is_written; });
    for (const auto& [id, pending] : pending_)
      all.emplace_back(id, pending.use);
  }
  for (size_t begin = 0; begin < all.size(); begin += kBatch) {
    const std::span<const Noted> batch = std::span(all).subspan(begin, std::min(kBatch, all.size() - begin));
    const Result<void> written = write_batch(store_, batch);
    // A key went away meanwhile: the next flush leaves it out.
    if (!written.ok() && written.error().code == ErrorCode::kConflict) continue;
    COFFER_TRY(written);
    const std::lock_guard lock(mutex_);
    for (const auto& [id, use] : batch) {
      const auto found = pending_.find(id);
      if (found != pending_.end() && found->second.use == use) found->second.is_written = true;
    }
  }
  return {};
}

}  // namespace coffer::iam
