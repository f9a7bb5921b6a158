// URLs that STS may be sent to: "https://host[:port][/path]". Plain HTTP is for development only, and then for this
// machine only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::sts {

// Whether "http://127.0.0.1:8080", "http://[::1]:8080" and "http://localhost:8080" are taken as well.
enum class LoopbackHttp { kRefused, kAllowed };

struct WebAddress {
  bool uses_tls = true;
  std::string host;  // of an IPv6 address without its brackets
  uint16_t port = 443;
  std::string path;  // empty, or from its first slash on
};

// nullopt for anything else: other schemes, user names, queries and fragments, characters that URLs do not have.
std::optional<WebAddress> parse_web_address(std::string_view url, LoopbackHttp loopback);

}  // namespace coffer::sts
