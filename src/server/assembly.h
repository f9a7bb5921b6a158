// One region, built from its configuration: store, seal, keys, accounts, secrets, the API, the links to other regions.
// The .cc reads as the table of contents of Coffer. Knows how the rooms fit together and nothing about requests.
#pragma once

#include <memory>

#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/result.h"
#include "server/config.h"

namespace coffer::server {

class RegionNode {
 public:
  struct Parts {
    RegionConfig config;
    const Clock& clock;
    Random& random;
    const Log& log;
  };

  // Opens the data and builds every room; nothing can be reached yet. kSealed when the root key is missing, unreadable
  // or not the one of this data; kUsage when the data is of another region; kPermission, kCorrupt, kIo: the data
  // directory.
  static Result<std::unique_ptr<RegionNode>> open(Parts parts);
  ~RegionNode();  // stops

  // Starts the servers and the links; requests are answered when it returns. kIo when an address cannot be listened on,
  // and what net/tls.h says about certificates.
  Result<void> listen();

  // Finishes requests under way, then closes everything in reverse order. Idempotent.
  void stop();

  // Reads the TLS files of the API and of the link listener again; new connections use them.
  Result<void> reload_tls();

 private:
  class Impl;
  explicit RegionNode(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::server
