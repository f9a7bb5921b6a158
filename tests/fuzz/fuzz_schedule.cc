// Schedules come from clients, are stored, and are read again by the scheduler of every region. What is taken must have
// a next window, soon, within a day, and before the one after it. Input: two bytes of time, the duration, a line feed,
// the expression.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "secrets/rotation_schedule.h"

using namespace coffer;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  // 65,536 times seven hours are 52 years.
  const Time last{std::chrono::hours(7) * (data[0] * 256 + data[1])};
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const size_t line_feed = text.find('\n');
  if (line_feed == text.npos) return 0;
  const auto schedule =
      secrets::RotationSchedule::parse({.duration = std::string(text.substr(0, line_feed)),
                                        .schedule_expression = std::string(text.substr(line_feed + 1))});
  if (!schedule.ok()) return 0;
  const secrets::RotationWindow window = schedule->next_window(last);
  const secrets::RotationWindow following = schedule->next_window(window.begin);
  const auto day = [](Time time) { return std::chrono::floor<std::chrono::days>(time); };
  if (window.begin <= last || window.begin > last + std::chrono::days(1000)) std::abort();
  if (window.end <= window.begin || day(window.end) != day(window.begin)) std::abort();
  if (following.begin <= window.end || schedule->next_window(window.end) != following) std::abort();
  if (schedule->automatically_after_days(last) < 1) std::abort();
  return 0;
}
