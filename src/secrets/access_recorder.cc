#include "secrets/access_recorder.h"

#include <algorithm>
#include <span>

#include "secrets/secret_rows.h"

namespace coffer::secrets {
namespace {

constexpr size_t kBatch = 128;

void merge(std::optional<Time>& known, Time noted) {
  if (!known || *known < noted) known = noted;
}

// The dates of a view and those noted, of versions that still exist.
AccessDates dates_of(const SecretView& view, const AccessDates& noted) {
  SecretView all;
  all.last_accessed = view.last_accessed;
  all.version_last_accessed = view.version_last_accessed;
  merge(all, noted);
  AccessDates dates{*all.last_accessed, {}};
  for (const auto& entry : all.version_last_accessed) {
    if (view.secret.version(entry.first)) dates.versions.push_back(entry);
  }
  return dates;
}

}  // namespace

void merge(SecretView& view, const AccessDates& dates) {
  merge(view.last_accessed, dates.secret);
  for (const auto& [id, time] : dates.versions) {
    const auto found = std::ranges::find(
        view.version_last_accessed, id, [](const auto& entry) -> auto& { return entry.first; });
    if (found == view.version_last_accessed.end()) {
      view.version_last_accessed.emplace_back(id, time);
    } else {
      found->second = std::max(found->second, time);
    }
  }
}

bool AccessRecorder::note(const SecretView& view, const VersionId& version, Time day) {
  const Secret& secret = view.secret;
  const std::lock_guard lock(mutex_);
  const std::string prefix = secret_prefix(secret.account, secret.name);
  auto found = pending_.find(prefix);
  if (found == pending_.end()) {
    if (pending_.size() >= kMaxPending) return false;
    found = pending_.try_emplace(prefix).first;
  }
  PendingAccess& access = found->second;
  if (access.suffix != secret.suffix) access = {secret.account, secret.name, secret.suffix, {day, {}}, 0};
  auto known = std::ranges::find(
      access.dates.versions, version, [](const auto& entry) -> auto& { return entry.first; });
  if (known != access.dates.versions.end() && known->second >= day) return false;
  if (known != access.dates.versions.end()) {
    known->second = day;
  } else {
    access.dates.versions.emplace_back(version, day);
  }
  access.dates.secret = std::max(access.dates.secret, day);
  access.serial = ++serial_;
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
