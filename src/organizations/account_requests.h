// Requests to create accounts: what was asked for, and what became of it. The account itself is made between begin and
// finish, by whoever may; a request that is found in progress after a crash can be gone on with.
// Follows CreateAccount, DescribeCreateAccountStatus and ListCreateAccountStatus (Organizations API reference).
#pragma once

#include <string>
#include <vector>

#include "organizations/organization_store.h"

namespace coffer::organizations {

struct WantedAccount {
  AccountId account;  // free when it was chosen
  std::string name;
  std::string email;
  std::string role;
  std::vector<Tag> tags;
};
// In progress; failed at once when the email is another account's. Forgets requests of more than 90 days ago.
// kConstraintViolation when the organization is full; as check_tags().
Result<AccountRequest> begin_request(OrganizationStore& store, const OrganizationId& organization,
                                     const WantedAccount& wanted);

// The account becomes a member, in the root, and the request succeeds, in one commit; failed if it cannot be a member.
// One that has ended stays as it is. kCreateAccountStatusNotFound.
Result<AccountRequest> finish_request(OrganizationStore& store, const OrganizationId& organization,
                                      const RequestId& request);

struct Failure {
  RequestId request;
  std::string reason;  // "INTERNAL_FAILURE"
};
// One that has ended stays as it is. kCreateAccountStatusNotFound.
Result<AccountRequest> fail_request(OrganizationStore& store, const OrganizationId& organization,
                                    const Failure& failure);

Error request_not_found();

}  // namespace coffer::organizations
