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

// Whether `pattern` has the form of a host in which "*" may stand for any characters: "*.example.com".
bool is_host_pattern(std::string_view pattern);
// Whatever the case.
bool matches_host(std::string_view pattern, std::string_view host);

}  // namespace coffer::sts
