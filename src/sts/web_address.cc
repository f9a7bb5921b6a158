#include "sts/web_address.h"

#include <algorithm>
#include <charconv>

namespace coffer::sts {
namespace {

constexpr size_t kMaxSize = 2048;
constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view host) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == '-' || c == '.' || c == '_'; };
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, allowed);
}
bool is_ipv6(std::string_view host) {
  const auto allowed = [](char c) { return is_letter_or_digit(c) || c == ':' || c == '.'; };
  return host.contains(':') && std::ranges::all_of(host, allowed);
}
bool is_path(std::string_view path) {
  return std::ranges::all_of(
      path, [](char c) { return is_letter_or_digit(c) || std::string_view("/-._~!$&'()*+,;=:@%").contains(c); });
}
bool is_loopback(std::string_view host) {
  return host == "127.0.0.1" || host == "::1" || host == "localhost";
}

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

char small_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool is_host_pattern(std::string_view pattern) {
  std::string host(pattern);
  std::ranges::replace(host, '*', '0');
  return is_name(host) || is_ipv6(host);
}

bool matches_host(std::string_view pattern, std::string_view host) {
  // Where to go on when what follows the last "*" does not match: one character further.
  std::optional<std::pair<size_t, size_t>> star;
  size_t at = 0;
  size_t in = 0;
  while (in < host.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = {++at, in};
    } else if (at < pattern.size() && small_letter(pattern[at]) == small_letter(host[in])) {
      ++at;
      ++in;
    } else if (star) {
      at = star->first;
      in = ++star->second;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == pattern.npos;
}

std::optional<WebAddress> parse_web_address(std::string_view url, LoopbackHttp loopback) {
  if (url.size() > kMaxSize) return std::nullopt;
  WebAddress address;
  address.uses_tls = url.starts_with(kHttps);
  if (!address.uses_tls && !url.starts_with(kHttp)) return std::nullopt;
  if (!address.uses_tls) address.port = 80;
  url.remove_prefix(address.uses_tls ? kHttps.size() : kHttp.size());
  const std::string_view authority = url.substr(0, url.find('/'));
  address.path = url.substr(authority.size());
  const bool is_bracketed = authority.starts_with('[');
  const size_t end = is_bracketed ? authority.find(']') : std::min(authority.find(':'), authority.size());
  if (end == authority.npos) return std::nullopt;
  address.host = is_bracketed ? authority.substr(1, end - 1) : authority.substr(0, end);
  const std::string_view rest = authority.substr(is_bracketed ? end + 1 : end);
  if (!rest.empty()) {
    const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!port) return std::nullopt;
    address.port = *port;
  }
  const bool is_host = is_bracketed ? is_ipv6(address.host) : is_name(address.host);
  if (!is_host || !is_path(address.path)) return std::nullopt;
  const bool is_open = !address.uses_tls && (loopback == LoopbackHttp::kRefused || !is_loopback(address.host));
  return is_open ? std::nullopt : std::optional(std::move(address));
}

}  // namespace coffer::sts
