#include "base/time_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace coffer {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> kWeekdays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Fields {
  int year, month, day, hour, minute, second, millisecond, weekday;
};

Fields fields_of(Time time) {
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss<Duration> clock(time - day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count()),
          static_cast<int>(clock.subseconds().count()),
          static_cast<int>(std::chrono::weekday(day).c_encoding())};
}

template <class... Arguments>
std::string print(const char* format, Arguments... arguments) {
  char text[64];
  const int size = std::snprintf(text, sizeof(text), format, arguments...);
  return std::string(text, static_cast<size_t>(size));
}

// nullopt unless all of [begin, begin+count) are digits.
std::optional<int> digits(std::string_view text, size_t begin, size_t count) {
  int value = 0;
  for (size_t i = begin; i < begin + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<Time> make_time(std::optional<int> year, std::optional<int> month, std::optional<int> day,
                              std::optional<int> hour, std::optional<int> minute, std::optional<int> second) {
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

// ".123456" at `position`, which is then behind it. nullopt without a digit.
std::optional<Duration> milliseconds(std::string_view text, size_t& position) {
  const size_t begin = position + 1;
  position = std::min(text.find_first_not_of("0123456789", begin), text.size());
  if (position == begin) return std::nullopt;
  std::string three(text.substr(begin, std::min<size_t>(position - begin, 3)));
  three.resize(3, '0');
  return Duration(*digits(three, 0, 3));
}

// "Z", "+02:00"
std::optional<Duration> offset_of(std::string_view zone) {
  if (zone == "Z") return Duration::zero();
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const auto hours = digits(zone, 1, 2);
  const auto minutes = digits(zone, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const Duration offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return zone[0] == '+' ? offset : -offset;
}

}  // namespace

std::string iso_basic(Time time) {
  const Fields f = fields_of(time);
  return print("%04d%02d%02dT%02d%02d%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::optional<Time> parse_iso_basic(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  return make_time(digits(text, 0, 4), digits(text, 4, 2), digits(text, 6, 2), digits(text, 9, 2), digits(text, 11, 2),
                   digits(text, 13, 2));
}

std::string iso_basic_date(Time time) {
  return iso_basic(time).substr(0, 8);
}

std::string iso_extended(Time time) {
  const Fields f = fields_of(time);
  return print("%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", f.year, f.month, f.day, f.hour, f.minute, f.second,
               f.millisecond);
}

std::string iso_extended_seconds(Time time) {
  const Fields f = fields_of(time);
  return print("%04d-%02d-%02dT%02d:%02d:%02dZ", f.year, f.month, f.day, f.hour, f.minute, f.second);
}

std::optional<Time> parse_iso_extended(std::string_view text) {
  constexpr size_t kSeconds = 19;  // "2015-08-30T12:36:00"
  if (text.size() <= kSeconds || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  const auto time = make_time(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2), digits(text, 11, 2),
                              digits(text, 14, 2), digits(text, 17, 2));
  size_t end = kSeconds;
  const auto fraction = text[end] == '.' ? milliseconds(text, end) : std::optional(Duration::zero());
  const auto offset = offset_of(text.substr(end));
  if (!time || !fraction || !offset) return std::nullopt;
  return *time + *fraction - *offset;
}

std::string http_date(Time time) {
  const Fields f = fields_of(time);
  return print("%s, %02d %s %04d %02d:%02d:%02d GMT", kWeekdays[static_cast<size_t>(f.weekday)].data(), f.day,
               kMonths[static_cast<size_t>(f.month - 1)].data(), f.year, f.hour, f.minute, f.second);
}

std::optional<Time> parse_http_date(std::string_view text) {
  // "Sun, 30 Aug 2015 12:36:00 GMT"
  if (text.size() != 29 || !text.ends_with(" GMT") || text[3] != ',' || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  std::optional<int> month;
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (text.substr(8, 3) == kMonths[i]) month = static_cast<int>(i) + 1;
  }
  return make_time(digits(text, 12, 4), month, digits(text, 5, 2), digits(text, 17, 2), digits(text, 20, 2),
                   digits(text, 23, 2));
}

Time start_of_day(Time time) {
  return floor<days>(time);
}

}  // namespace coffer
