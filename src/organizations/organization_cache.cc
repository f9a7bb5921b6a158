#include "organizations/organization_cache.h"

#include <optional>

#include "organizations/organization_rows.h"
#include "organizations/snapshot_contents.h"
#include "store/row_cache.h"
#include "store/snapshot_slot.h"

namespace coffer::organizations {
namespace {

constexpr size_t kCachedAccounts = 100'000;
constexpr size_t kCachedOrganizations = 1024;
constexpr int kAttempts = 8;

using Slot = store::SnapshotSlot<OrganizationSnapshot>;
// Absent: in none.
using MemberOf = std::optional<OrganizationId>;

PlacePointer nowhere() {
  static const PlacePointer kNowhere = std::make_shared<const OrganizationPlace>();
  return kNowhere;
}

// The snapshot lives as long as the place is held.
PlacePointer place_in(const SnapshotPointer& snapshot, const AccountId& account) {
  const OrganizationPlace* const place = snapshot != nullptr ? snapshot->place(account) : nullptr;
  return place != nullptr ? PlacePointer(snapshot, place) : nullptr;
}

}  // namespace

class OrganizationCache::Impl {
 public:
  explicit Impl(store::Store& store) : store_(store), memberships_(kCachedAccounts), slots_(kCachedOrganizations) {
    // A slot comes into the cache before it reads anything: either it is found here, or it reads what was committed.
    store.on_commit([this](store::Revision, const std::vector<store::Change>& changes) {
      std::string_view last;
      for (const store::Change& change : changes) {
        if (const auto account = account_of_key(change.key)) memberships_.invalidate(*account);
        const auto organization = organization_of_key(change.key);
        if (!organization || *organization == last) continue;
        last = *organization;
        if (const auto slot = slots_.find(*organization)) slot->changed();
      }
    });
  }

  Result<SnapshotPointer> snapshot(const OrganizationId& organization) {
    COFFER_ASSIGN(const auto slot, slots_.get(organization.text(), []() -> Result<std::shared_ptr<const Slot>> {
      return std::make_shared<const Slot>();
    }));
    return slot->get(
        [&](const OrganizationSnapshot* previous) { return build_snapshot(store_, organization, previous); });
  }

  Result<SnapshotPointer> snapshot_of(const AccountId& account) {
    COFFER_ASSIGN(const auto membership, membership_of(account));
    if (!*membership) return SnapshotPointer();
    return snapshot(**membership);
  }

  Result<PlacePointer> place_of(const AccountId& account) {
    COFFER_ASSIGN(const auto membership, membership_of(account));
    if (!*membership) return nowhere();
    COFFER_ASSIGN(const SnapshotPointer cached, snapshot(**membership));
    if (PlacePointer place = place_in(cached, account)) return place;
    return find_place(account);
  }

 private:
  Result<std::shared_ptr<const MemberOf>> membership_of(const AccountId& account) {
    return memberships_.get(account.text(), [&]() -> Result<std::shared_ptr<const MemberOf>> {
      COFFER_ASSIGN(Found found, read_membership(account));
      return std::make_shared<const MemberOf>(std::move(found.organization));
    });
  }

  struct Found {
    MemberOf organization;
    store::Revision revision = 0;  // of the row that says so; 0: there is none
  };
  Result<Found> read_membership(const AccountId& account) const {
    COFFER_ASSIGN(const auto row, store_.get(membership_key(account.text())));
    if (!row) return Found();
    MemberOf organization = OrganizationId::parse(row->value);
    if (!organization) return damaged(account);
    return Found{std::move(organization), row->revision};
  }

  // Membership and snapshot were of two moments: the account comes or goes just now. Otherwise something is damaged,
  // and then nobody may take the account for one that no policy limits.
  Result<PlacePointer> find_place(const AccountId& account) const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const Found before, read_membership(account));
      if (!before.organization) return nowhere();
      COFFER_ASSIGN(const SnapshotPointer fresh, build_snapshot(store_, *before.organization, nullptr));
      if (PlacePointer place = place_in(fresh, account)) return place;
      COFFER_ASSIGN(const Found after, read_membership(account));
      if (after.revision == before.revision) return damaged(account);
    }
    return Error{ErrorCode::kServiceUnavailable, "account " + account.text() + " comes and goes all the time"};
  }

  static Error damaged(const AccountId& account) {
    return Error{ErrorCode::kCorrupt, "the organization of account " + account.text() + " is damaged"};
  }

  const store::Store& store_;
  store::RowCache<MemberOf> memberships_;
  store::RowCache<Slot> slots_;
};

OrganizationCache::OrganizationCache(store::Store& store) : impl_(std::make_unique<Impl>(store)) {}
OrganizationCache::~OrganizationCache() = default;

Result<PlacePointer> OrganizationCache::place_of(const AccountId& account) const {
  return impl_->place_of(account);
}
Result<SnapshotPointer> OrganizationCache::snapshot(const OrganizationId& organization) const {
  return impl_->snapshot(organization);
}
Result<SnapshotPointer> OrganizationCache::snapshot_of(const AccountId& account) const {
  return impl_->snapshot_of(account);
}

}  // namespace coffer::organizations
