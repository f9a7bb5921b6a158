#include "iam/identity_store.h"

#include <array>
#include <mutex>

#include "iam/identity_states.h"
#include "iam/refusals.h"

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
    COFFER_TRY(parts_.home.require_here());
    std::lock_guard lock(locks_[std::hash<AccountId>()(account) % kLocks]);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const SnapshotPointer snapshot, parts_.cache.snapshot(account));
      IdentityChange change(*snapshot, parts_.clock.now());
      COFFER_TRY(edit(change));
      if (is_empty(change)) return {};
      const std::string key = account_key(account);
      change.require(key, snapshot->revision());
      const uint64_t generation = snapshot->generation() + 1;
      change.put_row(key, encode(AccountRow{generation, change.alias_}));
      const Result<void> completed =
          parts_.home.complete({identities_of(account), generation, erased_names(change)}, change.rows_);
      if (!completed.ok() && completed.error().code == ErrorCode::kConflict) continue;
      COFFER_TRY(completed);
      const Result<store::Revision> committed = parts_.store.commit(std::move(change.rows_));
      if (committed.ok()) {
        // So that no request has to make it first, which would do so on an I/O thread.
        static_cast<void>(parts_.cache.snapshot(account));
        return {};
      }
      if (committed.error().code != ErrorCode::kConflict) return committed.error();
    }
    return concurrent_modification();
  }

 private:
  static std::vector<std::string> erased_names(const IdentityChange& change) {
    std::vector<std::string> names;
    for (const std::string& key : change.rows_.deletes) {
      if (kind_of_key(key)) names.emplace_back(row_name(key));
    }
    return names;
  }

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
