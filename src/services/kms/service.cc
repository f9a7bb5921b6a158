#include "services/kms/request_quotas.h"
#include "services/kms/rooms.h"

namespace coffer::kms_service {

#define COFFER_CARD(card) api::Operation card();
#include "kms_service_cards.inc"
#undef COFFER_CARD

std::vector<api::Operation> operations() {
  return {
#define COFFER_CARD(card) card(),
#include "kms_service_cards.inc"
#undef COFFER_CARD
  };
}

api::Service make_service(Rooms& rooms) {
  return {.target_prefix = "TrentService",
          .signing_name = "kms",
          .operations = operations(),
          .rooms = &rooms,
          .quotas = request_quotas()};
}

}  // namespace coffer::kms_service
