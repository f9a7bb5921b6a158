// The links of a region to the others: made of the configuration's certificate and of where the others are; and what
// has to be opened and closed when regions come and go.
#pragma once

#include <functional>
#include <memory>

#include "home/home_region.h"
#include "net/http_client.h"
#include "regions/membership.h"
#include "replication/home_forwarder.h"
#include "replication/link.h"
#include "replication/peer_door.h"
#include "replication/runner.h"
#include "server/config.h"

namespace coffer::server {

// Makes links. REQUIRES: the configuration has [link].
class LinkMaker {
 public:
  // `start`: random, of this process.
  LinkMaker(const RegionConfig& config, uint64_t start) : config_(config), start_(start) {}

  // For the changes that are sent.
  std::unique_ptr<replication::Link> replicating(const regions::Peer& peer) const;
  // For a question that somebody waits for.
  std::unique_ptr<replication::Link> asking(const regions::Peer& peer) const;
  std::unique_ptr<net::HttpClient> forwarding(const regions::Peer& peer) const;

 private:
  const RegionConfig& config_;
  const uint64_t start_;
};

// The other regions, as the configuration has them.
std::vector<regions::Peer> configured_peers(const RegionConfig& config);

class PeerLinks final : public regions::Follower {
 public:
  struct Parts {
    const LinkMaker& links;
    home::HomeRegion& home;
    replication::Runner& runner;
    replication::PeerDoor& door;
    replication::HomeForwarder& forwarder;
    const Log& log;
  };
  explicit PeerLinks(const Parts& parts) : parts_(parts) {}

  Result<void> will_join(const Region& region) override;
  void joined(const regions::Peer& peer) override;
  // Waits for a message that is under way, as left() does.
  void moved(const regions::Peer& peer) override;
  void left(const Region& region) override;

 private:
  const Parts parts_;
};

}  // namespace coffer::server
