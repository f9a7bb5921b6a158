#include "organizations/accounts.h"

#include <algorithm>

#include "organizations/quotas.h"
#include "organizations/refusals.h"
#include "organizations/tags.h"

namespace coffer::organizations {
namespace {

char small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

const Node* find_parent(const OrganizationSnapshot& snapshot, const NodeId& id) {
  return !id.empty() && kind_of(id) != NodeKind::kAccount ? snapshot.node(id) : nullptr;
}

}  // namespace

bool has_email(const OrganizationSnapshot& snapshot, std::string_view email) {
  return std::ranges::any_of(snapshot.accounts(), [&](const Node* account) {
    return std::ranges::equal(account->membership->email, email, {}, small, small);
  });
}

Result<void> refuse_full(const OrganizationSnapshot& snapshot) {
  if (snapshot.accounts().size() < kAccounts) return {};
  return constraint_violation("You have exceeded the allowed number of AWS accounts.");
}

Result<Node> add_member(OrganizationChange& change, const NewMember& member) {
  Node node;
  node.id = node_of(member.account);
  node.parent = member.parent.empty() ? change.organization().root : member.parent;
  node.name = member.name;
  node.tags = member.tags;
  node.membership = Membership{
      .email = member.email, .status = MemberStatus::kActive, .joined_method = member.method, .joined = change.time()};
  if (find_parent(change.now(), node.parent) == nullptr) return parent_not_found();
  if (change.now().node(node.id) != nullptr) return already_in_organization();
  COFFER_TRY(refuse_full(change.now()));
  if (has_email(change.now(), member.email)) {
    return constraint_violation("The email address is that of another account in the organization.");
  }
  change.put(node);
  change.add_member(member.account);
  return node;
}

Result<Node> join(OrganizationStore& store, const OrganizationId& organization, const NewMember& member) {
  COFFER_TRY(check_tags(member.tags));
  Node joined;
  COFFER_TRY(store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    // The rule is kept by the commit; the look before tells it from a change by somebody else.
    COFFER_ASSIGN(const SnapshotPointer other, store.parts().cache.snapshot_of(member.account));
    if (other != nullptr) return already_in_organization();
    COFFER_ASSIGN(joined, add_member(change, member));
    return {};
  }));
  return joined;
}

Result<void> move_account(OrganizationStore& store, const OrganizationId& organization, const Move& move) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const Node* const account = change.now().node(node_of(move.account));
    if (account == nullptr) return account_not_found();
    if (account->parent != move.source) {
      return Error{ErrorCode::kSourceParentNotFound, "You specified a source parent that doesn't exist."};
    }
    if (find_parent(change.now(), move.destination) == nullptr) {
      return Error{ErrorCode::kDestinationParentNotFound, "You specified a destination parent that doesn't exist."};
    }
    if (move.source == move.destination) {
      return Error{ErrorCode::kDuplicateAccount, "That account is already present in the specified destination."};
    }
    Node moved = *account;
    moved.parent = move.destination;
    change.put(moved);
    return {};
  });
}

Result<void> remove_account(OrganizationStore& store, const OrganizationId& organization, const AccountId& account) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const Node* const member = change.now().node(node_of(account));
    if (member == nullptr) return account_not_found();
    if (account == change.organization().management_account) {
      return Error{ErrorCode::kMasterCannotLeave,
                   "You can't remove a management account from an organization. If you want the management account to "
                   "become a member account in another organization, you must first delete the current organization of "
                   "the management account."};
    }
    change.erase(*member);
    change.remove_member(account);
    return {};
  });
}

Result<void> suspend_account(OrganizationStore& store, const OrganizationId& organization, const AccountId& account) {
  return store.change(organization, [&](OrganizationChange& change) -> Result<void> {
    const Node* const member = change.now().node(node_of(account));
    if (member == nullptr) return account_not_found();
    if (account == change.organization().management_account) {
      return constraint_violation(
          "You can't close the management account. You must first either remove or close all member accounts in the "
          "organization.");
    }
    if (member->membership->status == MemberStatus::kSuspended) return {};
    Node suspended = *member;
    suspended.membership->status = MemberStatus::kSuspended;
    change.put(suspended);
    return {};
  });
}

}  // namespace coffer::organizations
