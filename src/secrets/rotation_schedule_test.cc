// What follows from which rules, as data: tests/schedules/schedules.json, one test for each entry;
// tests/schedules/README.md explains the format.
#include "secrets/rotation_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>
#include <fstream>
#include <sstream>

#include "base/time_text.h"

namespace coffer::secrets {
namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string());
  std::string text(value.at("before").as_string());
  for (int64_t i = 0; i < value.at("count").as_int64(); ++i)
    text += std::string_view(value.at("$repeat").as_string());
  return text.append(value.at("after").as_string());
}

// "2026-11-24T10:30:00Z"
Time time_of(const json::value& value) {
  std::string text = text_of(value);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  const auto time = parse_iso_basic(text);
  EXPECT_TRUE(time) << text << " is not a time";
  return time.value_or(Time());
}

std::string iso(Time time) {
  std::string text = iso_extended(time);
  const size_t fraction = text.find(".000");
  return fraction == text.npos ? text : text.erase(fraction, 4);
}

RotationRules rules_of(const json::object& entry) {
  RotationRules rules;
  if (const json::value* const days = entry.if_contains("days")) rules.automatically_after_days = days->as_int64();
  if (const json::value* const text = entry.if_contains("expression")) rules.schedule_expression = text_of(*text);
  if (const json::value* const text = entry.if_contains("duration")) rules.duration = text_of(*text);
  return rules;
}

std::vector<json::object> load_entries() {
  std::ifstream file(COFFER_SCHEDULES_FILE);
  std::ostringstream text;
  text << file.rdbuf();
  json::error_code error;
  const json::value content = json::parse(text.str(), error);
  if (error || !content.is_array()) return {{{"name", "schedules.json is not a JSON list"}}};
  std::vector<json::object> entries;
  for (const json::value& entry : content.as_array())
    entries.push_back(entry.as_object());
  return entries;
}

std::string test_name(const ::testing::TestParamInfo<json::object>& info) {
  std::string name = std::to_string(info.index) + "_" + text_of(info.param.at("name"));
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

class Schedules : public ::testing::TestWithParam<json::object> {};

TEST_P(Schedules, FollowFromTheRulesAsWritten) {
  const json::object& entry = GetParam();
  const auto schedule = RotationSchedule::parse(rules_of(entry));
  if (entry.contains("error")) {
    ASSERT_FALSE(schedule.ok());
    EXPECT_EQ(schedule.error().code, ErrorCode::kInvalidParameter);
    EXPECT_EQ(schedule.error().message, text_of(entry.at("error")));
    return;
  }
  ASSERT_TRUE(schedule.ok()) << schedule.error().message;
  const Time last = time_of(entry.at("last"));
  const RotationWindow window = schedule->next_window(last);
  EXPECT_EQ(iso(window.begin), text_of(entry.at("begin")));
  EXPECT_EQ(iso(window.end), text_of(entry.at("next")));
  EXPECT_EQ(iso(schedule->next_date(last)), text_of(entry.at("next")));
  if (const json::value* const shown = entry.if_contains("shown")) {
    EXPECT_EQ(schedule->automatically_after_days(last), shown->as_int64());
  }
  Time rotated = window.begin;
  if (const json::value* const then = entry.if_contains("then")) {
    for (const json::value& begin : then->as_array()) {
      rotated = schedule->next_window(rotated).begin;
      EXPECT_EQ(iso(rotated), text_of(begin));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Schedules, ::testing::ValuesIn(load_entries()), test_name);

// Stored times have milliseconds: one of them after the beginning of a window it is open, one before it is due.
TEST(RotationSchedule, LooksAtMilliseconds) {
  const auto schedule = RotationSchedule::parse({.schedule_expression = "cron(0 10 * * ? *)"});
  ASSERT_TRUE(schedule.ok());
  const Time ten = *parse_iso_basic("20261124T100000Z");
  EXPECT_EQ(schedule->next_window(ten - Duration(1)).begin, ten);
  EXPECT_EQ(schedule->next_window(ten + Duration(1)).begin, ten + std::chrono::hours(24));
}

// Whatever byte is put in place of whatever byte: no crash, and what is taken is a schedule.
TEST(RotationSchedule, TakesOrRefusesEveryChangeOfAnExpression) {
  const Time last = *parse_iso_basic("20261124T103000Z");
  for (const std::string original :
       {"cron(0 2/10 1-5,L JAN,3/4 ? *)", "cron(0 /8 ? * MON-FRI,7L *)", "rate(10 days)"}) {
    for (size_t at = 0; at <= original.size(); ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string changed = original;
        changed.replace(at, at == original.size() ? 0 : 1, 1, static_cast<char>(byte));
        const auto schedule = RotationSchedule::parse({.schedule_expression = changed});
        if (!schedule.ok()) continue;
        const RotationWindow window = schedule->next_window(last);
        EXPECT_GT(window.begin, last) << changed;
        EXPECT_GT(window.end, window.begin) << changed;
      }
      EXPECT_EQ(RotationSchedule::parse({.schedule_expression = original.substr(0, at)}).ok(), at == original.size());
    }
  }
}

}  // namespace
}  // namespace coffer::secrets
