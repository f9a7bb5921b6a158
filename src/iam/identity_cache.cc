#include "iam/identity_cache.h"

#include "iam/aws_managed_policies.h"
#include "iam/identity_rows.h"
#include "iam/snapshot_builder.h"
#include "store/row_cache.h"
#include "store/snapshot_slot.h"

namespace coffer::iam {
namespace {

constexpr size_t kCachedAccounts = 16'384;

using Slot = store::SnapshotSlot<IdentitySnapshot>;

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
    return slot->get(
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
