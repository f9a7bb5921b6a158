// Accounts as members of an organization: they join, move in the tree, leave, and are closed. Knows nothing of the
// accounts themselves, which are the iam room's.
// Follows MoveAccount, RemoveAccountFromOrganization and CloseAccount (Organizations API reference).
#pragma once

#include <string>
#include <vector>

#include "organizations/organization_store.h"

namespace coffer::organizations {

struct NewMember {
  AccountId account;
  std::string name;
  std::string email;
  JoinedMethod method = JoinedMethod::kInvited;
  NodeId parent{};  // empty: the root
  std::vector<Tag> tags{};
};
// For whoever has asked the account's owner: an operator, or a request that makes the account. kAlreadyInOrganization;
// kParentNotFound; kConstraintViolation when the organization is full, or the email is another account's; as
// check_tags().
Result<Node> join(OrganizationStore& store, const OrganizationId& organization, const NewMember& member);
// The same as a part of a change.
Result<Node> add_member(OrganizationChange& change, const NewMember& member);

// Whether an account of the organization has it, whatever the case.
bool has_email(const OrganizationSnapshot& snapshot, std::string_view email);
// kConstraintViolation when there is no room for another account.
Result<void> refuse_full(const OrganizationSnapshot& snapshot);

struct Move {
  AccountId account;
  NodeId source;
  NodeId destination;
};
// kAccountNotFound, kSourceParentNotFound, kDestinationParentNotFound, kDuplicateAccount.
Result<void> move_account(OrganizationStore& store, const OrganizationId& organization, const Move& move);

// Its tags and what is attached to it go. kAccountNotFound; kMasterCannotLeave for the management account.
Result<void> remove_account(OrganizationStore& store, const OrganizationId& organization, const AccountId& account);

// A suspended account stays in the tree; once more is no change. kAccountNotFound; kConstraintViolation for the
// management account.
Result<void> suspend_account(OrganizationStore& store, const OrganizationId& organization, const AccountId& account);

}  // namespace coffer::organizations
