// What most cards of this folder need: the caller's organization, and what a request names as the resource that is
// decided on. Most operations are the management account's; who calls from another learns nothing of what there is.
#pragma once

#include <array>
#include <string_view>

#include "api/operation.h"
#include "organizations/organization_snapshot.h"
#include "services/organizations/common_bounds.h"
#include "services/organizations/rooms.h"

namespace coffer::organizations_service {

using organizations::NodeId;
using organizations::NodeKind;
using organizations::OrganizationSnapshot;
using organizations::PolicyId;
using organizations::PolicyType;

// What all cards have in common.
struct CardBasics {
  using Rooms = organizations_service::Rooms;
  static Error violation(const Error& violated) { return invalid_input_of(violated); }
};

// The answer of operations that AWS answers with an empty body.
struct NoMembers {
  static constexpr std::array<wire::Field, 0> kFields = {};
};

// What resource() found: the caller's organization, and in it what the request names. All may be null.
struct Found {
  organizations::SnapshotPointer snapshot;
  const organizations::Node* node = nullptr;
  const organizations::Policy* policy = nullptr;
};

// "*": of operations that are about the organization as a whole.
Result<api::Resource> organization_resource(const auth::Caller& caller, const Rooms& rooms);
// What an id names, by its ARN, whether it exists or not; for callers outside of the management account "*". It
// describes itself with its tags. REQUIRES of the id: it keeps the bounds of its member.
Result<api::Resource> node_resource(std::string_view id, const auth::Caller& caller, const Rooms& rooms);
Result<api::Resource> policy_resource(std::string_view id, const auth::Caller& caller, const Rooms& rooms);
// A node or a policy.
Result<api::Resource> tagged_resource(std::string_view id, const auth::Caller& caller, const Rooms& rooms);

const Found& found(const api::Resource& resource);

// The organization as it was when the request was decided. kAwsOrganizationsNotInUse when the caller is in none.
Result<const OrganizationSnapshot*> own_organization(const api::Resource& resource);
// The same for the management account only: kAccessDenied for others.
Result<const OrganizationSnapshot*> managed_organization(const api::Resource& resource, const auth::Caller& caller);
template <class Card>
Result<const OrganizationSnapshot*> managed_organization(const api::Authorized<Card>& authorized) {
  return managed_organization(authorized.resource(), authorized.caller());
}
// Its id, for cards that change it.
template <class Card>
Result<organizations::OrganizationId> managed_id(const api::Authorized<Card>& authorized) {
  COFFER_ASSIGN(const OrganizationSnapshot* const snapshot, managed_organization(authorized));
  return snapshot->organization().id;
}

// A further thing that the request touches: the same action must be allowed to it as well.
template <class Card>
Result<void> permit_also(const api::Authorized<Card>& authorized, Result<api::Resource> resource) {
  COFFER_ASSIGN(api::Resource also, std::move(resource));
  COFFER_TRY(api::Pipeline::permit<Card>(authorized.authority(), std::move(also)));
  return {};
}

// kPolicyTypeUnknown for types that do not exist here.
Result<PolicyType> available_type(std::string_view name);
// organizations:PolicyType
void add_policy_type_key(std::string_view type, api::ConditionKeys& keys);
// Of the policy that was found.
void add_policy_type_key(const api::Resource& resource, api::ConditionKeys& keys);

}  // namespace coffer::organizations_service
