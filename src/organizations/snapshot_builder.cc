#include "home/state_rows.h"
#include "organizations/aws_policies.h"
#include "organizations/snapshot_contents.h"

namespace coffer::organizations {
namespace {

using Contents = OrganizationSnapshot::Contents;

Error damaged(std::string_view what) {
  return Error{ErrorCode::kCorrupt, "an organization is damaged: " + std::string(what)};
}

// Takes the rows of one kind, and over from the previous snapshot those that did not change.
template <class Item>
class Loader {
 public:
  using Decode = Result<Item> (*)(std::string_view id, std::string_view value);
  Loader(Decode decode, const LoadedRows<Item>* previous, LoadedRows<Item>& out)
      : decode_(decode), previous_(previous), out_(out) {}

  Result<LoadedRow<Item>*> take(std::string_view id, const store::Row& row) {
    if (const auto known = before(id); known != nullptr && known->second.revision == row.revision) {
      return &out_.emplace(*known).first->second;
    }
    COFFER_ASSIGN(Item item, decode_(id, row.value));
    auto shared = std::make_shared<const Item>(std::move(item));
    return &out_.emplace(shared->id, LoadedRow<Item>{row.revision, shared, nullptr}).first->second;
  }

 private:
  const typename LoadedRows<Item>::value_type* before(std::string_view id) const {
    if (previous_ == nullptr) return nullptr;
    const auto parsed = decltype(Item::id)::parse(id);
    if (!parsed) return nullptr;
    const auto found = previous_->find(*parsed);
    return found != previous_->end() ? &*found : nullptr;
  }

  const Decode decode_;
  const LoadedRows<Item>* const previous_;
  LoadedRows<Item>& out_;
};

// Walks down the tree, once, and notes what each account meets on its way.
class Placer {
 public:
  explicit Placer(Contents& contents) : contents_(contents), organization_(contents.stored.organization) {}

  Result<void> run() {
    for (const auto& [id, row] : contents_.nodes) {
      if (id == organization_.root) continue;
      if (row.item->parent.empty()) return damaged("it has two roots");
      contents_.children[row.item->parent].push_back(row.item.get());
    }
    const auto root = contents_.nodes.find(organization_.root);
    if (root == contents_.nodes.end()) return damaged("it has no root");
    OrganizationPlace place;
    place.organization = organization_.id.text();
    place.paths = {organization_.id.text() + "/"};
    COFFER_TRY(visit(*root->second.item, std::move(place)));
    if (visited_ != contents_.nodes.size()) return damaged("a node is not in the tree");
    if (!contents_.places.contains(organization_.management_account)) return damaged("it has no management account");
    return {};
  }

 private:
  Result<void> visit(const Node& node, OrganizationPlace place) {
    ++visited_;
    for (const PolicyType type : kPolicyTypes) {
      if (!organization_.is_enabled(type)) continue;
      COFFER_ASSIGN(PolicyPointers level, level_of(node, type));
      (type == PolicyType::kServiceControl ? place.service_control : place.resource_control)
          .push_back(std::move(level));
    }
    if (kind_of(node.id) == NodeKind::kAccount) {
      put(account_of(node.id), std::move(place));
      return {};
    }
    place.paths.front().append(node.id.text()).append("/");
    const auto children = contents_.children.find(node.id);
    if (children == contents_.children.end()) return {};
    for (const Node* child : children->second)
      COFFER_TRY(visit(*child, place));
    return {};
  }

  Result<PolicyPointers> level_of(const Node& node, PolicyType type) const {
    PolicyPointers level;
    for (const PolicyId& id : attached_ids(organization_, node, type)) {
      if (id == full_access(type).id) {
        level.push_back(&compiled_full_access(type));
        continue;
      }
      const auto found = contents_.policies.find(id);
      if (found == contents_.policies.end()) return damaged("a policy is attached that does not exist");
      level.push_back(found->second.compiled.get());
    }
    return level;
  }

  void put(const AccountId& account, OrganizationPlace place) {
    if (account == organization_.management_account) {
      place.is_management = true;
      place.service_control.clear();
      place.resource_control.clear();
    }
    contents_.places.emplace(account, std::move(place));
  }

  Contents& contents_;
  const Organization& organization_;
  size_t visited_ = 0;
};

}  // namespace

Result<SnapshotPointer> build_snapshot(const store::Store& store, const OrganizationId& organization,
                                       const OrganizationSnapshot* previous) {
  // Its own row and those below it, and of no organization whose id merely begins the same.
  const std::string own_key = organization_key(organization);
  COFFER_ASSIGN(auto scanned, store.scan(home::state_range(own_key)));
  COFFER_ASSIGN(const auto rows, home::rows_in_force(own_key, std::move(scanned)));
  if (rows.empty() || rows.front().key != own_key) {
    if (rows.empty()) return SnapshotPointer();
    return damaged("its own record is missing");
  }
  auto contents = std::make_unique<Contents>();
  COFFER_ASSIGN(contents->stored, decode_organization(organization.text(), rows.front().value));
  contents->revision = rows.front().revision;

  const Contents* const old = previous != nullptr ? &previous->contents() : nullptr;
  Loader<Node> nodes(decode_node, old ? &old->nodes : nullptr, contents->nodes);
  Loader<Policy> policies(decode_policy, old ? &old->policies : nullptr, contents->policies);
  Loader<AccountRequest> requests(decode_request, old ? &old->requests : nullptr, contents->requests);
  for (const store::Row& row : std::span(rows).subspan(1)) {
    const auto name = name_of_key(row.key);
    if (!name) return damaged("there is a row of an unknown kind");
    switch (name->kind) {
      case RowKind::kNode:
        COFFER_TRY(nodes.take(name->id, row));
        break;
      case RowKind::kPolicy: {
        COFFER_ASSIGN(LoadedRow<Policy>* const policy, policies.take(name->id, row));
        if (policy->compiled == nullptr) {
          policy->compiled = compile_stored(contents->stored.organization, *policy->item);
        }
        break;
      }
      case RowKind::kRequest:
        COFFER_TRY(requests.take(name->id, row));
        break;
    }
  }
  COFFER_TRY(Placer(*contents).run());
  return std::make_shared<const OrganizationSnapshot>(std::move(contents));
}

}  // namespace coffer::organizations
