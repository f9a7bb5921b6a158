#include "policy/condition_value.h"

#include <arpa/inet.h>

#include <charconv>
#include <cmath>
#include <string>

#include "policy/text.h"

namespace coffer::policy {
namespace {

bool are_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// Reads fields of fixed width; after the first failure nothing more is read.
class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  int number(size_t width) {
    if (rest_.size() < width || !are_digits(rest_.substr(0, width))) return fail();
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + width, value);
    rest_.remove_prefix(width);
    return value;
  }
  void expect(char wanted) {
    if (!take(wanted)) fail();
  }
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // What stands behind the point of seconds, in milliseconds; further digits are cut off.
  int milliseconds() {
    size_t digits = 0;
    while (digits < rest_.size() && is_digit(rest_[digits]))
      ++digits;
    if (digits == 0) return fail();
    std::string text(rest_.substr(0, std::min<size_t>(digits, 3)));
    text.resize(3, '0');
    rest_.remove_prefix(digits);
    return std::stoi(text);
  }
  bool ended() const { return rest_.empty(); }
  bool good() const { return good_; }

 private:
  int fail() {
    good_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

// Behind the 'T': "10:00Z", "10:00:00.5+02:00".
std::optional<Duration> parse_time_of_day(TimeReader& reader) {
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  const int hour = reader.number(2);
  reader.expect(':');
  const int minute = reader.number(2);
  const int second = reader.take(':') ? reader.number(2) : 0;
  const int fraction = reader.take('.') ? reader.milliseconds() : 0;
  Duration offset{};
  if (!reader.take('Z')) {
    const bool is_east = reader.take('+');
    if (!is_east) reader.expect('-');
    const int offset_hours = reader.number(2);
    reader.expect(':');
    const int offset_minutes = reader.number(2);
    if (offset_hours > 23 || offset_minutes > 59) return std::nullopt;
    offset = hours(offset_hours) + minutes(offset_minutes);
    if (!is_east) offset = -offset;
  }
  if (!reader.good() || !reader.ended() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return hours(hour) + minutes(minute) + seconds(second) + Duration(fraction) - offset;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> parse_truth(std::string_view text) {
  if (text.size() > 5) return std::nullopt;
  const std::string small = to_small(text);
  if (small == "true") return true;
  if (small == "false") return false;
  return std::nullopt;
}

std::optional<Time> parse_policy_time(std::string_view text) {
  if (text.size() > 4 && text.size() <= 12 && are_digits(text)) {
    int64_t seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return Time(std::chrono::seconds(seconds));
  }
  TimeReader reader(text);
  const int year = reader.number(4);
  const int month = reader.take('-') ? reader.number(2) : 1;
  const int day = reader.take('-') ? reader.number(2) : 1;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!reader.good() || !date.ok()) return std::nullopt;
  const Time midnight = std::chrono::sys_days(date);
  if (reader.ended()) return midnight;
  // A time needs a whole date: year, month and day are ten characters.
  if (text.size() < 11 || text[10] != 'T' || !reader.take('T')) return std::nullopt;
  const auto time_of_day = parse_time_of_day(reader);
  if (!time_of_day) return std::nullopt;
  return midnight + *time_of_day;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const std::string address(text.substr(0, slash));
  if (address.size() >= INET6_ADDRSTRLEN || address.find('\0') != std::string::npos) return std::nullopt;
  AddressRange range;
  if (inet_pton(AF_INET, address.c_str(), range.address_.data()) != 1) {
    range.family_ = Family::kIpv6;
    if (inet_pton(AF_INET6, address.c_str(), range.address_.data()) != 1) return std::nullopt;
  }
  const int bits = range.family_ == Family::kIpv4 ? 32 : 128;
  range.prefix_ = bits;
  if (slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(slash + 1);
    if (!are_digits(prefix) || prefix.size() > 3 || (prefix.size() > 1 && prefix.front() == '0')) return std::nullopt;
    std::from_chars(prefix.data(), prefix.data() + prefix.size(), range.prefix_);
    if (range.prefix_ > bits) return std::nullopt;
  }
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (range.family_ == Family::kIpv6 && range.prefix_ >= 96 &&
      std::equal(kMapped.begin(), kMapped.end(), range.address_.begin())) {
    std::copy(range.address_.begin() + 12, range.address_.end(), range.address_.begin());
    range.family_ = Family::kIpv4;
    range.prefix_ -= 96;
  }
  return range;
}

bool AddressRange::contains(const AddressRange& other) const {
  if (family_ != other.family_ || prefix_ > other.prefix_) return false;
  for (int bit = 0; bit < prefix_; ++bit) {
    const size_t byte = static_cast<size_t>(bit) / 8;
    const int mask = 0x80 >> (bit % 8);
    if ((address_[byte] & mask) != (other.address_[byte] & mask)) return false;
  }
  return true;
}

}  // namespace coffer::policy
