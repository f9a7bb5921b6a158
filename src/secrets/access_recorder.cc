#include "secrets/access_recorder.h"

#include <algorithm>
#include <span>

#include "secrets/secret_rows.h"

namespace coffer::secrets {
namespace {

constexpr size_t kBatch = 128;

void merge(std::optional<Time>& known, const std::optional<Time>& noted) {
  if (noted && (!known || *known < *noted)) known = noted;
}

// True if that is later than what was known.
template <class Id>
bool merge(std::vector<std::pair<Id, Time>>& known, const Id& id, Time noted) {
  const auto found = std::ranges::find(
      known, id, [](const auto& entry) -> auto& { return entry.first; });
  if (found == known.end()) {
    known.emplace_back(id, noted);
    return true;
  }
  if (found->second >= noted) return false;
  found->second = noted;
  return true;
}

// The dates of a view and those noted, of versions and copies that still exist.
AccessDates dates_of(const SecretView& view, const AccessDates& noted) {
  SecretView all;
  all.last_accessed = view.last_accessed;
  all.version_last_accessed = view.version_last_accessed;
  all.copies_last_accessed = view.copies_last_accessed;
  merge(all, noted);
  AccessDates dates{.secret = all.last_accessed, .versions = {}, .copies = {}};
  for (const auto& entry : all.version_last_accessed) {
    if (view.secret.version(entry.first)) dates.versions.push_back(entry);
  }
  const auto& replicas = view.secret.replicas;
  for (const auto& entry : all.copies_last_accessed) {
    const bool is_there = std::ranges::find(replicas, entry.first, &ReplicaRegion::region) != replicas.end();
    if (is_there) dates.copies.push_back(entry);
  }
  return dates;
}

}  // namespace

void merge(SecretView& view, const AccessDates& dates) {
  merge(view.last_accessed, dates.secret);
  for (const auto& [id, time] : dates.versions)
    merge(view.version_last_accessed, id, time);
  for (const auto& [region, time] : dates.copies)
    merge(view.copies_last_accessed, region, time);
}

PendingAccess* AccessRecorder::of(const Secret& secret) {
  const std::string prefix = secret_prefix(secret.account, secret.name);
  auto found = pending_.find(prefix);
  if (found == pending_.end()) {
    if (pending_.size() >= kMaxPending) return nullptr;
    found = pending_.try_emplace(prefix).first;
  }
  PendingAccess& access = found->second;
  if (access.suffix != secret.suffix) access = {secret.account, secret.name, secret.suffix, {}, 0};
  return &access;
}

bool AccessRecorder::note(const SecretView& view, const VersionId& version, Time day) {
  const std::lock_guard lock(mutex_);
  PendingAccess* const access = of(view.secret);
  if (access == nullptr || !merge(access->dates.versions, version, day)) return false;
  merge(access->dates.secret, day);
  access->serial = ++serial_;
  return true;
}

bool AccessRecorder::note(const SecretView& view, const Region& region, Time day) {
  const std::lock_guard lock(mutex_);
  PendingAccess* const access = of(view.secret);
  if (access == nullptr || !merge(access->dates.copies, region, day)) return false;
  access->serial = ++serial_;
  return true;
}

std::optional<PendingAccess> AccessRecorder::pending(std::string_view prefix) const {
  const std::lock_guard lock(mutex_);
  if (pending_.empty()) return std::nullopt;
  const auto found = pending_.find(std::string(prefix));
  if (found == pending_.end()) return std::nullopt;
  return found->second;
}

std::vector<PendingAccess> AccessRecorder::snapshot() const {
  const std::lock_guard lock(mutex_);
  std::vector<PendingAccess> all;
  all.reserve(pending_.size());
  for (const auto& [prefix, access] : pending_)
    all.push_back(access);
  return all;
}

void AccessRecorder::written(const PendingAccess& access) {
  const std::lock_guard lock(mutex_);
  const auto found = pending_.find(secret_prefix(access.account, access.name));
  if (found != pending_.end() && found->second.serial == access.serial) pending_.erase(found);
}

Result<void> AccessRecorder::flush(store::Store& store, const Load& load) {
  const std::vector<PendingAccess> all = snapshot();
  // A batch whose secrets change at the same moment is written one by one; who conflicts even then waits for the next
  // flush.
  const std::function<Result<void>(std::span<const PendingAccess>)> write =
      [&](std::span<const PendingAccess> batch) -> Result<void> {
    store::Transaction transaction;
    for (const PendingAccess& access : batch) {
      COFFER_ASSIGN(const SecretPointer view, load(access.account, access.name));
      if (!view || view->secret.suffix != access.suffix) continue;
      transaction.preconditions.push_back({record_key(access.account, access.name), view->revision});
      transaction.puts.push_back(
          {access_key(access.account, access.name), encode_access(dates_of(*view, access.dates))});
    }
    if (!transaction.puts.empty()) {
      const Result<store::Revision> committed = store.commit(std::move(transaction));
      if (!committed.ok()) {
        if (committed.error().code != ErrorCode::kConflict) return committed.error();
        if (batch.size() > 1) {
          for (size_t i = 0; i < batch.size(); ++i)
            COFFER_TRY(write(batch.subspan(i, 1)));
        }
        return {};
      }
    }
    for (const PendingAccess& access : batch)
      written(access);
    return {};
  };
  for (size_t begin = 0; begin < all.size(); begin += kBatch)
    COFFER_TRY(write(std::span(all).subspan(begin, std::min(kBatch, all.size() - begin))));
  return {};
}

}  // namespace coffer::secrets
