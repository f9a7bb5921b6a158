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

void AccessKeyUses::note(std::string_view access_key_id, const AccessKeyUse& use) {
  // Look-ups of every request share one buffer.
  thread_local std::string id;
  id.assign(access_key_id);
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(id);
  if (found == pending_.end()) {
    if (pending_.size() < kMaxPending) pending_.emplace(id, Pending{use});
    return;
  }
  Pending& known = found->second;
  const bool is_elsewhere = known.use.region != use.region || known.use.service != use.service;
  if (use.used < known.use.used || (!is_elsewhere && use.used - known.use.used < kGrain)) return;
  known = {use, false};
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
