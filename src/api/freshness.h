// How fresh an answer must be, as a client demands it by headers, and how old it may be, as it is told in one. Of
// operations that answer from copies of what other regions have made; which ones those are, cards say.
//
//   x-coffer-min-version: VERSION-ID     the answer must come from a copy that has this version
//   x-coffer-max-staleness: SECONDS      and that is at most so far behind what it is a copy of: a decimal number
//   x-coffer-replication-lag-ms          of the answer: so far it may be behind, or "unknown"
//
// The two demands need not be signed: whoever adds one can only make a request fail.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "net/message.h"

namespace coffer::api {

inline constexpr std::string_view kMinVersionHeader = "x-coffer-min-version";
inline constexpr std::string_view kMaxStalenessHeader = "x-coffer-max-staleness";
inline constexpr std::string_view kReplicationLagHeader = "x-coffer-replication-lag-ms";
inline constexpr int64_t kMaxStalenessSeconds = 365L * 24 * 3600;

struct FreshnessDemand {
  std::optional<VersionId> min_version;
  std::optional<Duration> max_staleness;

  bool is_any() const { return min_version || max_staleness; }
};

// kValidation: what is not as above, out of bounds, or demanded twice.
Result<FreshnessDemand> parse_freshness(std::span<const net::Header> headers);

// Of what an answer tells, at most; nullopt: not known.
using CopyLag = std::optional<Duration>;
// The value of the header.
std::string text_of(const CopyLag& lag);

}  // namespace coffer::api
