// Where a service is reached: the URL of an endpoint, taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace coffer::client {

enum class Scheme { kHttp, kHttps };

struct Endpoint {
  Scheme scheme = Scheme::kHttp;
  std::string host;  // a name, or an address; one of IPv6 without its brackets
  uint16_t port = 0;
  std::string path = "/";

  // "http://127.0.0.1:4566", "https://coffer.example.com/region". kUsage for anything that is no such URL, or that has
  // a user, a query or a fragment.
  static Result<Endpoint> parse(std::string_view url);
  // As the Host header has it: with the port, unless it is the scheme's own.
  std::string authority() const;
  std::string url() const;
};

}  // namespace coffer::client
