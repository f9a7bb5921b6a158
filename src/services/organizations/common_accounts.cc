#include "services/organizations/common_accounts.h"

#include <optional>

#include "iam/attachments.h"
#include "iam/roles.h"
#include "organizations/accounts.h"
#include "organizations/lifecycle.h"
#include "organizations/refusals.h"

namespace coffer::organizations_service {
namespace {

using organizations::AccountRequest;

constexpr std::string_view kAdministrator = "arn:aws:iam::aws:policy/AdministratorAccess";

Result<void> make_once(const Rooms& rooms, const AccountRequest& request) {
  COFFER_ASSIGN(const bool exists, rooms.accounts.exists(request.account));
  if (exists) return {};
  auto made = rooms.accounts.create(request.name, request.account);
  if (!made.ok() && made.error().code == ErrorCode::kUsage) {
    made = rooms.accounts.create(request.account.text(), request.account);
  }
  if (made.ok()) return {};
  // Whoever asked for it and whoever ends started requests may be at it at once.
  COFFER_ASSIGN(const bool exists_now, rooms.accounts.exists(request.account));
  return exists_now ? Result<void>() : Result<void>(std::move(made).error());
}

Result<void> give_access(const Rooms& rooms, const AccountId& management, const AccountRequest& request) {
  const iam::NewRole role{
      .name = request.role,
      .trust_policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::)" +
                      management.text() + R"(:root"},"Action":"sts:AssumeRole"}]})"};
  const Result<iam::Role> made = iam::create_role(rooms.identities, request.account, role);
  if (!made.ok() && made.error().code != ErrorCode::kEntityAlreadyExists) return made.error();
  return iam::attach_policy(rooms.identities, {request.account, iam::EntityKind::kRole, request.role}, kAdministrator);
}

Error already_closed() {
  return Error{ErrorCode::kAccountAlreadyClosed, "The provided account is already closed."};
}

}  // namespace

Result<AccountId> draw_account_id(const Rooms& rooms) {
  for (;;) {
    AccountId id = *AccountId::parse(rooms.organizations.parts().random.text(12, "0123456789"));
    COFFER_ASSIGN(const bool exists, rooms.accounts.exists(id));
    if (!exists) return id;
  }
}

Result<AccountRequest> make_account(const Rooms& rooms, const organizations::Organization& organization,
                                    const AccountRequest& request) {
  Result<void> done = make_once(rooms, request);
  if (done.ok()) done = give_access(rooms, organization.management_account, request);
  if (done.ok()) return organizations::finish_request(rooms.organizations, organization.id, request.id);
  if (!is_wire_error(done.error().code) && done.error().code != ErrorCode::kUsage) return done.error();
  return organizations::fail_request(rooms.organizations, organization.id, {request.id, "INTERNAL_FAILURE"});
}

Result<void> close_member(const Rooms& rooms, const organizations::OrganizationId& organization,
                          const organizations::Node& member) {
  const AccountId account = organizations::account_of(member.id);
  COFFER_ASSIGN(const auto status, rooms.accounts.status(account));
  if (!status) return organizations::account_not_found();
  const bool is_suspended = member.membership->status == organizations::MemberStatus::kSuspended;
  if (is_suspended && status == iam::AccountStatus::kSuspended) return already_closed();
  // In this order, which says first whether it may be closed; called again, it ends what a crash left half done.
  COFFER_TRY(organizations::suspend_account(rooms.organizations, organization, account));
  return rooms.accounts.close(account);
}

Result<void> end_account(Rooms& rooms, const AccountId& account) {
  COFFER_ASSIGN(const auto snapshot, rooms.organizations.parts().cache.snapshot_of(account));
  if (snapshot != nullptr) {
    const organizations::Node* const member = snapshot->node(organizations::node_of(account));
    if (member == nullptr) return organizations::account_not_found();
    return close_member(rooms, snapshot->organization().id, *member);
  }
  COFFER_ASSIGN(const auto status, rooms.accounts.status(account));
  if (!status) return organizations::account_not_found();
  if (status == iam::AccountStatus::kSuspended) return already_closed();
  return rooms.accounts.close(account);
}

Result<size_t> end_started_requests(Rooms& rooms) {
  size_t ended = 0;
  std::optional<Error> failure;
  const auto note = [&failure](const Error& error) {
    if (!failure) failure = error;
  };
  COFFER_ASSIGN(const auto all, organizations::list_organizations(rooms.organizations));
  for (const organizations::OrganizationId& id : all) {
    const auto snapshot = rooms.organizations.parts().cache.snapshot(id);
    if (!snapshot.ok()) note(snapshot.error());
    if (!snapshot.ok() || *snapshot == nullptr) continue;
    for (const AccountRequest* request : (*snapshot)->requests()) {
      if (request->state != organizations::RequestState::kInProgress) continue;
      const auto made = make_account(rooms, (*snapshot)->organization(), *request);
      if (made.ok()) {
        ++ended;
      } else {
        note(made.error());
      }
    }
  }
  return failure ? Result<size_t>(*failure) : ended;
}

}  // namespace coffer::organizations_service
