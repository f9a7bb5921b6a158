#include "api/freshness.h"

#include <algorithm>

namespace coffer::api {
namespace {

constexpr size_t kMaxSecondsDigits = 8;  // of kMaxStalenessSeconds
constexpr size_t kMaxFractionDigits = 3;

Error bad(std::string_view header, std::string_view what) {
  return {ErrorCode::kValidation, std::string(header) + std::string(what)};
}

bool is_number(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

int64_t number(std::string_view digits) {
  int64_t value = 0;
  for (const char c : digits)
    value = value * 10 + (c - '0');
  return value;
}

// "5", "0.25": digits, and at most three behind a point.
std::optional<Duration> parse_seconds(std::string_view text) {
  const size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  if (whole.empty() || whole.size() > kMaxSecondsDigits || !is_number(whole)) return std::nullopt;
  int64_t milliseconds = number(whole) * 1000;
  if (point != text.npos) {
    const std::string_view digits = text.substr(point + 1);
    if (digits.empty() || digits.size() > kMaxFractionDigits || !is_number(digits)) return std::nullopt;
    std::string fraction(digits);
    fraction.resize(kMaxFractionDigits, '0');
    milliseconds += number(fraction);
  }
  if (milliseconds > kMaxStalenessSeconds * 1000) return std::nullopt;
  return Duration(milliseconds);
}

}  // namespace

Result<FreshnessDemand> parse_freshness(std::span<const net::Header> headers) {
  FreshnessDemand demand;
  for (const net::Header& header : headers) {
    if (net::header_name_equals(header.name, kMinVersionHeader)) {
      if (demand.min_version) return bad(kMinVersionHeader, " is there twice.");
      demand.min_version = VersionId::parse(header.value);
      if (!demand.min_version) return bad(kMinVersionHeader, " must be a version id of 32 to 64 characters.");
    } else if (net::header_name_equals(header.name, kMaxStalenessHeader)) {
      if (demand.max_staleness) return bad(kMaxStalenessHeader, " is there twice.");
      demand.max_staleness = parse_seconds(header.value);
      if (!demand.max_staleness) {
        return bad(kMaxStalenessHeader, " must be a number of seconds from 0 to " +
                                            std::to_string(kMaxStalenessSeconds) +
                                            ", with at most three digits behind the point.");
      }
    }
  }
  return demand;
}

std::string text_of(const CopyLag& lag) {
  return lag ? std::to_string(lag->count()) : "unknown";
}

}  // namespace coffer::api
