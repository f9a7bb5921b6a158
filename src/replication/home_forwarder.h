// Sends requests that change identities to their home region, over the link between regions, and brings the answers
// back: the api::Forwarder of a deployment. Promises: a request is sent to one region at most, unless that one says
// that it is not the home and has done nothing; then to the one that is, once. A failure says honestly whether
// something was changed: no, or nobody knows. Before an answer comes back, what it changed is waited for, two seconds
// at most. Must never: send again what may have been carried out.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "api/forwarding.h"
#include "base/clock.h"
#include "base/log.h"
#include "home/arrivals.h"
#include "home/home_region.h"
#include "net/http_client.h"
#include "replication/forward_codec.h"
#include "replication/region_link.h"

namespace coffer::replication {

class HomeForwarder final : public api::Forwarder {
 public:
  using MakeClient = std::function<std::unique_ptr<net::HttpClient>(const Region&)>;
  struct Parts {
    home::HomeRegion& home;
    const home::Arrivals& arrivals;
    const Clock& clock;
    const Log& log;
    MakeClient make_client;                       // for the region's link listener; null: it is no peer of this one
    Duration timeout = std::chrono::seconds(10);  // from the arrival of a request to its answer
    Duration patience = std::chrono::seconds(2);  // with what the answer changed
  };
  explicit HomeForwarder(Parts parts);
  ~HomeForwarder() override;

  Result<bool> is_home() const override { return parts_.home.is_here(); }
  // Failures: kHomeUnavailable with a text for clients; kIo, kCorrupt of this region's store.
  api::Forwarded forward(const api::Forwarding& forwarding, net::Reply& reply) override;

  // The region has left, or is somewhere else: kept connections to it are not used any more.
  void forget(const Region& region);

 private:
  class Trip;
  // Kept connections of threads that are done; a client is one thread's at a time.
  struct Kept {
    std::unique_ptr<net::HttpClient> client;
    uint64_t of_life = 0;  // how often the region had been forgotten when it was made
  };
  Kept take_client(const Region& region);
  void keep_client(const Region& region, Kept kept);

  const Parts parts_;
  std::mutex mutex_;
  std::map<Region, std::vector<Kept>> idle_;
  std::map<Region, uint64_t> lives_;
};

// A client for that region's listener which sends nothing twice.
std::unique_ptr<net::HttpClient> make_forward_client(const RegionLink::Endpoint& endpoint);

}  // namespace coffer::replication
