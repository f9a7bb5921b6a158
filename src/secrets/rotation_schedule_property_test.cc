// Thousands of random schedules beside a reference that is slow and simple: it walks hour by hour over a calendar of
// its own and reads the text of the expression in its own way. It shares no code with what it checks, not even
// <chrono>'s calendar.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "base/random.h"
#include "base/time_text.h"
#include "secrets/rotation_schedule.h"

namespace coffer::secrets {
namespace {

constexpr std::array<const char*, 7> kDayNames = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};
constexpr std::array<const char*, 12> kMonthNames = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                     "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

struct Day {
  int year, month, day, weekday, month_length;  // weekday: 1 is Sunday
};

// From 1 January 1970, a Thursday, to the end of 2119, turned day by day.
std::vector<Day> make_calendar() {
  std::vector<Day> days;
  int weekday = 5;
  for (int year = 1970; year < 2120; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= lengths[month - 1]; ++day) {
        days.push_back({year, month, day, weekday, lengths[month - 1]});
        weekday = weekday % 7 + 1;
      }
    }
  }
  return days;
}

const std::vector<Day>& calendar() {
  static const std::vector<Day> days = make_calendar();
  return days;
}

std::vector<std::string> words(const std::string& text, char separator) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, separator);)
    result.push_back(word);
  return result;
}

int number_of(const std::string& text) {
  for (size_t i = 0; i < kDayNames.size(); ++i)
    if (text == kDayNames[i]) return static_cast<int>(i) + 1;
  for (size_t i = 0; i < kMonthNames.size(); ++i)
    if (text == kMonthNames[i]) return static_cast<int>(i) + 1;
  return std::stoi(text);
}

// Whether a piece of a list without L or # has the number in it.
bool piece_has(const std::string& piece, int number, int lowest, int highest) {
  const auto halves = words(piece, '/');
  const std::string range = halves[0];
  int from = lowest, to = highest;
  if (range.find('-') != range.npos) {
    from = number_of(words(range, '-')[0]);
    to = number_of(words(range, '-')[1]);
  } else if (range != "*" && !range.empty()) {
    from = number_of(range);
    to = halves.size() == 2 ? highest : from;
  }
  const int step = halves.size() == 2 ? std::stoi(halves[1]) : 1;
  return number >= from && number <= to && (number - from) % step == 0;
}

bool list_has(const std::vector<std::string>& pieces, int number, int lowest, int highest) {
  return std::ranges::any_of(pieces,
                             [&](const std::string& piece) { return piece_has(piece, number, lowest, highest); });
}

// The fields of a well-formed expression, as the documentation describes them.
class Reference {
 public:
  explicit Reference(const std::string& text) {
    const auto fields = words(text, ' ');
    for (int hour = 0; hour < 24; ++hour)
      hours_.push_back(list_has(words(fields[1], ','), hour, 0, 23));
    for (int month = 0; month <= 12; ++month)
      months_.push_back(list_has(words(fields[3], ','), month, 1, 12));
    by_weekday_ = fields[2] == "?";
    // What has no L or # in it fits a number, whatever the month and the year.
    std::vector<std::string> plain;
    for (const std::string& piece : words(by_weekday_ ? fields[4] : fields[2], ','))
      (piece.find_first_of("L#") == piece.npos ? plain : special_).push_back(piece);
    for (int number = 0; number <= 31; ++number)
      days_.push_back(list_has(plain, number, 1, by_weekday_ ? 7 : 31));
  }

  bool fires_at_hour(int hour) const { return hours_[static_cast<size_t>(hour)]; }
  bool fires_on(const Day& day) const {
    if (!months_[static_cast<size_t>(day.month)]) return false;
    if (days_[static_cast<size_t>(by_weekday_ ? day.weekday : day.day)]) return true;
    return std::ranges::any_of(special_, [&](const std::string& piece) { return special_fits(piece, day); });
  }

  bool hours_are_four_apart() const {
    for (int first = 0; first < 24; ++first)
      for (int second = first + 1; second < std::min(first + 4, 24); ++second)
        if (fires_at_hour(first) && fires_at_hour(second)) return false;
    return true;
  }

  // 28 years have every kind of year among them.
  bool fires_in_every_year() const {
    for (int year = 2031, i = 0; year < 2059; ++year) {
      while (day_number(i).year < year || (day_number(i).year == year && !fires_on(day_number(i))))
        ++i;
      if (day_number(i).year != year) return false;
    }
    return true;
  }

  bool is_once_a_day() const { return std::ranges::count(hours_, true) == 1; }

  // How many hours a window may last that begins at `hour`: to the next one, at most to midnight.
  int room_after(int hour) const {
    int room = 1;
    while (hour + room < 24 && !fires_at_hour(hour + room))
      ++room;
    return room;
  }

 private:
  static const Day& day_number(int number) { return calendar()[static_cast<size_t>(number)]; }

  bool special_fits(const std::string& piece, const Day& day) const {
    if (piece == "L") return by_weekday_ ? day.weekday == 7 : day.day == day.month_length;
    if (piece.ends_with('L')) {
      return number_of(piece.substr(0, piece.size() - 1)) == day.weekday && day.day + 7 > day.month_length;
    }
    int count = 0;
    for (int earlier = day.day; earlier >= 1; earlier -= 7)
      ++count;
    return number_of(words(piece, '#')[0]) == day.weekday && std::stoi(words(piece, '#')[1]) == count;
  }

  std::vector<bool> hours_, months_, days_;
  std::vector<std::string> special_;
  bool by_weekday_ = false;
};

// Draws well-formed fields; whether the whole is a schedule is another question.
class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  std::string cron() {
    const bool by_weekday = random_.uniform(2) == 0;
    return "0 " + hours() + " " + (by_weekday ? "?" : dates()) + " " + months() + " " +
           (by_weekday ? weekdays() : "?") + " *";
  }

  std::string duration() { return one_in(2) ? "" : std::to_string(between(1, 24)) + "h"; }

  // A time from 1970 to 2109; every second one on an hour, where windows begin.
  Time time() {
    const Time hour{std::chrono::hours(random_.uniform(140 * 365 * 24))};
    return one_in(2) ? hour : hour + Duration(random_.uniform(3'600'000));
  }

  int between(int lowest, int highest) {
    return lowest + static_cast<int>(random_.uniform(static_cast<uint32_t>(highest - lowest + 1)));
  }
  bool one_in(uint32_t count) { return random_.uniform(count) == 0; }

 private:
  std::string number(int lowest, int highest) { return std::to_string(between(lowest, highest)); }

  // A number from a field, in words where the field has any.
  std::string value(int number, int highest) {
    if (one_in(2) && highest == 7) return kDayNames.at(static_cast<size_t>(number - 1));
    if (one_in(2) && highest == 12) return kMonthNames.at(static_cast<size_t>(number - 1));
    return (one_in(8) && number < 10 ? "0" : "") + std::to_string(number);
  }

  std::string piece(int lowest, int highest) {
    const int first = between(lowest, highest);
    const std::string step = "/" + number(1, highest);
    switch (random_.uniform(6)) {
      case 0:
        return value(first, highest) + step;
      case 1:
        return (one_in(2) ? "*" : "") + step;
      case 2:
        return value(first, highest) + "-" + value(between(first, highest), highest);
      case 3:
        return value(first, highest) + "-" + value(between(first, highest), highest) + step;
      default:
        return value(first, highest);
    }
  }

  std::string list(int lowest, int highest) {
    std::string text = piece(lowest, highest);
    while (one_in(3))
      text += "," + piece(lowest, highest);
    return text;
  }

  std::string hours() {
    return one_in(3) ? list(0, 23) : one_in(2) ? number(0, 23) : number(0, 23) + "/" + number(4, 23);
  }
  std::string months() { return one_in(2) ? "*" : list(1, 12); }
  std::string dates() {
    if (one_in(5)) return "*";
    const std::string last = one_in(2) ? "L" : std::string(kDayNames.at(random_.uniform(7))) + "L";
    if (one_in(4)) return last;
    return list(1, 31) + (one_in(8) ? "," + last : "");
  }
  std::string weekdays() {
    switch (random_.uniform(6)) {
      case 0:
        return "*";
      case 1:
        return "L";
      case 2:
        return value(between(1, 7), 7) + "L" + (one_in(4) ? "," + value(between(1, 7), 7) : "");
      case 3:
        return value(between(1, 7), 7) + "#" + number(1, 5);
      default:
        return list(1, 7);
    }
  }

  SeededRandom random_;
};

// Hours since 1970, and what they are on the reference's calendar.
Time at_hour(int64_t hour) {
  return Time(std::chrono::hours(hour));
}
const Day& day_of(int64_t hour) {
  return calendar().at(static_cast<size_t>(hour / 24));
}
// The first full hour after `time`.
int64_t hour_after(Time time) {
  return time.time_since_epoch().count() / 3'600'000 + 1;
}

void expect_window(const RotationSchedule& schedule, Time last, int64_t begin, int64_t hours) {
  const RotationWindow window = schedule.next_window(last);
  EXPECT_EQ(iso_extended(window.begin), iso_extended(at_hour(begin))) << "after " << iso_extended(last);
  EXPECT_EQ(iso_extended(window.end), iso_extended(at_hour(begin + hours) - std::chrono::seconds(1)))
      << "after " << iso_extended(last);
  EXPECT_EQ(schedule.next_date(last), window.end);
}

std::string expected_refusal(const Reference& reference, const std::string& duration) {
  if (!reference.hours_are_four_apart() || !reference.fires_in_every_year()) return "Invalid schedule expression.";
  const int hours = duration.empty() ? 1 : std::stoi(duration);
  for (int begin = 0; begin < 24; ++begin) {
    if (!reference.fires_at_hour(begin) || reference.room_after(begin) >= hours) continue;
    return begin + reference.room_after(begin) < 24 ? "Duration cannot be greater than Rate in hour."
                                                    : "Starting hour and duration must be within a day.";
  }
  return "";
}

// What it is all about: the next window is the next hour that fits, whatever the expression, the day and the year.
TEST(RotationScheduleProperty, CronFindsTheWindowThatWalkingHourByHourFinds) {
  Generator generator(20261124);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 4000 && !HasFailure(); ++round) {
    const std::string fields = generator.cron();
    const RotationRules rules{.duration = generator.duration(), .schedule_expression = "cron(" + fields + ")"};
    SCOPED_TRACE(rules.schedule_expression + " " + rules.duration);
    const Reference reference(fields);
    const auto schedule = RotationSchedule::parse(rules);
    EXPECT_EQ(schedule.ok() ? "" : schedule.error().message, expected_refusal(reference, rules.duration));
    if (!schedule.ok()) {
      ++refused;
      continue;
    }
    ++accepted;
    for (int i = 0; i < 3; ++i) {
      const Time last = generator.time();
      int64_t hour = hour_after(last);
      while (!reference.fires_at_hour(static_cast<int>(hour % 24)) || !reference.fires_on(day_of(hour)))
        ++hour;
      const int64_t until_midnight = 24 - hour % 24;
      const int64_t by_default = reference.is_once_a_day() ? until_midnight : 1;
      expect_window(*schedule, last, hour, rules.duration.empty() ? by_default : std::stoi(rules.duration));
      EXPECT_EQ(schedule->automatically_after_days(last),
                std::max<int64_t>(hour / 24 - (hour_after(last) - 1) / 24, 1));
    }
  }
  // The generator must not waste its time on one kind only.
  EXPECT_GT(accepted, 1500);
  EXPECT_GT(refused, 800);
}

// What is taken must fire in every year. That is told from the fields; here every year is looked at, with every set of
// months for each kind of day that some months or years do not have.
TEST(RotationScheduleProperty, EverySetOfMonthsIsTakenIfItFiresInEveryYear) {
  std::vector<std::pair<std::string, std::string>> days = {{"28", "?"}, {"29", "?"}, {"30", "?"}, {"31", "?"}};
  for (const char* fifth : {"1#5", "6#5"})
    days.emplace_back("?", fifth);
  int taken = 0, refused = 0;
  for (const auto& [date, weekday] : days) {
    const Reference reference("0 0 " + date + " * " + weekday + " *");
    std::array<unsigned, 28> months_of_year{};  // from 2031 on: bit m is set if it fires in month m
    for (const Day& day : calendar()) {
      if (day.year < 2031 || day.year >= 2059 || !reference.fires_on(day)) continue;
      months_of_year.at(static_cast<size_t>(day.year - 2031)) |= 1U << day.month;
    }
    for (unsigned months = 2; months < 1U << 13; months += 2) {
      std::string list;
      for (int month = 1; month <= 12; ++month)
        if (months >> month & 1) list += (list.empty() ? "" : ",") + std::to_string(month);
      const bool expected = std::ranges::all_of(months_of_year, [&](unsigned fires) { return (fires & months) != 0; });
      const std::string fields = "0 0 " + date + " " + list + " " + weekday + " *";
      ASSERT_EQ(RotationSchedule::parse({.schedule_expression = "cron(" + fields + ")"}).ok(), expected) << fields;
      ++(expected ? taken : refused);
    }
  }
  EXPECT_GT(taken, 10'000);
  EXPECT_GT(refused, 1'000);
}

TEST(RotationScheduleProperty, RatesFindTheWindowThatWalkingHourByHourFinds) {
  Generator generator(4);
  for (int round = 0; round < 2000 && !HasFailure(); ++round) {
    const bool in_hours = generator.one_in(2);
    const int rate = in_hours ? generator.between(4, 23) : generator.between(1, generator.one_in(2) ? 40 : 999);
    const bool as_days = !in_hours && generator.one_in(2);
    RotationRules rules{.duration = generator.duration()};
    if (as_days) {
      rules.automatically_after_days = rate;
    } else {
      rules.schedule_expression = "rate(" + std::to_string(rate) + (in_hours ? " hours)" : " days)");
    }
    SCOPED_TRACE(std::to_string(rate) + " " + rules.schedule_expression + " " + rules.duration);
    const auto schedule = RotationSchedule::parse(rules);
    const bool too_long = in_hours && !rules.duration.empty() && std::stoi(rules.duration) > rate;
    ASSERT_EQ(schedule.ok(), !too_long);
    if (too_long) continue;
    const Time last = generator.time();
    int64_t hour = hour_after(last);
    for (int midnights = 0; in_hours ? hour % 24 % rate != 0 : (midnights += hour % 24 == 0) < rate;)
      ++hour;
    const int64_t until_midnight = 24 - hour % 24;
    const int64_t by_default = in_hours ? 1 : until_midnight;
    const int64_t length = rules.duration.empty() ? by_default : std::stoi(rules.duration);
    expect_window(*schedule, last, hour, std::min(length, until_midnight));
  }
}

// Whoever rotates at any moment of a window waits for another window: no window is served twice, and none overlap.
TEST(RotationScheduleProperty, WindowsFollowEachOtherWithoutOverlap) {
  Generator generator(7);
  for (int round = 0; round < 2000 && !HasFailure(); ++round) {
    const RotationRules rules{.duration = generator.duration(),
                              .schedule_expression = "cron(" + generator.cron() + ")"};
    const auto schedule = RotationSchedule::parse(rules);
    if (!schedule.ok()) continue;
    SCOPED_TRACE(rules.schedule_expression + " " + rules.duration);
    RotationWindow window = schedule->next_window(generator.time());
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(start_of_day(window.begin), start_of_day(window.end));
      EXPECT_LT(window.begin, window.end);
      const RotationWindow next = schedule->next_window(window.begin);
      EXPECT_GT(next.begin, window.end);
      EXPECT_EQ(schedule->next_window(window.end), next);
      window = next;
    }
  }
}

}  // namespace
}  // namespace coffer::secrets
