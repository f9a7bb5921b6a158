#include "organizations/organization_store.h"

#include <array>
#include <mutex>

#include "home/state_rows.h"
#include "organizations/organization_states.h"
#include "organizations/refusals.h"

namespace coffer::organizations {
namespace {

constexpr int kAttempts = 16;
constexpr size_t kLocks = 16;

}  // namespace

void OrganizationChange::put_attachments(Node node, PolicyType type, std::vector<PolicyId> policies) {
  node.attachments[type] = {organization().enabled_at[type], std::move(policies)};
  put(node);
}

void OrganizationChange::add_member(const AccountId& account) {
  const std::string key = membership_key(account.text());
  rows_.preconditions.push_back({key, 0});
  rows_.puts.push_back({key, organization().id.text()});
}

void OrganizationChange::remove_member(const AccountId& account) {
  rows_.deletes.push_back(membership_key(account.text()));
}

bool OrganizationChange::is_empty() const {
  return rows_.puts.empty() && rows_.deletes.empty() && edited_.enabled_at == organization().enabled_at;
}

Result<store::Transaction> OrganizationChange::take_rows(const home::HomeRegion& home) {
  const std::string key = organization_key(organization().id);
  home::StateChange change{state_of_organization(organization().id), generation(), {}};
  for (const std::string& erased : rows_.deletes) {
    if (name_of_key(erased)) change.erased.emplace_back(home::row_name(key, erased));
  }
  if (erases_organization_) change.erased.emplace_back();
  rows_.preconditions.push_back({key, now().revision()});
  if (erases_organization_) {
    rows_.deletes.push_back(key);
  } else {
    rows_.puts.push_back({key, encode(edited_, generation())});
  }
  COFFER_TRY(home.complete(change, rows_));
  return std::move(rows_);
}

class OrganizationStore::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {}

  const Parts& parts() const { return parts_; }

  Result<void> change(const OrganizationId& organization, const Edit& edit) {
    // Changes of one organization would only get in each other's way. Other processes may still come first.
    COFFER_TRY(parts_.home.require_here());
    std::lock_guard lock(locks_[std::hash<OrganizationId>()(organization) % kLocks]);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const SnapshotPointer snapshot, parts_.cache.snapshot(organization));
      if (snapshot == nullptr) return not_in_use();
      OrganizationChange change(*snapshot, parts_.clock.now());
      COFFER_TRY(edit(change));
      if (change.is_empty()) return {};
      const Result<void> committed = commit(change);
      if (committed.ok() || committed.error().code != ErrorCode::kConflict) return committed;
    }
    return concurrent_modification();
  }

 private:
  Result<void> commit(OrganizationChange& change) {
    COFFER_ASSIGN(store::Transaction rows, change.take_rows(parts_.home));
    COFFER_TRY(parts_.store.commit(std::move(rows)));
    return {};
  }

  const Parts parts_;
  std::array<std::mutex, kLocks> locks_;
};

OrganizationStore::OrganizationStore(const Parts& parts) : impl_(std::make_unique<Impl>(parts)) {}
OrganizationStore::~OrganizationStore() = default;

const OrganizationStore::Parts& OrganizationStore::parts() const {
  return impl_->parts();
}

Result<void> OrganizationStore::change(const OrganizationId& organization, const Edit& edit) {
  return impl_->change(organization, edit);
}

}  // namespace coffer::organizations
