#include "sts/allowed_host.h"

#include <algorithm>

#include "sts/web_address.h"

namespace coffer::sts {
namespace {

bool is_digit_or_dot(char c) {
  return (c >= '0' && c <= '9') || c == '.';
}

std::string small_letters(std::string_view text) {
  std::string small(text);
  std::ranges::transform(small, small.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return small;
}

}  // namespace

std::optional<AllowedHost> AllowedHost::parse(std::string_view text) {
  AllowedHost host;
  host.text_ = text;
  host.addresses_ = policy::AddressRange::parse(text);
  if (host.addresses_) return host;
  auto authority = parse_authority(text);
  if (!authority) return std::nullopt;
  host.port_ = authority->port;
  host.addresses_ = policy::AddressRange::parse(authority->host);
  if (host.addresses_) return host;
  // "10.0.0" and "10.0.0.256" are addresses that were meant otherwise, "[fd00]" is none.
  if (text.starts_with('[') || std::ranges::all_of(authority->host, is_digit_or_dot)) return std::nullopt;
  host.name_ = small_letters(authority->host);
  return host;
}

bool AllowedHost::includes(std::string_view host, uint16_t port, std::string_view address) const {
  if (port_ && *port_ != port) return false;
  if (!addresses_) return name_ == small_letters(host);
  const auto reached = policy::AddressRange::parse(address);
  return reached && addresses_->contains(*reached);
}

}  // namespace coffer::sts
