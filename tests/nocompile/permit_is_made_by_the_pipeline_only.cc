// A permit says that a policy was asked; one that anybody can make says nothing.
// EXPECT: is private within this context
#include "api/operation.h"

using namespace coffer;

struct Read {
  static constexpr std::string_view kName = "Read";
  static constexpr std::string_view kAction = "things:Read";
};
struct Card {
  struct Request {};
};

void use(const api::Permit<Read>&);

void attack(const api::Authorized<Card>& authorized) {
#ifdef CONTROL
  use(api::Pipeline::permit<Read>(authorized.authority(), api::Resource()).value());
#else
  use(api::Permit<Read>(authorized.authority(), api::Resource()));
#endif
}
