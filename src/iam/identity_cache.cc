#include "iam/identity_cache.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "iam/aws_managed_policies.h"
#include "iam/changed_rows.h"
#include "iam/identity_rows.h"
#include "iam/snapshot_builder.h"
#include "store/row_cache.h"
#include "store/snapshot_slot.h"

namespace coffer::iam {
namespace {

constexpr size_t kCachedAccounts = 16'384;

struct Slot {
  store::SnapshotSlot<IdentitySnapshot> snapshot;
  mutable ChangedRows changed;
};

// What was taken is lost unless it came into a snapshot: also when building one throws.
class Taken {
 public:
  explicit Taken(ChangedRows& changed) : changed_(changed), rows_(changed.take()) {}
  ~Taken() {
    if (!is_kept_) changed_.lose();
  }
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;

  const std::optional<std::vector<store::Change>>& rows() const { return rows_; }
  void keep() { is_kept_ = true; }

 private:
  ChangedRows& changed_;
  const std::optional<std::vector<store::Change>> rows_;
  bool is_kept_ = false;
};

// Of one commit, those of accounts' identities, account by account.
std::vector<store::Change> identity_rows(const std::vector<store::Change>& changes) {
  std::vector<store::Change> rows;
  std::ranges::copy_if(changes, std::back_inserter(rows),
                       [](const store::Change& change) { return account_of_key(change.key).has_value(); });
  std::ranges::sort(rows, {}, &store::Change::key);
  return rows;
}

}  // namespace

class IdentityCache::Impl {
 public:
  explicit Impl(store::Store& store) : store_(store), slots_(kCachedAccounts) {
    // A slot comes into the cache before it reads anything: either it is found here, or it reads what was committed.
    store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      const std::vector<store::Change> rows = identity_rows(changes);
      for (auto first = rows.begin(); first != rows.end();) {
        const auto account = account_of_key(first->key);
        const auto last =
            std::find_if(first, rows.end(), [&](const auto& row) { return account_of_key(row.key) != account; });
        if (const auto slot = slots_.find(*account)) {
          slot->changed.add({first, last});
          slot->snapshot.changed();
        }
        first = last;
      }
    });
  }

  Result<SnapshotPointer> snapshot(const AccountId& account) {
    COFFER_ASSIGN(const auto slot, slots_.get(account.text(), []() -> Result<std::shared_ptr<const Slot>> {
      return std::make_shared<const Slot>();
    }));
    return slot->snapshot.get([&](const IdentitySnapshot* previous) {
      Taken taken(slot->changed);
      auto built = build_snapshot({store_, account, aws_policies_}, {previous, taken.rows()});
      if (built.ok()) taken.keep();
      return built;
    });
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
