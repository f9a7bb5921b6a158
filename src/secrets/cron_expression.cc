#include "secrets/cron_expression.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <span>

namespace coffer::secrets {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kDayNames = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

// What a field counts. Names, where there are any, stand for the numbers from 1 on.
struct Field {
  unsigned first;
  unsigned last;
  std::span<const std::string_view> names;
};

constexpr Field kHours{0, 23, {}};
constexpr Field kDaysOfMonth{1, 31, {}};
constexpr Field kMonths{1, 12, kMonthNames};
constexpr Field kDaysOfWeek{1, 7, kDayNames};

constexpr unsigned kLeastHoursBetweenRotations = 4;
constexpr unsigned kSaturday = 7;
constexpr std::array<unsigned, 12> kShortestMonths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
// The 1st, 8th, 15th, 22nd and 29th.
constexpr uint32_t kEverySeventhDay = 1U << 1 | 1U << 8 | 1U << 15 | 1U << 22 | 1U << 29;

uint32_t bit(unsigned number) {
  return 1U << number;
}

// The bits from `first` to `last`.
uint32_t bits(unsigned first, unsigned last) {
  return (2U << last) - (1U << first);
}

bool has_name(std::string_view text, std::string_view name) {
  return std::ranges::equal(text, name, [](unsigned char a, char b) { return std::toupper(a) == b; });
}

// "7", "07", "sat"; nullopt for anything else and for numbers outside the field.
std::optional<unsigned> parse_value(std::string_view text, const Field& field) {
  for (unsigned i = 0; i < field.names.size(); ++i)
    if (has_name(text, field.names[i])) return i + 1;
  if (text.empty() || text.size() > 2) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value < field.first || value > field.last) return std::nullopt;
  return value;
}

// One piece of a list: "5", "2-6", "2/10" (from 2 on), "2-20/6", "*/8" and "/8" (from the beginning of the field on).
std::optional<uint32_t> parse_item(std::string_view text, const Field& field) {
  const size_t slash = text.find('/');
  const bool has_step = slash != text.npos;
  unsigned step = 1;
  if (has_step) {
    // A number, never a name; one beyond the field is a mistake.
    const auto given = parse_value(text.substr(slash + 1), {1, field.last, {}});
    if (!given) return std::nullopt;
    step = *given;
  }
  const std::string_view range = text.substr(0, slash);
  std::optional<unsigned> begin = field.first, end = field.last;
  if (const size_t dash = range.find('-'); dash != range.npos) {
    begin = parse_value(range.substr(0, dash), field);
    end = parse_value(range.substr(dash + 1), field);
  } else if (!has_step || (range != "*" && !range.empty())) {
    begin = parse_value(range, field);
    if (!has_step) end = begin;
  }
  if (!begin || !end || *begin > *end) return std::nullopt;
  uint32_t numbers = 0;
  for (unsigned number = *begin; number <= *end; number += step)
    numbers |= bit(number);
  return numbers;
}

// A whole field: "*" or a list. `special` sees each piece first and tells whether it took it.
template <class Special>
std::optional<uint32_t> parse_field(std::string_view text, const Field& field, Special special) {
  if (text == "*") return bits(field.first, field.last);
  uint32_t numbers = 0;
  while (true) {
    const size_t comma = text.find(',');
    const std::string_view item = text.substr(0, comma);
    if (!special(item)) {
      const auto parsed = parse_item(item, field);
      if (!parsed) return std::nullopt;
      numbers |= *parsed;
    }
    if (comma == text.npos) return numbers;
    text.remove_prefix(comma + 1);
  }
}

std::optional<uint32_t> parse_field(std::string_view text, const Field& field) {
  return parse_field(text, field, [](std::string_view) { return false; });
}

std::optional<std::array<std::string_view, 6>> split(std::string_view text) {
  std::array<std::string_view, 6> fields;
  size_t count = 0;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) break;
    if (count == fields.size()) return std::nullopt;
    fields[count] = text.substr(0, text.find(' '));
    text.remove_prefix(fields[count++].size());
  }
  if (count != fields.size()) return std::nullopt;
  return fields;
}

// "You can rotate a secret as often as every four hours." Counted from midnight to midnight, or rate(23 hours), which
// AWS allows, would have to be refused.
bool hours_are_apart(uint32_t hours) {
  for (unsigned hour = 0; hour < 24; ++hour) {
    const uint32_t too_soon = bits(hour + 1, hour + kLeastHoursBetweenRotations - 1);
    if ((hours & bit(hour)) && (hours & too_soon)) return false;
  }
  return true;
}

}  // namespace

std::optional<CronExpression> CronExpression::parse(std::string_view text) {
  const auto fields = split(text);
  if (!fields) return std::nullopt;
  const auto& [minutes, hours, days_of_month, months, days_of_week, year] = *fields;
  // Windows open on the hour, and no schedule is more than a year apart.
  if (minutes != "0" || year != "*") return std::nullopt;
  const auto hours_set = parse_field(hours, kHours);
  const auto months_set = parse_field(months, kMonths);
  if (!hours_set || !hours_are_apart(*hours_set) || !months_set) return std::nullopt;

  CronExpression cron;
  cron.hours_ = *hours_set;
  cron.months_ = *months_set;
  if ((days_of_month == "?") == (days_of_week == "?")) return std::nullopt;
  if (days_of_month != "?" && !cron.parse_days_of_month(days_of_month)) return std::nullopt;
  if (days_of_week != "?" && !cron.parse_days_of_week(days_of_week)) return std::nullopt;

  return cron.fires_every_year() ? std::optional(cron) : std::nullopt;
}

// "L" is the last day of the month, "SUNL" the last Sunday of it. A number before L is not one of AWS's forms here.
bool CronExpression::parse_days_of_month(std::string_view field) {
  const auto days = parse_field(field, kDaysOfMonth, [this](std::string_view item) {
    if (item == "L") {
      last_day_of_month_ = true;
      return true;
    }
    if (item.size() != 4 || item.back() != 'L') return false;
    const auto weekday = parse_value(item.substr(0, 3), kDaysOfWeek);
    if (weekday) last_weekdays_ |= bit(*weekday);
    return weekday.has_value();
  });
  days_of_month_ = days.value_or(0);
  return days.has_value();
}

// "L" is the last day of the week, "5L" and "THUL" the last Thursday of the month.
bool CronExpression::parse_days_of_week(std::string_view field) {
  if (field.find('#') != field.npos) return parse_nth_weekday(field);
  const auto days = parse_field(field, kDaysOfWeek, [this](std::string_view item) {
    if (item.empty() || item.back() != 'L') return false;
    item.remove_suffix(1);
    const auto weekday = parse_value(item, kDaysOfWeek);
    if (weekday) last_weekdays_ |= bit(*weekday);
    if (item.empty()) weekdays_ |= bit(kSaturday);
    return weekday.has_value() || item.empty();
  });
  weekdays_ |= days.value_or(0);
  return days.has_value();
}

// "6#3" and "FRI#3" are the third Friday of the month. It stands alone: a list with # in it is not one of AWS's forms.
bool CronExpression::parse_nth_weekday(std::string_view field) {
  const size_t hash = field.find('#');
  const auto weekday = parse_value(field.substr(0, hash), kDaysOfWeek);
  const auto nth = parse_value(field.substr(hash + 1), {1, 5, {}});
  if (!weekday || !nth) return false;
  nth_weekday_ = *weekday;
  nth_ = *nth;
  return true;
}

// DescribeSecret parses stored rules at every call: nothing is searched for that can be told from the fields.
bool CronExpression::fires_every_year() const {
  if (last_day_of_month_ || weekdays_ != 0 || last_weekdays_ != 0) return true;
  if (nth_weekday_ != 0) return nth_ <= 4 || has_fifth_weekday_every_year();
  for (unsigned month = 1; month <= 12; ++month)
    if ((months_ & bit(month)) && (days_of_month_ & bits(1, kShortestMonths[month - 1]))) return true;
  return false;
}

// A month has five of those weekdays with which its days beyond four weeks begin and end. Tried for every kind of year:
// by how far its first day is from such a weekday, and by its length.
bool CronExpression::has_fifth_weekday_every_year() const {
  for (unsigned kind = 0; kind < 14; ++kind) {
    unsigned until_first = kind % 7;  // days from the first of the month to the first such weekday
    const unsigned leap_day = kind / 7;
    bool has_fifth = false;
    for (unsigned month = 1; month <= 12 && !has_fifth; ++month) {
      const unsigned length = kShortestMonths[month - 1] + (month == 2 ? leap_day : 0);
      has_fifth = (months_ & bit(month)) && until_first + 28 < length;
      until_first = (until_first + 35 - length) % 7;
    }
    if (!has_fifth) return false;
  }
  return true;
}

// The days of that month on which it fires.
uint32_t CronExpression::days_in(std::chrono::year_month month) const {
  if (!(months_ & bit(static_cast<unsigned>(month.month())))) return 0;
  const auto last = static_cast<unsigned>(std::chrono::year_month_day_last(month / std::chrono::last).day());
  const uint32_t valid = bits(1, last);
  uint32_t days = days_of_month_ & valid;
  if (last_day_of_month_) days |= bit(last);
  if (weekdays_ == 0 && last_weekdays_ == 0 && nth_weekday_ == 0) return days;
  const unsigned first_weekday = std::chrono::weekday(std::chrono::sys_days(month / 1)).c_encoding() + 1;
  for (unsigned weekday = 1; weekday <= 7; ++weekday) {
    const uint32_t such_days = (kEverySeventhDay << ((weekday + 7 - first_weekday) % 7)) & valid;
    if (weekdays_ & bit(weekday)) days |= such_days;
    if (last_weekdays_ & bit(weekday)) days |= std::bit_floor(such_days);
    if (nth_weekday_ == weekday) days |= such_days & bits(7 * nth_ - 6, std::min(7 * nth_, 31U));
  }
  return days;
}

std::chrono::sys_days CronExpression::next_day(std::chrono::sys_days from) const {
  const std::chrono::year_month_day date(from);
  std::chrono::year_month month(date.year(), date.month());
  uint32_t days = days_in(month) & bits(static_cast<unsigned>(date.day()), 31);
  while (days == 0) {
    month += std::chrono::months(1);
    days = days_in(month);
  }
  return month / static_cast<int>(std::countr_zero(days));
}

}  // namespace coffer::secrets
