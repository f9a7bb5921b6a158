#include "services/coffer/rooms.h"

namespace coffer::coffer_service {

#define COFFER_CARD(card) api::Operation card();
#include "coffer_service_cards.inc"
#undef COFFER_CARD

std::vector<api::Operation> operations() {
  return {
#define COFFER_CARD(card) card(),
#include "coffer_service_cards.inc"
#undef COFFER_CARD
  };
}

api::Service make_service(Rooms& rooms) {
  return {.target_prefix = "Coffer",
          .signing_name = "coffer",
          .operations = operations(),
          .rooms = &rooms,
          .quotas = {{"explain_decision", 50, {"ExplainDecision"}},
                     {"region_status", 50, {"GetRegionStatus", "ListCopies"}},
                     {"region_changes", 10, {"AddRegion", "RemoveRegion"}},
                     // Of whoever fails over everything at once.
                     {"failover", 10'000, {"FailOverSecret", "RejoinSecret", "RetryReplication"}}}};
}

}  // namespace coffer::coffer_service
