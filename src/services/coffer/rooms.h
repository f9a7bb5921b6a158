// What the cards of Coffer's own service may use, and the service itself. AWS has nothing like it: its operations are
// those that an operator needs, called and allowed like any others.
#pragma once

#include <vector>

#include "access/explanation_store.h"
#include "api/service.h"
#include "base/ids.h"
#include "home/home_region.h"

namespace coffer::coffer_service {

struct Rooms {
  const access::ExplanationStore& explanations;
  Region region;
  const home::HomeRegion& home;  // where changes of identities are decided
};

// All cards, in the order of the folder's list.
std::vector<api::Operation> operations();

// The service of those cards. `rooms` must outlive it.
api::Service make_service(Rooms& rooms);

}  // namespace coffer::coffer_service
