// URLs that STS may be sent to: "https://host[:port][/path]". Plain HTTP is for development only, and then for this
// machine only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::sts {

// Whether this machine may be asked as well: "https://127.0.0.1", and then also without TLS: "http://127.0.0.1:8080",
// "http://[::1]:8080" and "http://localhost:8080".
enum class LoopbackHttp { kRefused, kAllowed };

struct WebAddress {
  bool uses_tls = true;
  std::string host;  // of an IPv6 address without its brackets
  uint16_t port = 443;
  std::string path;  // empty, or from its first slash on
};

// nullopt for anything else: other schemes, user names, queries and fragments, characters that URLs do not have.
std::optional<WebAddress> parse_web_address(std::string_view url, LoopbackHttp loopback);

// A host and its port as URLs write them: "issuer.example", "issuer.example:8443", "[::1]:8443". nullopt for anything
// else.
struct Authority {
  std::string host;  // of an IPv6 address without its brackets
  std::optional<uint16_t> port;
};
std::optional<Authority> parse_authority(std::string_view text);

}  // namespace coffer::sts
