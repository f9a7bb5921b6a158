// Fetches a provider's keys as OpenID Connect Discovery says: the issuer's configuration, then the key set that it
// names. Over TLS, with a certificate that one of the configured authorities vouches for; answers and times are
// bounded, and redirections are not followed. Whoever may register a provider chooses what is asked: must never reach
// what answers only on this machine, on its wire or to a cloud's machines, whatever a name leads to; except for hosts
// that the operator names.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "sts/allowed_host.h"
#include "sts/key_fetcher.h"
#include "sts/web_address.h"

namespace coffer::net {
struct Endpoint;
}

namespace coffer::sts {

class HttpsKeyFetcher final : public KeyFetcher {
 public:
  struct Options {
    std::string ca_file = "/etc/ssl/certs/ca-certificates.crt";  // PEM
    LoopbackHttp loopback = LoopbackHttp::kRefused;
    std::vector<AllowedHost> allowed_hosts{};    // may be asked although they are on this machine or its wire
    Duration timeout = std::chrono::seconds(4);  // of each of the two requests
    size_t max_body_bytes = 256 * 1024;          // of each of the two answers
  };
  explicit HttpsKeyFetcher(Options options) : options_(std::move(options)) {}

  Result<std::vector<JsonWebKey>> fetch(std::string_view issuer) const override;

 private:
  bool may_reach(const WebAddress& address, const net::Endpoint& endpoint) const;
  // The body of an answer with status 200. kCorrupt when the host is not one that may be asked.
  Result<std::string> get(const WebAddress& address) const;

  const Options options_;
};

}  // namespace coffer::sts
