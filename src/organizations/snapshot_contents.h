// What a snapshot holds, and how it is made. Inside of this room only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "organizations/organization_rows.h"
#include "organizations/organization_snapshot.h"
#include "organizations/policy_texts.h"
#include "store/store.h"

namespace coffer::organizations {

// A row that was read, shared with the next snapshot if the row stays as it is.
template <class Item>
struct LoadedRow {
  store::Revision revision = 0;
  std::shared_ptr<const Item> item;
  CompiledPointer compiled;  // of policies
};

template <class Item>
using LoadedRows = std::map<decltype(Item::id), LoadedRow<Item>>;

struct OrganizationSnapshot::Contents {
  StoredOrganization stored;
  store::Revision revision = 0;
  LoadedRows<Node> nodes;
  LoadedRows<Policy> policies;
  LoadedRows<AccountRequest> requests;
  std::map<NodeId, std::vector<const Node*>> children;  // in the order of their ids
  std::unordered_map<AccountId, OrganizationPlace> places;
};

// From all rows of the organization, as they are now; what is in the rows of `previous` (may be null) is not read
// again. A null pointer when there is no such organization. kIo; kCorrupt when a record is damaged, or a node is not in
// the tree.
Result<SnapshotPointer> build_snapshot(const store::Store& store, const OrganizationId& organization,
                                       const OrganizationSnapshot* previous);

}  // namespace coffer::organizations
