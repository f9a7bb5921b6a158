#include "server/peer_links.h"

#include "replication/region_link.h"

namespace coffer::server {
namespace {

constexpr Duration kQuestionTimeout = std::chrono::seconds(3);

replication::RegionLink::Endpoint endpoint(const RegionConfig& config, const regions::Peer& peer) {
  return {.region = peer.region,
          .host = peer.address.host,
          .port = peer.address.port,
          .authority_file = config.link->ca,
          .certificate_file = config.link->certificate,
          .private_key_file = config.link->private_key,
          .timeout = replication::RegionLink::kDefaultTimeout,
          .start = 0};
}

}  // namespace

std::unique_ptr<replication::Link> LinkMaker::replicating(const regions::Peer& peer) const {
  auto sending = endpoint(config_, peer);
  sending.start = start_;
  return replication::RegionLink::make(sending);
}

std::unique_ptr<replication::Link> LinkMaker::asking(const regions::Peer& peer) const {
  auto asked = endpoint(config_, peer);
  asked.timeout = kQuestionTimeout;
  return replication::RegionLink::make(asked);
}

std::unique_ptr<net::HttpClient> LinkMaker::forwarding(const regions::Peer& peer) const {
  return replication::make_forward_client(endpoint(config_, peer));
}

std::vector<regions::Peer> configured_peers(const RegionConfig& config) {
  std::vector<regions::Peer> peers;
  for (const RegionConfig::Peer& peer : config.peers)
    peers.push_back({peer.region, {peer.host, peer.port}});
  return peers;
}

Result<void> PeerLinks::will_join(const Region& region) {
  return parts_.home.joins(region);
}

void PeerLinks::joined(const regions::Peer& peer) {
  parts_.door.end_session(peer.region);
  parts_.forwarder.forget(peer.region);
  // Now that changes are marked for it: none may commit that was completed before.
  const Result<void> fenced = parts_.home.joins(peer.region);
  if (!fenced.ok()) {
    parts_.log.error("region_joined_with_a_gap", {{"region", peer.region.text()}, {"error", fenced.error().message}});
  }
  parts_.runner.add({peer.region, parts_.links.replicating(peer)});
}

void PeerLinks::moved(const regions::Peer& peer) {
  parts_.forwarder.forget(peer.region);
  parts_.runner.add({peer.region, parts_.links.replicating(peer)});
}

void PeerLinks::left(const Region& region) {
  parts_.door.end_session(region);
  parts_.forwarder.forget(region);
  parts_.runner.remove(region);
}

}  // namespace coffer::server
