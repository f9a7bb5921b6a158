#include "organizations/lifecycle.h"

#include "organizations/organization_states.h"
#include "organizations/refusals.h"
#include "organizations/snapshot_contents.h"

namespace coffer::organizations {
namespace {

constexpr int kAttempts = 8;
constexpr uint64_t kFirstGeneration = 1;
// Policies and requests that one commit erases; with the tree, whose size has a quota, they fit into a transaction.
constexpr size_t kErasedAtOnce = 1'500;

Node root_of(const Organization& organization) {
  Node root;
  root.id = organization.root;
  root.name = "Root";
  return root;
}

Node management_node(const Organization& organization, const NewOrganization& wanted) {
  Node node;
  node.id = node_of(wanted.management_account);
  node.parent = organization.root;
  node.name = wanted.name;
  node.membership = Membership{.email = wanted.email,
                               .status = MemberStatus::kActive,
                               .joined_method = JoinedMethod::kInvited,
                               .joined = organization.created};
  return node;
}

store::Transaction transaction_of(const Organization& organization, const NewOrganization& wanted) {
  const Node root = root_of(organization);
  const Node account = management_node(organization, wanted);
  const std::string key = organization_key(organization.id);
  const std::string membership = membership_key(wanted.management_account.text());
  return {.preconditions = {{key, 0}, {membership, 0}},
          .puts = {{key, encode(organization, kFirstGeneration)},
                   {row_key(organization.id, root.id), encode(root, kFirstGeneration)},
                   {row_key(organization.id, account.id), encode(account, kFirstGeneration)},
                   {membership, organization.id.text()}},
          .deletes = {}};
}

// Whether that was all.
bool erase_some(OrganizationChange& change) {
  const auto& contents = change.now().contents();
  const bool is_last = contents.policies.size() + contents.requests.size() <= kErasedAtOnce;
  size_t left = kErasedAtOnce;
  for (auto row = contents.requests.begin(); row != contents.requests.end() && left != 0; ++row, --left)
    change.erase(*row->second.item);
  for (auto row = contents.policies.begin(); row != contents.policies.end() && left != 0; ++row, --left)
    change.erase(*row->second.item);
  if (!is_last) {
    // What is gone must not be attached.
    Organization organization = change.organization();
    organization.enabled_at = {};
    change.set(organization);
    return false;
  }
  for (const auto& [id, row] : contents.nodes)
    change.erase(*row.item);
  change.remove_member(change.organization().management_account);
  change.erase_organization();
  return true;
}

Result<void> set_policy_type(OrganizationStore& store, const OrganizationId& id, const RootPolicyType& wanted,
                             const std::function<Result<uint64_t>(const OrganizationChange&)>& enabled_at) {
  return store.change(id, [&](OrganizationChange& change) -> Result<void> {
    if (wanted.root != change.organization().root) return root_not_found();
    Organization organization = change.organization();
    COFFER_ASSIGN(organization.enabled_at[wanted.type], enabled_at(change));
    change.set(organization);
    return {};
  });
}

}  // namespace

Result<Organization> create_organization(OrganizationStore& store, const NewOrganization& wanted) {
  const OrganizationStore::Parts& parts = store.parts();
  COFFER_TRY(parts.home.require_here());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    COFFER_ASSIGN(const SnapshotPointer other, parts.cache.snapshot_of(wanted.management_account));
    if (other != nullptr) return already_in_organization();
    const Organization made{.id = draw_organization_id(parts.random),
                            .management_account = wanted.management_account,
                            .root = draw_root_id(parts.random),
                            .created = parts.clock.now(),
                            .enabled_at = {}};
    store::Transaction rows = transaction_of(made, wanted);
    COFFER_TRY(parts.home.complete({state_of_organization(made.id), kFirstGeneration, {}}, rows));
    const Result<store::Revision> committed = parts.store.commit(std::move(rows));
    if (committed.ok()) return made;
    if (committed.error().code != ErrorCode::kConflict) return committed.error();
  }
  return concurrent_modification();
}

Result<void> delete_organization(OrganizationStore& store, const OrganizationId& organization) {
  bool is_done = false;
  while (!is_done) {
    COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
      if (change.now().accounts().size() > 1) {
        return Error{ErrorCode::kOrganizationNotEmpty,
                     "To delete an organization you must first remove all member accounts (except the master)."};
      }
      is_done = erase_some(change);
      return {};
    }));
  }
  return {};
}

Result<std::vector<OrganizationId>> list_organizations(const OrganizationStore& store) {
  std::vector<OrganizationId> all;
  store::ScanRange range{organization_prefix(), organization_prefix() + '\xff', 1};
  for (;;) {
    COFFER_ASSIGN(const auto rows, store.parts().store.scan(range));
    if (rows.empty()) return all;
    const auto text = organization_of_key(rows.front().key);
    const auto id = OrganizationId::parse(text.value_or(""));
    if (!id) return Error{ErrorCode::kCorrupt, "there is a row of an impossible organization"};
    all.push_back(*id);
    range.begin = organization_end(*id);
  }
}

Result<void> enable_policy_type(OrganizationStore& store, const OrganizationId& organization,
                                const RootPolicyType& wanted) {
  return set_policy_type(store, organization, wanted, [&](const OrganizationChange& change) -> Result<uint64_t> {
    if (!change.organization().is_enabled(wanted.type)) return change.generation();
    return Error{ErrorCode::kPolicyTypeAlreadyEnabled, "The specified policy type is already enabled."};
  });
}

Result<void> disable_policy_type(OrganizationStore& store, const OrganizationId& organization,
                                 const RootPolicyType& wanted) {
  return set_policy_type(store, organization, wanted, [&](const OrganizationChange& change) -> Result<uint64_t> {
    if (change.organization().is_enabled(wanted.type)) return 0;
    return Error{ErrorCode::kPolicyTypeNotEnabled, "The specified policy type is not currently enabled."};
  });
}

}  // namespace coffer::organizations
