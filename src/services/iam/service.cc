#include "services/iam/request_quotas.h"
#include "services/iam/rooms.h"

namespace coffer::iam_service {

#define COFFER_CARD(card) api::Operation card();
#include "iam_service_cards.inc"
#undef COFFER_CARD

std::vector<api::Operation> operations() {
  return {
#define COFFER_CARD(card) card(),
#include "iam_service_cards.inc"
#undef COFFER_CARD
  };
}

api::Service make_service(Rooms& rooms) {
  return {.target_prefix = "",
          .signing_name = "iam",
          .operations = operations(),
          .rooms = &rooms,
          .quotas = request_quotas(),
          .query = api::QueryProtocol{"2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/"},
          .scope_region = api::ScopeRegion::kGlobal};
}

}  // namespace coffer::iam_service
