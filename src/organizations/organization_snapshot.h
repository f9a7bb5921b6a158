// One organization as it was at one moment: its tree, its policies compiled, and what it makes of each account. Made
// from all rows of the organization at once; immutable, shared by all requests until the organization changes.
// Must never: be kept beyond a request. A policy that was attached counts from the next look into the cache on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "organizations/organization.h"
#include "organizations/organization_place.h"
#include "store/store.h"

namespace coffer::organizations {

class OrganizationSnapshot {
 public:
  // Made by build_snapshot(), see snapshot_builder.h.
  struct Contents;
  explicit OrganizationSnapshot(std::unique_ptr<const Contents> contents);
  ~OrganizationSnapshot();
  OrganizationSnapshot(const OrganizationSnapshot&) = delete;
  OrganizationSnapshot& operator=(const OrganizationSnapshot&) = delete;

  const Organization& organization() const;
  // Grows with every change of the organization.
  uint64_t generation() const;
  // Of the row that holds the generation.
  store::Revision revision() const;

  // nullptr when the organization has no such thing. Policies: AWS's own, too. Pointers live as long as the snapshot.
  const Node* node(const NodeId& id) const;
  const Policy* policy(const PolicyId& id) const;
  const AccountRequest* request(const RequestId& id) const;
  const OrganizationPlace* place(const AccountId& account) const;

  // In the order of their ids.
  std::vector<const Node*> accounts() const;
  std::vector<const Node*> children(const NodeId& parent, NodeKind kind) const;
  std::vector<const AccountRequest*> requests() const;
  std::vector<const Policy*> policies(PolicyType type) const;  // AWS's own among them
  // In the order in which they were attached; none while the type is not enabled.
  std::vector<const Policy*> attached(const Node& node, PolicyType type) const;
  // In the order of their ids: the nodes that a policy is attached to.
  std::vector<const Node*> targets(const Policy& policy) const;

  // "o-x/r-x/ou-x-y/", and an account's id at the end of its own.
  std::string path(const Node& node) const;
  size_t count_units() const;
  // How many units a node is in; of a unit, itself not counted.
  size_t depth(const Node& node) const;

  const Contents& contents() const { return *contents_; }

 private:
  const std::unique_ptr<const Contents> contents_;
};

using SnapshotPointer = std::shared_ptr<const OrganizationSnapshot>;

// What is attached to a node, as ids: see Attachments.
std::vector<PolicyId> attached_ids(const Organization& organization, const Node& node, PolicyType type);

}  // namespace coffer::organizations
