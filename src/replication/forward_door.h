// What the home region of identities does with requests that arrived in other regions: POST /forward at the link
// listener. Promises: a region that is not home runs nothing, and says who is; nothing runs that nobody waits for any
// more; the API's front door verifies each request itself. The region where it arrived is the one of the verified
// certificate, whatever a frame says. Must never block the I/O thread that calls it.
#pragma once

#include <functional>
#include <utility>

#include <string_view>

#include "api/forwarding.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/worker_pool.h"
#include "home/home_region.h"
#include "home/state_kind.h"
#include "net/message.h"
#include "replication/forward_codec.h"
#include "store/store.h"

namespace coffer::replication {

class ForwardDoor {
 public:
  struct Parts {
    api::ForwardedRequests& requests;
    const home::HomeRegion& home;
    const store::Store& store;
    const home::StateKinds& kinds;
    WorkerPool& workers;  // of forwarded requests alone: they wait for commits. Stopped before the door goes away
    const Clock& clock;
    const Log& log;
    std::function<bool()> is_ready{};  // whether it is settled who is home; empty: from the beginning
  };
  explicit ForwardDoor(Parts parts) : parts_(std::move(parts)) {}

  // 503 until it is ready. `peer`: whom the client certificate names, a region of the deployment that outlives the
  // door. Status 200 with a frame; 400, 403, 426 and 503: nothing was done; 500: nobody knows.
  void handle(const Region& peer, const net::Request& request, net::Responder responder);

 private:
  void receive(const Region& peer, std::string_view frame, Duration arrived, net::Reply& reply);
  Result<SecretBuffer> answer(const Region& peer, const ForwardedRequest& request);

  const Parts parts_;
};

}  // namespace coffer::replication
