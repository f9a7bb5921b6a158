#include "organizations/organization_snapshot.h"

#include <algorithm>

#include "organizations/aws_policies.h"
#include "organizations/snapshot_contents.h"

namespace coffer::organizations {
namespace {

template <class Item>
const Item* find(const LoadedRows<Item>& rows, const decltype(Item::id)& id) {
  const auto found = rows.find(id);
  return found != rows.end() ? found->second.item.get() : nullptr;
}

}  // namespace

OrganizationSnapshot::OrganizationSnapshot(std::unique_ptr<const Contents> contents) : contents_(std::move(contents)) {}
OrganizationSnapshot::~OrganizationSnapshot() = default;

const Organization& OrganizationSnapshot::organization() const {
  return contents_->stored.organization;
}
uint64_t OrganizationSnapshot::generation() const {
  return contents_->stored.generation;
}
store::Revision OrganizationSnapshot::revision() const {
  return contents_->revision;
}

const Node* OrganizationSnapshot::node(const NodeId& id) const {
  return find(contents_->nodes, id);
}

const Policy* OrganizationSnapshot::policy(const PolicyId& id) const {
  for (const PolicyType type : kPolicyTypes) {
    if (full_access(type).id == id) return &full_access(type);
  }
  return find(contents_->policies, id);
}

const AccountRequest* OrganizationSnapshot::request(const RequestId& id) const {
  return find(contents_->requests, id);
}

const OrganizationPlace* OrganizationSnapshot::place(const AccountId& account) const {
  const auto found = contents_->places.find(account);
  return found != contents_->places.end() ? &found->second : nullptr;
}

std::vector<const Node*> OrganizationSnapshot::accounts() const {
  std::vector<const Node*> accounts;
  for (const auto& [id, row] : contents_->nodes) {
    if (kind_of(id) == NodeKind::kAccount) accounts.push_back(row.item.get());
  }
  return accounts;
}

std::vector<const Node*> OrganizationSnapshot::children(const NodeId& parent, NodeKind kind) const {
  std::vector<const Node*> children;
  const auto found = contents_->children.find(parent);
  if (found == contents_->children.end()) return children;
  std::ranges::copy_if(found->second, std::back_inserter(children),
                       [&](const Node* child) { return kind_of(child->id) == kind; });
  return children;
}

std::vector<const AccountRequest*> OrganizationSnapshot::requests() const {
  std::vector<const AccountRequest*> requests;
  for (const auto& [id, row] : contents_->requests)
    requests.push_back(row.item.get());
  return requests;
}

std::vector<const Policy*> OrganizationSnapshot::policies(PolicyType type) const {
  std::vector<const Policy*> policies = {&full_access(type)};
  for (const auto& [id, row] : contents_->policies) {
    if (row.item->type == type) policies.push_back(row.item.get());
  }
  std::ranges::sort(policies, {}, &Policy::id);
  return policies;
}

std::vector<const Policy*> OrganizationSnapshot::attached(const Node& node, PolicyType type) const {
  std::vector<const Policy*> policies;
  for (const PolicyId& id : attached_ids(organization(), node, type))
    policies.push_back(policy(id));
  return policies;
}

std::vector<const Node*> OrganizationSnapshot::targets(const Policy& policy) const {
  std::vector<const Node*> targets;
  for (const auto& [id, row] : contents_->nodes) {
    const auto attached = attached_ids(organization(), *row.item, policy.type);
    if (std::ranges::find(attached, policy.id) != attached.end()) targets.push_back(row.item.get());
  }
  return targets;
}

std::string OrganizationSnapshot::path(const Node& node) const {
  std::string path;
  for (const Node* at = &node; at != nullptr; at = this->node(at->parent))
    path.insert(0, at->id.text() + "/");
  return organization().id.text() + "/" + path;
}

size_t OrganizationSnapshot::count_units() const {
  return static_cast<size_t>(
      std::ranges::count_if(contents_->nodes, [](const auto& row) { return kind_of(row.first) == NodeKind::kUnit; }));
}

size_t OrganizationSnapshot::depth(const Node& node) const {
  size_t depth = 0;
  for (const Node* above = &node; !above->parent.empty() && kind_of(above->parent) == NodeKind::kUnit; ++depth)
    above = this->node(above->parent);
  return depth;
}

std::vector<PolicyId> attached_ids(const Organization& organization, const Node& node, PolicyType type) {
  if (!organization.is_enabled(type)) return {};
  const Attachments& attachments = node.attachments[type];
  if (attachments.enabled_at != organization.enabled_at[type]) return {full_access(type).id};
  return attachments.policies;
}

}  // namespace coffer::organizations
