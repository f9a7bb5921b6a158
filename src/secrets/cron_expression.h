// The six fields of a cron() schedule as Secrets Manager has them: on which days of the calendar and at which hours of
// them. Follows "Rotation schedules / Cron expression requirements in Secrets Manager". Pure; all times are UTC.
// What parses fires at least once in every calendar year, so a search for the next day always ends, within two years.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coffer::secrets {

class CronExpression {
 public:
  // What stands between the parentheses: "0 16 1,15 * ? *" (minutes, hours, days of the month, months, days of the
  // week, year). nullopt for what is malformed, means something that Secrets Manager does not have (minutes, years, W),
  // fires twice within four hours of one day, or leaves a whole year out (30 February, but also 29 February). Time and
  // memory are bounded by the length of the text.
  static std::optional<CronExpression> parse(std::string_view fields);

  // Bit h is set when it fires at h o'clock of its days, 0 to 23. At least one is.
  uint32_t hours() const { return hours_; }
  // The first day on which it fires, `from` itself included. REQUIRES: a year from 1970 to 9999.
  std::chrono::sys_days next_day(std::chrono::sys_days from) const;

 private:
  CronExpression() = default;
  bool parse_days_of_month(std::string_view field);
  bool parse_days_of_week(std::string_view field);
  bool parse_nth_weekday(std::string_view field);
  bool fires_every_year() const;
  bool has_fifth_weekday_every_year() const;
  uint32_t days_in(std::chrono::year_month month) const;

  // Sets of numbers, bit n for n. Weekdays are numbered 1 (Sunday) to 7, months and days from 1. One of the two fields
  // for days is "?" and leaves its sets empty, so a day counts when it is in any of them.
  uint32_t hours_ = 0;
  uint32_t months_ = 0;
  uint32_t days_of_month_ = 0;
  bool last_day_of_month_ = false;
  uint32_t weekdays_ = 0;       // every such day
  uint32_t last_weekdays_ = 0;  // the last such day of the month: "5L"
  unsigned nth_weekday_ = 0;    // the nth such day of the month: "6#3"; 0 for none
  unsigned nth_ = 0;
};

}  // namespace coffer::secrets
