#include "services/sts/request_quotas.h"
#include "services/sts/rooms.h"

namespace coffer::sts_service {

#define COFFER_CARD(card) api::Operation card();
#include "sts_service_cards.inc"
#undef COFFER_CARD

std::vector<api::Operation> operations() {
  return {
#define COFFER_CARD(card) card(),
#include "sts_service_cards.inc"
#undef COFFER_CARD
  };
}

api::Service make_service(Rooms& rooms) {
  return {.target_prefix = {},
          .signing_name = "sts",
          .operations = operations(),
          .rooms = &rooms,
          .quotas = request_quotas(),
          .query =
              api::QueryProtocol{.version = "2011-06-15", .xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/"},
          .scope_region = api::ScopeRegion::kEndpointOrGlobal};
}

}  // namespace coffer::sts_service
