// Writes that are done in one region only, the home, wherever they were asked for. The front door of the region where
// one arrives verifies its signature and counts it, and hands it to a Forwarder as it came; the home's front door
// verifies the same signature with its own credentials and runs it like any other. Must never: take another region's
// word for who calls. What it takes its word for is an Origin.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/message.h"

namespace coffer::api {

// What the region where a request arrived knows of it. Its client's address is the request's peer_address.
struct Origin {
  Region region;
  std::string_view request_id;  // that the client is told
  bool uses_tls = false;        // whether the client came by TLS
};

// A request that waits for its home.
struct Forwarding {
  const net::Request& request;
  const Origin& origin;  // this region
  Duration waited{};     // since it arrived
};

struct Forwarded {
  Region home;        // that was asked, or could not be
  std::string error;  // that the home answered, as audit lines have it; empty: it succeeded, or there is no answer
  // Why there is no answer; its text says whether anything was changed. Absent: the reply is the home's.
  std::optional<Error> failure;
};

// Thread-safe.
class Forwarder {
 public:
  virtual ~Forwarder() = default;
  // Whether this region is the home, now. Called on I/O threads for every such request: must not wait. kIo, kCorrupt.
  virtual Result<bool> is_home() const = 0;
  // Gives the home the request, and `reply` the status and the body of its answer. Blocks: 12 seconds at most.
  virtual Forwarded forward(const Forwarding& forwarding, net::Reply& reply) = 0;
};

// The home's side. Thread-safe.
class ForwardedRequests {
 public:
  virtual ~ForwardedRequests() = default;
  // Runs a request that arrived elsewhere, on the calling thread, which may wait, and fills status and body of `reply`.
  // The name of the error that it was answered, empty when it succeeded. kPermission, and nothing was done, for what is
  // not a write that is done at home. Whether this region is the home is the caller's to know.
  virtual Result<std::string> run_forwarded(const net::Request& request, const Origin& origin, net::Reply& reply) = 0;
};

}  // namespace coffer::api
