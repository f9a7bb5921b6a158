// What is read or changed must be what was authorized: an id and a resource that somebody puts together may differ.
// EXPECT: is private within this context
#include "services/secretsmanager/common.h"

using namespace coffer;

struct Card {
  struct Request {
    std::string secret_id;
  };
};

secretsmanager::Target attack(const api::Authorized<Card>& authorized) {
#ifdef CONTROL
  return secretsmanager::target(authorized);
#else
  const std::string another = "another";
  return secretsmanager::Target(another, authorized.authority(), authorized.resource());
#endif
}
