#include "organizations/organization_store.h"

#include <array>
#include <mutex>

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

store::Transaction OrganizationChange::take_rows() {
  const std::string key = organization_key(organization().id);
  rows_.preconditions.push_back({key, now().revision()});
  if (erases_organization_) {
    rows_.deletes.push_back(key);
  } else {
    rows_.puts.push_back({key, encode(edited_, generation())});
  }
  return std::move(rows_);
}

class OrganizationStore::Impl {
 public:
  explicit Impl(const Parts& parts) : parts_(parts) {}

  const Parts& parts() const { return parts_; }

  Result<void> change(const OrganizationId& organization, const Edit& edit) {
    // Changes of one organization would only get in each other's way. Other processes may still come first.
    std::lock_guard lock(locks_[std::hash<OrganizationId>()(organization) % kLocks]);
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      COFFER_ASSIGN(const SnapshotPointer snapshot, parts_.cache.snapshot(organization));
      if (snapshot == nullptr) return not_in_use();
      OrganizationChange change(*snapshot, parts_.clock.now());
      COFFER_TRY(edit(change));
      if (change.is_empty()) return {};
      const Result<store::Revision> committed = parts_.store.commit(change.take_rows());
      if (committed.ok()) return {};
      if (committed.error().code != ErrorCode::kConflict) return committed.error();
    }
    return concurrent_modification();
  }

 private:
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
