// What the cards of the IAM service may use, and the service itself. IAM is global: it answers the same in every
// region.
#pragma once

#include <vector>

#include "api/service.h"
#include "iam/access_key_uses.h"
#include "iam/account_store.h"
#include "iam/identity_store.h"

namespace coffer::iam_service {

struct Rooms {
  iam::IdentityStore& identities;
  const iam::AccountStore& accounts;
  const iam::AccessKeyUses& key_uses;
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

}  // namespace coffer::iam_service
