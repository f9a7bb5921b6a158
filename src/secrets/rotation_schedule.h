// When a secret is to be rotated next: the rules of RotateSecret as a pure function of the last rotation. No clock, no
// I/O. Follows "Rotation schedules" of the user guide and RotationRulesType of the API reference. A window lies within
// one UTC day, begins on the hour and never reaches into the next one.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "secrets/cron_expression.h"

namespace coffer::secrets {

// As RotateSecret's RotationRules has them, and as they are stored and shown.
struct RotationRules {
  std::optional<int64_t> automatically_after_days;
  std::string duration;             // "3h"; empty: not given
  std::string schedule_expression;  // "rate(10 days)", "cron(0 16 1,15 * ? *)"; empty: not given
  bool operator==(const RotationRules&) const = default;
};

// The secret is rotated at some moment from `begin` to `end`, both included: `end` is the last second, "23:59:59".
struct RotationWindow {
  Time begin;
  Time end;
  bool operator==(const RotationWindow&) const = default;
};

class RotationSchedule {
 public:
  // kInvalidParameter with AWS's texts for rules that are no schedule, both kinds at once or neither among them.
  static Result<RotationSchedule> parse(const RotationRules& rules);

  // The window that is due after `last`: the last rotation or change of the value by hand, or when the schedule was
  // set. Days are counted from its UTC date. A cron() or rate(... hours) window that is open at `last` is not due
  // again: the next one is. REQUIRES, here and below: a year from 1970 to 9999.
  RotationWindow next_window(Time last) const;
  // NextRotationDate: the latest moment of that window.
  Time next_date(Time last) const { return next_window(last).end; }
  // What DescribeSecret shows as AutomaticallyAfterDays: the days as given, otherwise those from `last` to the next
  // window.
  int64_t automatically_after_days(Time last) const;

 private:
  using Length = std::optional<std::chrono::hours>;  // absent: the default of the schedule
  RotationSchedule(std::chrono::days every, Length length);
  RotationSchedule(const CronExpression& calendar, Length length);
  static Result<RotationSchedule> parse_expression(std::string_view text, Length length);
  static Result<RotationSchedule> parse_rate(std::string_view text, Length length);
  static Result<RotationSchedule> parse_cron(std::string_view fields, Length length);
  RotationWindow window(Time begin) const;

  std::chrono::days every_{};               // when there is no calendar
  std::optional<CronExpression> calendar_;  // rate(8 hours) is cron(0 /8 * * ? *)
  std::chrono::hours length_;               // a window is cut off at midnight
};

}  // namespace coffer::secrets
