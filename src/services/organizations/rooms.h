// What the cards of the Organizations service may use, and the service itself. Organizations is global: it answers the
// same in every region.
#pragma once

#include <vector>

#include "api/service.h"
#include "iam/account_store.h"
#include "iam/identity_store.h"
#include "organizations/organization_store.h"

namespace coffer::organizations_service {

struct Rooms {
  organizations::OrganizationStore& organizations;
  iam::AccountStore& accounts;
  iam::IdentityStore& identities;  // of accounts that are made
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

// Goes on with the requests for accounts that a crash, or a home region that is lost, has left in progress. To be
// called whenever this region has become home; that requests are served meanwhile does no harm. Returns how many it
// ended; the first failure once all were tried: kServiceUnavailable elsewhere than in the home region, if there are
// any; kIo, kCorrupt.
Result<size_t> end_started_requests(Rooms& rooms);

// Closes an account for good, as CloseAccount does, for an operator: also one that is in no organization. AWS's codes
// and texts: kAccountNotFound, kAccountAlreadyClosed, kConstraintViolation for a management account;
// kServiceUnavailable elsewhere than in the home region.
Result<void> end_account(Rooms& rooms, const AccountId& account);

}  // namespace coffer::organizations_service
