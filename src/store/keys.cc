#include "store/keys.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace coffer::store {
namespace {

constexpr size_t kTimeDigits = 16;
constexpr std::string_view kOutboxFamily = "o";
constexpr char kMarkFormat = 1;
constexpr size_t kMarkHeader = 2 + 8 + 8;

void append_u64(uint64_t value, std::string& out) {
  for (int shift = 0; shift < 64; shift += 8)
    out.push_back(static_cast<char>(value >> shift & 0xff));
}

uint64_t read_u64(std::string_view bytes) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; --i)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

bool is_kind(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

}  // namespace

std::string make_key(std::string_view family, std::initializer_list<std::string_view> parts) {
  size_t size = family.size();
  for (std::string_view part : parts)
    size += 1 + part.size();
  std::string key;
  key.reserve(size);
  key += family;
  for (std::string_view part : parts) {
    key += kSeparator;
    key += part;
  }
  return key;
}

std::vector<std::string_view> key_parts(std::string_view family, std::string_view key) {
  std::vector<std::string_view> parts;
  if (!key.starts_with(family)) return parts;
  key.remove_prefix(family.size());
  if (key.empty() || key.front() != kSeparator) return parts;
  while (true) {
    key.remove_prefix(1);
    const size_t end = key.find(kSeparator);
    parts.push_back(key.substr(0, end));
    if (end == std::string_view::npos) return parts;
    key.remove_prefix(end);
  }
}

std::string time_part(Time time) {
  // Nothing was made before 1970; a clock that says so must not make keys that sort last.
  const int64_t milliseconds = std::max<int64_t>(0, time.time_since_epoch().count());
  char text[kTimeDigits + 1];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(milliseconds));
  return std::string(text, kTimeDigits);
}

std::optional<Time> parse_time_part(std::string_view part) {
  int64_t milliseconds = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), milliseconds, 16);
  if (part.size() != kTimeDigits || error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  const Time time{Duration(milliseconds)};
  if (time_part(time) != part) return std::nullopt;  // a sign, or digits in upper case
  return time;
}

std::string OutboxKey::text() const {
  return make_key(kOutboxFamily, {destination.text(), kind, account.text(), name});
}

std::string OutboxKey::prefix(const Region& destination) {
  return make_key(kOutboxFamily, {destination.text(), std::string_view()});
}

std::optional<OutboxKey> OutboxKey::parse(std::string_view key) {
  const std::vector<std::string_view> parts = key_parts(kOutboxFamily, key);
  if (parts.size() != 4) return std::nullopt;
  auto destination = Region::parse(parts[0]);
  auto account = parts[2].empty() ? AccountId() : AccountId::parse(parts[2]);
  if (!destination || !account || !is_kind(parts[1])) return std::nullopt;
  if (parts[1] == "secret" && (account->empty() || parts[3].empty())) return std::nullopt;
  return OutboxKey{std::move(*destination), std::string(parts[1]), std::move(*account), std::string(parts[3])};
}

std::string OutboxMark::encode() const {
  std::string bytes;
  bytes.reserve(kMarkHeader + suffix.size());
  bytes.push_back(kMarkFormat);
  bytes.push_back(static_cast<char>(action));
  append_u64(generation, bytes);
  append_u64(lineage_epoch, bytes);
  bytes += suffix;
  return bytes;
}

std::optional<OutboxMark> OutboxMark::parse(std::string_view value) {
  if (value.size() < kMarkHeader || value[0] != kMarkFormat) return std::nullopt;
  OutboxMark mark;
  mark.action = static_cast<Action>(value[1]);
  if (mark.action != Action::kUpdate && mark.action != Action::kRemove) return std::nullopt;
  mark.generation = read_u64(value.substr(2));
  mark.lineage_epoch = read_u64(value.substr(10));
  mark.suffix = value.substr(kMarkHeader);
  return mark;
}

}  // namespace coffer::store
