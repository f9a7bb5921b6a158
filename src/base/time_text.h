// Times as text: ISO 8601 basic ("20150830T123600Z", what SigV4 uses) and extended (logs, and the XML of IAM and STS).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace coffer {

// "20150830T123600Z", UTC, whole seconds.
std::string iso_basic(Time time);
// Exactly that format; nullopt otherwise, also for dates that do not exist.
std::optional<Time> parse_iso_basic(std::string_view text);
// "20150830"
std::string iso_basic_date(Time time);
// "2015-08-30T12:36:00.123Z"
std::string iso_extended(Time time);
// "2015-08-30T12:36:00Z", without what is left of the second.
std::string iso_extended_seconds(Time time);
// "2015-08-30T12:36:00Z", with a fraction of a second or without, and "+02:00" in place of the Z; what is finer than a
// millisecond is cut off. nullopt otherwise, also for times that do not exist.
std::optional<Time> parse_iso_extended(std::string_view text);
// "Sun, 30 Aug 2015 12:36:00 GMT" (RFC 9110, the Date header).
std::string http_date(Time time);
std::optional<Time> parse_http_date(std::string_view text);
// 00:00:00 UTC of the same day: what AWS reports as LastAccessedDate.
Time start_of_day(Time time);

}  // namespace coffer
