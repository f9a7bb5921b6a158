#include "iam/identity_store.h"

#include <array>
#include <mutex>

namespace coffer::iam {
namespace {

constexpr int kAttempts = 16;
constexpr size_t kLocks = 64;

}  // namespace

class IdentityStore::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {}

  const Parts& parts() const { return parts_; }

  Result<void> change(const AccountId& account, const Edit& edit) {
    // Changes of one account would only get in each other's way. Other processes may still come first.
    std::lock_guard lock(locks_[std::hash<AccountId>()(account) % kLocks]);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const SnapshotPointer snapshot, parts_.cache.snapshot(account));
      IdentityChange change(*snapshot, parts_.clock.now());
      COFFER_TRY(edit(change));
      if (is_empty(change)) return {};
      const std::string key = account_key(account);
      change.require(key, snapshot->revision());
      change.put_row(key, encode(AccountRow{snapshot->generation() + 1, change.alias_}));
      const Result<store::Revision> committed = parts_.store.commit(std::move(change.rows_));
      if (committed.ok()) return {};
      if (committed.error().code != ErrorCode::kConflict) return committed.error();
    }
    return Error{ErrorCode::kConcurrentModification,
                 "The request was rejected because multiple requests to change this object were submitted "
                 "simultaneously. Wait a few minutes and submit your request again."};
  }

 private:
  static bool is_empty(const IdentityChange& change) {
    return change.rows_.puts.empty() && change.rows_.deletes.empty() && change.alias_ == change.now().alias;
  }

  const Parts parts_;
  std::array<std::mutex, kLocks> locks_;
};

IdentityStore::IdentityStore(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
IdentityStore::~IdentityStore() = default;

const IdentityStore::Parts& IdentityStore::parts() const {
  return impl_->parts();
}

Result<SnapshotPointer> IdentityStore::snapshot(const AccountId& account) const {
  return parts().cache.snapshot(account);
}

Result<void> IdentityStore::change(const AccountId& account, const Edit& edit) {
  return impl_->change(account, edit);
}

}  // namespace coffer::iam
