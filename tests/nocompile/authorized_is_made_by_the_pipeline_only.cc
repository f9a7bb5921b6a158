// A handler takes Authorized<Card>; if anybody but the pipeline could make one, the check could be skipped.
// EXPECT: is private within this context
#include "api/operation.h"

using namespace coffer;

struct Card {
  struct Request {};
};

void handle(const api::Authorized<Card>&);

void attack(const api::Authority& authority) {
#ifdef CONTROL
  (void)authority;
#else
  handle(api::Authorized<Card>(authority, Card::Request(), api::Resource()));
#endif
}
