#include "services/organizations/common_accounts.h"

#include "iam/attachments.h"
#include "iam/roles.h"
#include "organizations/lifecycle.h"

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
  return made.ok() ? Result<void>() : Result<void>(std::move(made).error());
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

Result<size_t> end_started_requests(Rooms& rooms) {
  size_t ended = 0;
  COFFER_ASSIGN(const auto all, organizations::list_organizations(rooms.organizations));
  for (const organizations::OrganizationId& id : all) {
    COFFER_ASSIGN(const auto snapshot, rooms.organizations.parts().cache.snapshot(id));
    if (snapshot == nullptr) continue;
    for (const AccountRequest* request : snapshot->requests()) {
      if (request->state != organizations::RequestState::kInProgress) continue;
      COFFER_TRY(make_account(rooms, snapshot->organization(), *request));
      ++ended;
    }
  }
  return ended;
}

}  // namespace coffer::organizations_service
