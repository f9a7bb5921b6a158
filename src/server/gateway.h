// The gateway of a local deployment: one endpoint for all regions. Reads the region from the credential scope of a
// request and forwards the request, unchanged, to that region; the signature is checked there.
// Promises: a region that hangs or is down delays no other; what cannot be forwarded is answered in AWS's words, in the
// dialect of the request.
// Must never look at, keep or log bodies and signatures.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "net/http_client.h"
#include "net/message.h"

namespace coffer::server {

class Gateway final : public net::Handler {
 public:
  struct Target {
    Region region;
    uint16_t port = 0;      // on 127.0.0.1
    std::string when_down;  // what a person does about it: "start it again with: ..."
  };
  using MakeClient = std::function<std::unique_ptr<net::HttpClient>(const Target&)>;
  struct Options {
    std::vector<Target> targets;  // the first one answers what names no region, or all (IAM)
    size_t connections_per_region = 16;
    Duration timeout = std::chrono::seconds(60);
    MakeClient make_client;  // connect_to_region() below, or a fake
  };

  Gateway(Options options, Random& random);
  // Finishes what is under way.
  ~Gateway() override;

  // A region that comes, in place of one of that name. Any thread.
  void add(const Target& target);
  // One that goes; what is under way is finished. Nothing if there is none. REQUIRES: it is not the only one.
  void remove(const Region& region);

  void handle(const net::Request& request, net::Responder responder) override;
  void refuse(int status, net::Reply& reply) override;

 private:
  class Lane;

  // Null when it is none of the deployment; the reply says so.
  std::shared_ptr<Lane> lane_for(const net::Request& request, net::Reply& reply);
  std::vector<std::shared_ptr<Lane>> lanes() const;

  const Options options_;
  Random& random_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Lane>> lanes_;
};

std::unique_ptr<net::HttpClient> connect_to_region(const Gateway::Target& target);

}  // namespace coffer::server
