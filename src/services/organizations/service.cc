#include "services/organizations/request_quotas.h"
#include "services/organizations/rooms.h"

namespace coffer::organizations_service {

#define COFFER_CARD(card) api::Operation card();
#include "organizations_service_cards.inc"
#undef COFFER_CARD

std::vector<api::Operation> operations() {
  return {
#define COFFER_CARD(card) card(),
#include "organizations_service_cards.inc"
#undef COFFER_CARD
  };
}

api::Service make_service(Rooms& rooms) {
  return {.target_prefix = "AWSOrganizationsV20161128",
          .signing_name = "organizations",
          .operations = operations(),
          .rooms = &rooms,
          .quotas = request_quotas(),
          .query = std::nullopt,
          .scope_region = api::ScopeRegion::kGlobal};
}

}  // namespace coffer::organizations_service
