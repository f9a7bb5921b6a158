#include "services/secretsmanager/request_quotas.h"
#include "services/secretsmanager/rooms.h"

namespace coffer::secretsmanager {

#define COFFER_CARD(card) api::Operation card();
#include "secretsmanager_cards.inc"
#undef COFFER_CARD

std::vector<api::Operation> operations() {
  return {
#define COFFER_CARD(card) card(),
#include "secretsmanager_cards.inc"
#undef COFFER_CARD
  };
}

api::Service make_service(Rooms& rooms) {
  return {.target_prefix = "secretsmanager",
          .signing_name = "secretsmanager",
          .operations = operations(),
          .rooms = &rooms,
          .quotas = request_quotas()};
}

}  // namespace coffer::secretsmanager
