// Identifiers of what organizations are made of, as distinct types, and how fresh ones are drawn. Each kind begins with
// letters of its own, so a node's id says what the node is.
// Follows the patterns of the Organizations API reference.
#pragma once

#include "base/ids.h"
#include "base/random.h"

namespace coffer::organizations {

struct OrganizationIdTag {
  static bool is_valid(std::string_view text);  // ^o-[a-z0-9]{10,32}$
};
struct NodeIdTag {
  // A root, ^r-[0-9a-z]{4,32}$; a unit, ^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$; an account, ^\d{12}$
  static bool is_valid(std::string_view text);
};
struct PolicyIdTag {
  static bool is_valid(std::string_view text);  // ^p-[0-9a-zA-Z_]{8,128}$
};
struct RequestIdTag {
  static bool is_valid(std::string_view text);  // ^car-[a-z0-9]{8,32}$
};

using OrganizationId = Id<OrganizationIdTag>;
// A root, an organizational unit or an account: what policies are attached to.
using NodeId = Id<NodeIdTag>;
using PolicyId = Id<PolicyIdTag>;
// Of a request to create an account.
using RequestId = Id<RequestIdTag>;

enum class NodeKind { kRoot, kUnit, kAccount };
// REQUIRES: not empty.
NodeKind kind_of(const NodeId& id);

NodeId node_of(const AccountId& account);
// REQUIRES: kind_of(id) is kAccount.
AccountId account_of(const NodeId& id);

OrganizationId draw_organization_id(Random& random);
NodeId draw_root_id(Random& random);
// REQUIRES: `root` is one. A unit's id has its root's in it.
NodeId draw_unit_id(const NodeId& root, Random& random);
PolicyId draw_policy_id(Random& random);
RequestId draw_request_id(Random& random);

}  // namespace coffer::organizations
