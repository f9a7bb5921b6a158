// What the cards of the Security Token Service may use, and the service itself.
#pragma once

#include <vector>

#include "api/service.h"
#include "iam/identity_cache.h"
#include "store/store.h"
#include "sts/session_issuer.h"
#include "sts/web_identity.h"

namespace coffer::sts_service {

struct Rooms {
  const iam::IdentityCache& identities;
  const store::Store& store;
  const sts::SessionIssuer& issuer;
  const sts::WebIdentities& web_identities;
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

}  // namespace coffer::sts_service
