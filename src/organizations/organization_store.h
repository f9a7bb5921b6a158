// Where changes of organizations are made. A change sees the organization as one snapshot shows it and commits only if
// that is still the newest: so the changes of one organization follow each other, whatever they read. Each raises the
// organization's generation, and marks the other regions. The operations themselves are functions beside it:
// lifecycle.h, units.h, accounts.h, account_requests.h, policies.h, attachments.h, tags.h; what only reads needs a
// snapshot. Thread-safe.
#pragma once

#include <functional>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "home/home_region.h"
#include "organizations/organization_cache.h"
#include "organizations/organization_rows.h"
#include "store/store.h"

namespace coffer::organizations {

// A change of one organization that is being made. Rows are written once: a thing is put or erased, not both.
class OrganizationChange {
 public:
  const OrganizationSnapshot& now() const { return snapshot_; }
  const Organization& organization() const { return snapshot_.organization(); }
  Time time() const { return time_; }
  // Of the rows that it writes.
  uint64_t generation() const { return snapshot_.generation() + 1; }

  // In place of what has the same id, if there is such a thing.
  template <class Item>
  void put(const Item& item) {
    rows_.puts.push_back({row_key(organization().id, item.id), encode(item, generation())});
  }
  template <class Item>
  void erase(const Item& item) {
    rows_.deletes.push_back(row_key(organization().id, item.id));
  }
  // What is attached to a node from now on. REQUIRES: the type is enabled.
  void put_attachments(Node node, PolicyType type, std::vector<PolicyId> policies);
  // Of the organization itself. REQUIRES: id and management account stay.
  void set(const Organization& organization) { edited_ = organization; }
  // The organization's own row. REQUIRES: everything else of it is erased.
  void erase_organization() { erases_organization_ = true; }

  // "oa": an account is in one organization only.
  void add_member(const AccountId& account);
  void remove_member(const AccountId& account);

 private:
  friend class OrganizationStore;
  OrganizationChange(const OrganizationSnapshot& snapshot, Time time)
      : snapshot_(snapshot), time_(time), edited_(snapshot.organization()) {}
  bool is_empty() const;
  // With everything that a change needs.
  Result<store::Transaction> take_rows(const home::HomeRegion& home);

  const OrganizationSnapshot& snapshot_;
  const Time time_;
  Organization edited_;
  bool erases_organization_ = false;
  store::Transaction rows_;
};

class OrganizationStore {
 public:
  struct Parts {
    store::Store& store;
    Random& random;
    const Clock& clock;
    const OrganizationCache& cache;
    const home::HomeRegion& home;
  };
  explicit OrganizationStore(const Parts& parts);
  ~OrganizationStore();

  const Parts& parts() const;

  // Runs `edit`, again if somebody else came first, and commits what it did; a change that does nothing is none.
  // Waits for the commit. Errors of `edit` as they are; kAwsOrganizationsNotInUse (AWS's text) when there is no such
  // organization; kConcurrentModification (AWS's text) when others always come first;
  // kServiceUnavailable (naming the home) elsewhere than in the home region of identities; kIo.
  using Edit = std::function<Result<void>(OrganizationChange&)>;
  Result<void> change(const OrganizationId& organization, const Edit& edit);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::organizations
