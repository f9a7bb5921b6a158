#include "secrets/secret_count.h"

#include <algorithm>

#include "secrets/secret_rows.h"

namespace coffer::secrets {
namespace {

constexpr size_t kScanBatch = 2000;
// An account that is full and keeps asking must not keep a core busy with counting.
constexpr Duration kTrusted = std::chrono::seconds(10);

void erase_one(std::vector<std::string>& keys, std::string_view key) {
  const auto found = std::ranges::find(keys, key);
  if (found != keys.end()) keys.erase(found);
}

}  // namespace

SecretCount::SecretCount(store::Store& store, const Clock& clock, size_t limit)
    : store_(store), clock_(clock), limit_(limit) {
  store_.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
    for (const store::Change& change : changes) {
      if (change.key.starts_with(kCreationPrefix)) follow(change);
    }
  });
}

SecretCount::Place::~Place() {
  if (account_ == nullptr) return;
  std::lock_guard lock(count_.mutex_);
  erase_one(account_->awaited, key_);
}

void SecretCount::Place::fill() {
  std::lock_guard lock(count_.mutex_);
  if (account_->scans == scan_) account_->settled = true;
  account_ = nullptr;
}

Result<SecretCount::Place> SecretCount::take_place(const AccountId& id, std::string_view creation_key) {
  std::unique_lock lock(mutex_);
  Account& account = accounts_[id.text()];
  scanned_.wait(lock, [&account] { return !account.scanning; });
  const bool is_recent = clock_.monotonic() - account.counted < kTrusted;
  const bool trusted = is_recent && !account.has_doubtful;
  if (!account.known || (is_full(account) && !trusted)) COFFER_TRY(recount(id, account, lock));
  if (is_full(account)) {
    return Error{ErrorCode::kLimitExceeded,
                 "This account has reached its limit of secrets in this Region, which is " + std::to_string(limit_) +
                     ". Secrets that are scheduled for deletion count until they are deleted."};
  }
  account.awaited.emplace_back(creation_key);
  return Place(*this, account, creation_key);
}

void SecretCount::follow(const store::Change& change) {
  const auto entry = parse_creation_key(change.key);
  if (!entry) return;
  std::lock_guard lock(mutex_);
  const auto found = accounts_.find(entry->account.text());
  if (found == accounts_.end()) return;
  Account& account = found->second;
  if (!change.deleted) erase_one(account.awaited, change.key);
  if (account.scanning) {
    // Rather too many than too few: the scan may have come before what was deleted, and after what was added.
    account.added += change.deleted ? 0 : 1;
  } else if (!change.deleted) {
    ++account.secrets;
  } else if (!account.settled) {
    // Committed before the last scan, perhaps, which then has not counted it.
    account.has_doubtful = true;
  } else if (account.secrets > 0) {
    --account.secrets;
  }
}

Result<void> SecretCount::recount(const AccountId& id, Account& account, std::unique_lock<std::mutex>& lock) {
  account.counted = clock_.monotonic();
  account.known = false;
  account.scanning = true;
  account.added = 0;
  ++account.scans;
  account.settled = account.has_doubtful = false;
  lock.unlock();
  struct Finish {
    ~Finish() {
      lock.lock();
      account.scanning = false;
      scanned.notify_all();
    }
    std::unique_lock<std::mutex>& lock;
    Account& account;
    std::condition_variable& scanned;
  };
  const Result<size_t> found = [&] {
    const Finish finish{lock, account, scanned_};
    return scan(id);
  }();
  COFFER_ASSIGN(const size_t rows, found);
  account.secrets = rows + account.added;
  account.known = true;
  return {};
}

Result<size_t> SecretCount::scan(const AccountId& id) const {
  size_t count = 0;
  store::ScanRange range = store::ScanRange::prefix(creation_prefix(id), kScanBatch);
  for (;;) {
    COFFER_ASSIGN(const auto rows, store_.scan(range));
    count += rows.size();
    if (rows.size() < kScanBatch) return count;
    range.begin = rows.back().key + '\0';
  }
}

}  // namespace coffer::secrets
