#include "replication/cross_account_copier.h"

#include "replication/backoff.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

constexpr size_t kBatch = 100;
constexpr BackoffLimits kBackoff{std::chrono::seconds(1), std::chrono::seconds(60)};

}  // namespace

CrossAccountCopier::CrossAccountCopier(const Parts& parts) : parts_(parts) {}

Result<size_t> CrossAccountCopier::step() {
  store::ScanRange range = store::ScanRange::prefix(store::OutboxKey::prefix(parts_.region), kBatch);
  if (next_.empty()) {
    for (auto& [key, entry] : set_aside_)
      entry.is_seen = false;
  } else {
    range.begin = next_;
  }
  size_t copied = 0;
  size_t attempts = 0;
  size_t looked_at = 0;
  for (;;) {
    COFFER_ASSIGN(const auto marks, parts_.store.scan(range));
    for (const store::Row& mark : marks) {
      if (attempts == kMaxAttempts || looked_at == kMaxMarks) {
        next_ = mark.key;
        return copied;
      }
      ++looked_at;
      if (waits(mark)) continue;
      ++attempts;
      if (copy(mark)) ++copied;
    }
    if (marks.size() < kBatch) break;
    range.begin = marks.back().key + '\0';
  }
  next_.clear();
  // Marks that are gone are not to be remembered.
  std::erase_if(set_aside_, [](const auto& entry) { return !entry.second.is_seen; });
  return copied;
}

bool CrossAccountCopier::waits(const store::Row& mark) {
  const auto found = set_aside_.find(mark.key);
  if (found == set_aside_.end()) return false;
  found->second.is_seen = true;
  return found->second.revision == mark.revision && parts_.clock.monotonic() < found->second.retry_at;
}

bool CrossAccountCopier::copy(const store::Row& mark) {
  const auto key = store::OutboxKey::parse(mark.key);
  if (!key || key->kind != secrets::kCrossAccountMark) {
    set_aside(mark, {ErrorCode::kCorrupt, "a mark of a replication to another account is damaged"});
    return false;
  }
  const auto outcome = parts_.secrets.copy_across(key->account, key->name, parts_.permission);
  if (!outcome.ok()) {
    set_aside(mark, outcome.error());
    return false;
  }
  set_aside_.erase(mark.key);
  using Kind = secrets::CrossAccountOutcome::Kind;
  if (outcome->kind == Kind::kFailed) {
    parts_.log.warning("cross_account_replication_refused",
                       {{"account", key->account.text()}, {"name", key->name}, {"message", outcome->message}});
  }
  return outcome->kind == Kind::kCopied;
}

void CrossAccountCopier::set_aside(const store::Row& mark, const Error& error) {
  SetAside& entry = set_aside_[mark.key];
  if (entry.failures == 0) {
    const auto key = store::OutboxKey::parse(mark.key);
    parts_.log.warning(
        "cross_account_replication_set_aside",
        {{"account", key ? key->account.text() : ""}, {"name", key ? key->name : ""}, {"message", error.message}});
  }
  entry.revision = mark.revision;
  entry.retry_at = parts_.clock.monotonic() + backoff(kBackoff, ++entry.failures, parts_.random);
  entry.is_seen = true;
}

}  // namespace coffer::replication
