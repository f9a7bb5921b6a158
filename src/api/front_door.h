// Where a request enters: request id, dialect, operation, signature, rate, dispatch, answer, audit. Reads run on the
// calling I/O thread, writes, scans, and what another region answers (forwarding.h) each on a worker pool of their own.
// Every answer carries x-amzn-RequestId and is in the dialect of its request (dialect.h); errors are AWS's, see
// write_error() and query_reply.h. GET /health is answered unsigned, for load balancers: {"status":"ok"}, or 503
// {"status":"not accepting writes"}. Must never tell a client about internal failures more than InternalServiceError
// (Query: ServiceFailure) or ServiceUnavailable.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "api/audit.h"
#include "api/forwarding.h"
#include "api/service.h"
#include "auth/credential.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/worker_pool.h"
#include "net/message.h"

namespace coffer::api {

class RequestRates;
class Routes;

// The body of an error answer in JSON: {"__type":"<name>","Message":"<message>"}, without Message when it is empty, and
// with "message" for errors that AWS's front end makes itself (signature, serialization, validation, unknown
// operation). Internal codes become InternalServiceError or ServiceUnavailable with a general text.
void write_error(const Error& error, net::Reply& reply);

class FrontDoor final : public net::Handler, public ForwardedRequests {
 public:
  // The way of writes that are done at home to there.
  struct ToHome {
    Forwarder& forwarder;
    WorkerPool& workers;  // that wait for the home
  };
  struct Parts {
    Region region;  // what a credential scope must name
    const auth::CredentialSource& credentials;
    const Authorizer& authorizer;
    const Clock& clock;
    Random& random;
    WorkerPool& workers;            // for writes
    WorkerPool& scanners;           // for scans, apart: writes must not wait until lists are made
    std::function<bool()> healthy;  // any thread, must not wait; whether writes can succeed
    Audit& audit;
    const Log& log;
    const KeyUses* key_uses = nullptr;  // told of every use of a user's access key; null: nobody
    bool uses_tls = false;              // whether clients come by TLS: aws:SecureTransport
    std::optional<ToHome> to_home{};    // absent: this region is the home of everything
  };

  FrontDoor(const Parts& parts, std::vector<Service> services);
  ~FrontDoor() override;

  void handle(const net::Request& request, net::Responder responder) override;
  void refuse(int status, net::Reply& reply) override;
  Result<std::string> run_forwarded(const net::Request& request, const Origin& origin, net::Reply& reply) override;

 private:
  struct Exchange;

  // Everything that is no call of an operation.
  void handle_plain(const net::Request& request, net::Responder responder);
  // kUnknownOperation or kMissingAction.
  Result<void> find_route(Exchange& exchange) const;
  // Finds the operation and the caller, and counts the request.
  Result<void> admit(Exchange& exchange) const;
  // Whether another region answers.
  Result<bool> is_answered_elsewhere(const Exchange& exchange) const;
  // Runs the operation and finishes. On an I/O thread or on a worker.
  void answer(Exchange& exchange);
  // Has the home answer, and finishes. On a worker.
  void forward(Exchange& exchange);
  // Writes the error if there is one, audits and sends.
  void finish(Exchange& exchange, const Result<void>& result);
  // Audits how the request, or one of its attempts, ended, and logs what a client must not know. Null: it succeeded, or
  // another region knows.
  void tell(const AuditEntry& entry, const Error* error);

  Parts parts_;
  const std::unique_ptr<const Routes> routes_;
  const std::unique_ptr<RequestRates> rates_;
};

}  // namespace coffer::api
