// The link to one other region: frames (link_codec.h) in POST /replicate over mutually authenticated TLS 1.3.
// Promises: what was sent and not answered in time can no longer take effect once a later send, other than a question,
// has succeeded, because every failure ends the session; so a state that was delayed on its way cannot undo a removal.
// Questions and heartbeats are of no session, so that anybody in the region may ask without ending the replicator's.
// Not thread-safe: one thread per destination.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "net/http_client.h"
#include "replication/link.h"
#include "replication/link_codec.h"

namespace coffer::replication {

// "<region>.coffer.internal": the DNS name that a region's link certificate carries.
std::string link_host_name(const Region& region);

class RegionLink final : public Link {
 public:
  static constexpr Duration kDefaultTimeout = std::chrono::seconds(10);

  struct Endpoint {
    Region region;
    std::string host;
    uint16_t port = 0;
    std::string authority_file;    // PEM, of the deployment's own authority
    std::string certificate_file;  // this region's
    std::string private_key_file;
    Duration timeout = kDefaultTimeout;  // of one send
    uint64_t start = 0;                  // random, of this process; not needed for questions
  };
  static std::unique_ptr<RegionLink> make(const Endpoint& endpoint);

  struct Ends {
    Region destination;
    Duration timeout = kDefaultTimeout;  // of one send
    uint64_t start = 0;                  // of this end's process; not needed for questions
  };
  RegionLink(std::unique_ptr<net::HttpClient> client, Ends ends) : client_(std::move(client)), ends_(std::move(ends)) {}

  // kIo, kTimeout: no answer. kServiceUnavailable: the region is there and takes no message of this region now: its
  // store is in trouble, it does not accept the certificate, or speaks another version of the protocol. Try again
  // later, all messages alike. Anything else is about this message alone: kPermission when the region does not let this
  // one send it, kCorrupt when it does not understand it, kInternalServiceError when it cannot apply it, kUsage when it
  // is too large.
  // Opens a new session: whether the region is there and speaks our protocol.
  Result<void> greet() override;
  Result<std::vector<secrets::ApplyOutcome>> send(std::span<const secrets::ReplicaState> states) override;
  Result<secrets::ApplyOutcome> send(const secrets::ReplicaRemoval& removal) override;
  Result<home::StateAnswer> send(const home::StatePart& part) override;
  Result<home::StateAnswer> send(const home::StateQuestion& question) override;
  Result<secrets::CopyAnswer> send(const secrets::CopyCheck& check) override;
  uint64_t destination_start() const override { return destination_start_; }
  uint64_t destination_moment() const override { return destination_moment_; }
  uint64_t destination_departures() const override { return destination_departures_; }
  Result<void> send(const secrets::Heartbeat& heartbeat) override;
  Result<kms::KeyAnswer> send(const kms::SharedKey& shared) override;
  Result<kms::KeyAnswer> send(const kms::ReplicaReport& report) override;

 private:
  template <class Body>
  Result<Answer> deliver(const Body& body);
  template <class Body>
  Result<std::vector<secrets::ApplyOutcome>> deliver_secrets(const Body& body, size_t count);
  Result<home::StateAnswer> state_of(Answer answer) const;
  template <class Body>
  Result<kms::KeyAnswer> deliver_key(const Body& body);
  Result<Answer> post(std::string_view frame);

  std::unique_ptr<net::HttpClient> client_;
  const Ends ends_;
  uint64_t session_ = 0;  // 0: none open
  uint64_t destination_start_ = 0;
  uint64_t destination_moment_ = 0;
  uint64_t destination_departures_ = 0;
};

// How to reach the region's link listener and be known there.
net::ClientOptions client_options(const RegionLink::Endpoint& endpoint);

}  // namespace coffer::replication
