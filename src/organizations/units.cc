#include "organizations/units.h"

#include <algorithm>

#include "organizations/quotas.h"
#include "organizations/refusals.h"
#include "organizations/tags.h"

namespace coffer::organizations {
namespace {

Result<void> refuse_same_name(const OrganizationSnapshot& snapshot, const Node& unit) {
  const bool is_taken = std::ranges::any_of(snapshot.children(unit.parent, NodeKind::kUnit), [&](const Node* sister) {
    return sister->name == unit.name && sister->id != unit.id;
  });
  if (!is_taken) return {};
  return Error{ErrorCode::kDuplicateOrganizationalUnit, "An OU with the same name already exists."};
}

const Node* find_unit(const OrganizationSnapshot& snapshot, const NodeId& id) {
  return !id.empty() && kind_of(id) == NodeKind::kUnit ? snapshot.node(id) : nullptr;
}

}  // namespace

Result<Node> create_unit(OrganizationStore& store, const OrganizationId& organization, const NewUnit& wanted) {
  COFFER_TRY(check_tags(wanted.tags));
  Node unit;
  unit.parent = wanted.parent;
  unit.name = wanted.name;
  unit.tags = wanted.tags;
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const Node* const parent = change.now().node(wanted.parent);
    if (parent == nullptr || kind_of(parent->id) == NodeKind::kAccount) return parent_not_found();
    COFFER_TRY(refuse_same_name(change.now(), unit));
    const size_t units_above = change.now().depth(*parent) + (kind_of(parent->id) == NodeKind::kUnit ? 1 : 0);
    if (units_above >= kUnitDepth) return constraint_violation("You have exceeded the allowed depth of the OU tree.");
    if (change.now().count_units() >= kUnits) {
      return constraint_violation("You have exceeded the allowed number of organizational units.");
    }
    do {
      unit.id = draw_unit_id(change.organization().root, store.parts().random);
    } while (change.now().node(unit.id) != nullptr);
    change.put(unit);
    return {};
  }));
  return unit;
}

Result<Node> rename_unit(OrganizationStore& store, const OrganizationId& organization, const UnitName& wanted) {
  Node unit;
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const Node* const found = find_unit(change.now(), wanted.unit);
    if (found == nullptr) return unit_not_found();
    unit = *found;
    unit.name = wanted.name;
    COFFER_TRY(refuse_same_name(change.now(), unit));
    if (unit != *found) change.put(unit);
    return {};
  }));
  return unit;
}

Result<void> delete_unit(OrganizationStore& store, const OrganizationId& organization, const NodeId& id) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const Node* const unit = find_unit(change.now(), id);
    if (unit == nullptr) return unit_not_found();
    if (!change.now().children(id, NodeKind::kUnit).empty() || !change.now().children(id, NodeKind::kAccount).empty()) {
      return Error{ErrorCode::kOrganizationalUnitNotEmpty,
                   "The specified OU is not empty. Move all accounts to another root or to other OUs, remove all child "
                   "OUs, and try the operation again."};
    }
    change.erase(*unit);
    return {};
  });
}

}  // namespace coffer::organizations
