#include "secrets/rotation_schedule.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace coffer::secrets {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;

constexpr size_t kMaxExpressionSize = 256;
constexpr hours kDay{24};

Error invalid(std::string message) {
  return Error{ErrorCode::kInvalidParameter, std::move(message)};
}

Error invalid_expression() {
  return invalid("Invalid schedule expression.");
}

Error longer_than_the_rate() {
  return invalid("Duration cannot be greater than Rate in hour.");
}

// Digits only. What is far beyond every limit becomes a number that is beyond every limit, too.
std::optional<int> parse_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = std::min(number * 10 + (c - '0'), 1'000'000);
  }
  return number;
}

// "1h" to "24h"; nullopt when it is not given.
Result<std::optional<hours>> parse_duration(std::string_view text) {
  if (text.empty()) return std::optional<hours>();
  const bool has_form = text.size() <= 3 && text.ends_with('h');
  const auto number = has_form ? parse_number(text.substr(0, text.size() - 1)) : std::nullopt;
  if (!number || *number < 1 || *number > 24) return invalid("Duration must be at least 1 hour, at most 24 hour.");
  return std::optional(hours(*number));
}

// "rate(" and "10 days" of "rate(10 days)".
bool unwrap(std::string_view& text, std::string_view opening) {
  if (!text.starts_with(opening) || !text.ends_with(')')) return false;
  text.remove_prefix(opening.size());
  text.remove_suffix(1);
  return true;
}

// Neither into the next window of the day nor into the next day.
Result<void> check_fits(uint32_t begins, hours length) {
  for (uint32_t left = begins; left != 0; left &= left - 1) {
    const int begin = std::countr_zero(left);
    const uint32_t later = left & (left - 1);
    if (later != 0 && hours(std::countr_zero(later) - begin) < length) return longer_than_the_rate();
    if (later == 0 && hours(begin) + length > kDay) {
      return invalid("Starting hour and duration must be within a day.");
    }
  }
  return {};
}

}  // namespace

RotationSchedule::RotationSchedule(days every, Length length) : every_(every), length_(length.value_or(kDay)) {}

// Windows of a schedule in hours close after one hour, those of a schedule in days at the end of the day.
RotationSchedule::RotationSchedule(const CronExpression& calendar, Length length)
    : calendar_(calendar), length_(length.value_or(std::has_single_bit(calendar.hours()) ? kDay : hours(1))) {}

Result<RotationSchedule> RotationSchedule::parse(const RotationRules& rules) {
  const bool has_days = rules.automatically_after_days.has_value();
  const bool has_expression = !rules.schedule_expression.empty();
  if (has_days && has_expression) {
    return invalid("You cannot specify both rotation frequency and schedule expression together.");
  }
  if (!has_days && !has_expression) {
    return invalid("You must specify either a rotation frequency or a schedule expression.");
  }
  COFFER_ASSIGN(const Length length, parse_duration(rules.duration));
  if (has_expression) return parse_expression(rules.schedule_expression, length);
  if (*rules.automatically_after_days < 1 || *rules.automatically_after_days > 1000) {
    return invalid("RotationRules.AutomaticallyAfterDays must be within 1-1000.");
  }
  return RotationSchedule(days(*rules.automatically_after_days), length);
}

Result<RotationSchedule> RotationSchedule::parse_expression(std::string_view text, Length length) {
  if (text.size() > kMaxExpressionSize) return invalid_expression();
  if (unwrap(text, "rate(")) return parse_rate(text, length);
  if (unwrap(text, "cron(")) return parse_cron(text, length);
  return invalid_expression();
}

// "10 days"; AWS takes "1 days", too.
Result<RotationSchedule> RotationSchedule::parse_rate(std::string_view text, Length length) {
  const size_t space = std::min(text.find(' '), text.size());
  const auto number = parse_number(text.substr(0, space));
  const std::string_view unit = text.substr(space);
  if (!number) return invalid_expression();
  if (unit == " day" || unit == " days") {
    if (*number < 1 || *number > 999) return invalid("Rate in day should be greater than 0 and less than 1000.");
    return RotationSchedule(days(*number), length);
  }
  if (unit != " hour" && unit != " hours") return invalid_expression();
  if (*number < 4 || *number > 23) return invalid("Rate in hour should be least 4 and less than 24.");
  if (length && *length > hours(*number)) return longer_than_the_rate();
  const auto calendar = CronExpression::parse("0 /" + std::to_string(*number) + " * * ? *");
  if (!calendar) return invalid_expression();
  return RotationSchedule(*calendar, length);
}

Result<RotationSchedule> RotationSchedule::parse_cron(std::string_view fields, Length length) {
  const auto calendar = CronExpression::parse(fields);
  if (!calendar) return invalid_expression();
  if (length) COFFER_TRY(check_fits(calendar->hours(), *length));
  return RotationSchedule(*calendar, length);
}

RotationWindow RotationSchedule::next_window(Time last) const {
  const auto today = floor<days>(last);
  if (!calendar_) return window(today + every_);
  // An hour of today that is still to come, or the first hour of the next day on which it fires: two rounds at most.
  for (auto day = calendar_->next_day(today);; day = calendar_->next_day(day + days(1))) {
    for (uint32_t left = calendar_->hours(); left != 0; left &= left - 1) {
      const Time begin = day + hours(std::countr_zero(left));
      if (begin > last) return window(begin);
    }
  }
}

RotationWindow RotationSchedule::window(Time begin) const {
  const Time midnight = floor<days>(begin) + days(1);
  return {begin, std::min<Time>(begin + length_, midnight) - std::chrono::seconds(1)};
}

int64_t RotationSchedule::automatically_after_days(Time last) const {
  if (!calendar_) return every_.count();
  const days until_next = floor<days>(next_window(last).begin) - floor<days>(last);
  return std::max<int64_t>(until_next.count(), 1);
}

}  // namespace coffer::secrets
