#include "iam/identity_cache.h"

#include <mutex>
#include <shared_mutex>

#include "iam/aws_managed_policies.h"
#include "iam/identity_rows.h"
#include "iam/snapshot_builder.h"
#include "store/row_cache.h"

namespace coffer::iam {
namespace {

constexpr size_t kCachedAccounts = 16'384;

// Where an account's snapshot stands. An old one stays until there is a new one, which takes over what did not change.
class Slot {
 public:
  // The newest, or null when it is out of date.
  SnapshotPointer current() const {
    std::shared_lock lock(mutex_);
    return built_at_ == changes_ ? snapshot_ : nullptr;
  }

  void changed() const {
    std::unique_lock lock(mutex_);
    ++changes_;
  }

  template <class Build>
  Result<SnapshotPointer> renew(const Build& build) const {
    // One builds, others wait for it: building is dear, and the second would do the same.
    std::lock_guard build_lock(build_mutex_);
    if (SnapshotPointer snapshot = current()) return snapshot;
    uint64_t changes;
    SnapshotPointer previous;
    {
      std::shared_lock lock(mutex_);
      changes = changes_;
      previous = snapshot_;
    }
    COFFER_ASSIGN(SnapshotPointer built, build(previous.get()));
    std::unique_lock lock(mutex_);
    snapshot_ = built;
    built_at_ = changes;  // a change that came meanwhile may or may not be in it
    return built;
  }

 private:
  mutable std::mutex build_mutex_;
  mutable std::shared_mutex mutex_;
  mutable uint64_t changes_ = 1;
  mutable uint64_t built_at_ = 0;  // the number of changes that the snapshot has seen
  mutable SnapshotPointer snapshot_;
};

}  // namespace

class IdentityCache::Impl {
 public:
  explicit Impl(store::Store& store) : store_(store), slots_(kCachedAccounts) {
    // A slot comes into the cache before it reads anything: either it is found here, or it reads what was committed.
    store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      std::string_view last;
      for (const store::Change& change : changes) {
        const auto account = account_of_key(change.key);
        if (!account || *account == last) continue;
        last = *account;
        if (const auto slot = slots_.find(*account)) slot->changed();
      }
    });
  }

  Result<SnapshotPointer> snapshot(const AccountId& account) {
    COFFER_ASSIGN(const auto slot, slots_.get(account.text(), []() -> Result<std::shared_ptr<const Slot>> {
      return std::make_shared<const Slot>();
    }));
    if (SnapshotPointer snapshot = slot->current()) return snapshot;
    return slot->renew(
        [&](const IdentitySnapshot* previous) { return build_snapshot(store_, account, previous, aws_policies_); });
  }

 private:
  const store::Store& store_;
  const std::shared_ptr<const AwsManagedPolicies> aws_policies_ = std::make_shared<const AwsManagedPolicies>();
  store::RowCache<Slot> slots_;
};

IdentityCache::IdentityCache(store::Store& store) : impl_(std::make_unique<Impl>(store)) {}
IdentityCache::~IdentityCache() = default;

Result<SnapshotPointer> IdentityCache::snapshot(const AccountId& account) const {
  return impl_->snapshot(account);
}

}  // namespace coffer::iam
