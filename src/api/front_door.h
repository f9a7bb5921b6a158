// Where a request enters: request id, target, signature, dispatch, answer, audit. Reads run on the calling I/O thread,
// writes on the worker pool. Every answer carries x-amzn-RequestId; errors are AWS's, bodies {"__type":..., "Message":...}.
// Must never tell a client about internal failures more than InternalServiceError or ServiceUnavailable.
#pragma once

#include <vector>

#include "api/audit.h"
#include "api/service.h"
#include "auth/credential.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/worker_pool.h"
#include "net/message.h"

namespace coffer::api {

// The body of an error answer: {"__type":"<name>","Message":"<message>"}, or without Message when it is empty; internal
// codes become InternalServiceError or ServiceUnavailable with AWS's general text.
void write_error(const Error& error, net::Reply& reply);

class FrontDoor final : public net::Handler {
 public:
  struct Parts {
    Region region;  // what a credential scope must name
    const auth::CredentialSource& credentials;
    const Clock& clock;
    Random& random;
    WorkerPool& workers;
    Audit& audit;
    const Log& log;
  };

  FrontDoor(const Parts& parts, std::vector<Service> services);
  ~FrontDoor() override;

  void handle(const net::Request& request, net::Responder responder) override;
  void refuse(int status, net::Reply& reply) override;

 private:
  struct Routes;

  Parts parts_;
  std::unique_ptr<Routes> routes_;
};

}  // namespace coffer::api
