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

// Goes on with the requests for accounts that a crash has left in progress. Call it before the first request is served.
// Returns how many it ended; kIo, kCorrupt.
Result<size_t> end_started_requests(Rooms& rooms);

}  // namespace coffer::organizations_service
