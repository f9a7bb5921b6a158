// The values of conditions that are more than text. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"

namespace coffer::policy {

// An integer or decimal number, "-1.5"; nullopt for anything else, also for what is not finite.
std::optional<double> parse_number(std::string_view text);

// "true" or "false", whatever the case.
std::optional<bool> parse_truth(std::string_view text);

// The W3C profile of ISO 8601 ("2026", "2026-01", "2026-01-31", "2026-01-31T10:00Z", "2026-01-31T10:00:00.5+02:00"), or
// seconds since 1970 with at least five digits.
std::optional<Time> parse_policy_time(std::string_view text);

// "10.0.0.0/8", "2001:db8::/32", or one address. Bits behind the prefix do not count. Addresses of IPv4 that are
// written as ones of IPv6 ("::ffff:10.0.0.0/104") are ranges of IPv4.
class AddressRange {
 public:
  enum class Family { kIpv4, kIpv6 };

  static std::optional<AddressRange> parse(std::string_view text);
  bool contains(const AddressRange& other) const;
  Family family() const { return family_; }
  int prefix() const { return prefix_; }

 private:
  Family family_ = Family::kIpv4;
  int prefix_ = 0;
  std::array<uint8_t, 16> address_{};  // the first four when IPv4
};

}  // namespace coffer::policy
