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

}  // namespace

std::optional<Authority> parse_authority(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const size_t end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == text.npos) return std::nullopt;
  Authority authority{std::string(is_bracketed ? text.substr(1, end - 1) : text.substr(0, end)), std::nullopt};
  const std::string_view rest = text.substr(is_bracketed ? end + 1 : end);
  if (!rest.empty()) {
    authority.port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
    if (!authority.port) return std::nullopt;
  }
  if (!(is_bracketed ? is_ipv6(authority.host) : is_name(authority.host))) return std::nullopt;
  return authority;
}

std::optional<WebAddress> parse_web_address(std::string_view url, LoopbackHttp loopback) {
  if (url.size() > kMaxSize) return std::nullopt;
  WebAddress address;
  address.uses_tls = url.starts_with(kHttps);
  if (!address.uses_tls && !url.starts_with(kHttp)) return std::nullopt;
  if (!address.uses_tls) address.port = 80;
  url.remove_prefix(address.uses_tls ? kHttps.size() : kHttp.size());
  const std::string_view text = url.substr(0, url.find('/'));
  auto authority = parse_authority(text);
  if (!authority) return std::nullopt;
  address.host = std::move(authority->host);
  address.port = authority->port.value_or(address.port);
  address.path = url.substr(text.size());
  if (!is_path(address.path)) return std::nullopt;
  const bool is_open = !address.uses_tls && (loopback == LoopbackHttp::kRefused || !is_loopback(address.host));
  return is_open ? std::nullopt : std::optional(std::move(address));
}

}  // namespace coffer::sts
