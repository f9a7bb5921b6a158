#include "client/endpoint.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace coffer::client {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

constexpr uint16_t default_port(Scheme scheme) {
  return scheme == Scheme::kHttps ? 443 : 80;
}

Error not_an_endpoint(std::string_view url, std::string_view what) {
  return Error{ErrorCode::kUsage, "\"" + std::string(url) + "\" is no endpoint: " + std::string(what)};
}

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// Everything else would have to be escaped, and may not be in a request line or a header.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f' && c != '"' && c != '\\'; });
}

}  // namespace

Result<Endpoint> Endpoint::parse(std::string_view url) {
  Endpoint endpoint;
  std::string_view rest = url;
  if (rest.starts_with(kHttp)) {
    rest.remove_prefix(kHttp.size());
  } else if (rest.starts_with(kHttps)) {
    endpoint.scheme = Scheme::kHttps;
    rest.remove_prefix(kHttps.size());
  } else {
    return not_an_endpoint(url, "it must begin with http:// or https://");
  }
  if (!is_plain(rest) || rest.find_first_of("?#@") != rest.npos) {
    return not_an_endpoint(url, "it may have a host, a port and a path, nothing else");
  }
  const size_t slash = std::min(rest.find('/'), rest.size());
  if (slash < rest.size()) endpoint.path = rest.substr(slash);
  std::string_view authority = rest.substr(0, slash);

  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == authority.npos) return not_an_endpoint(url, "the address has no end");
    endpoint.host = authority.substr(1, end - 1);
    authority.remove_prefix(end + 1);
    has_port = authority.starts_with(':');
    if (!has_port && !authority.empty()) return not_an_endpoint(url, "behind the address comes a port or a path");
    if (has_port) port = authority.substr(1);
  } else {
    const size_t colon = std::min(authority.find(':'), authority.size());
    endpoint.host = authority.substr(0, colon);
    has_port = colon < authority.size();
    if (has_port) port = authority.substr(colon + 1);
  }
  if (endpoint.host.empty()) return not_an_endpoint(url, "it has no host");
  endpoint.port = default_port(endpoint.scheme);
  if (has_port) {
    const auto number = parse_port(port);
    if (!number) return not_an_endpoint(url, "the port must be 1 to 65535");
    endpoint.port = *number;
  }
  return endpoint;
}

std::string Endpoint::authority() const {
  std::string text = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != default_port(scheme)) text.append(":").append(std::to_string(port));
  return text;
}

std::string Endpoint::url() const {
  return std::string(scheme == Scheme::kHttps ? kHttps : kHttp) + authority() + path;
}

}  // namespace coffer::client
