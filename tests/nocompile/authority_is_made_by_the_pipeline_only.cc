// Whoever has an authority may ask for permits; it must come from a request whose own operation was authorized.
// EXPECT: is private within this context
#include "api/operation.h"

using namespace coffer;

void use(const api::Authority&);

void attack(const api::Invocation& invocation) {
#ifdef CONTROL
  (void)invocation;
#else
  use(api::Authority(invocation, "secretsmanager:GetSecretValue"));
#endif
}
