// The making of an account that was asked for: the account, the role by which the management account gets into it, and
// its membership; and its end. Each step finds out whether it was done before, so that it can be begun again after a
// crash, and by two at once.
#pragma once

#include "organizations/account_requests.h"
#include "services/organizations/rooms.h"

namespace coffer::organizations_service {

inline constexpr std::string_view kDefaultRole = "OrganizationAccountAccessRole";

// An id that no account has.
Result<AccountId> draw_account_id(const Rooms& rooms);

// Ends the request, whichever way; it stays in progress if the store fails (kIo). The account is named as the request
// says, or by its id if that is no name for an account here, or another's.
Result<organizations::AccountRequest> make_account(const Rooms& rooms, const organizations::Organization& organization,
                                                   const organizations::AccountRequest& request);

// Suspends the account and its membership. kAccountNotFound; kAccountAlreadyClosed; kConstraintViolation for the
// management account; as OrganizationStore::change().
Result<void> close_member(const Rooms& rooms, const organizations::OrganizationId& organization,
                          const organizations::Node& member);

}  // namespace coffer::organizations_service
