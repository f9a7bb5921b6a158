#include "iam/names.h"

#include <algorithm>

namespace coffer::iam {
namespace {

constexpr size_t kMaxPath = 512;
constexpr size_t kUniqueIdSuffix = 17;
constexpr std::string_view kUniqueIdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_name_character(char c) {
  return is_digit(c) || is_small(c) || is_capital(c) || std::string_view("_+=,.@-").find(c) != std::string_view::npos;
}
bool is_printable(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code >= 0x21 && code <= 0x7f;
}

}  // namespace

bool is_name(std::string_view text) {
  return std::ranges::all_of(text, is_name_character);
}

bool is_path_prefix(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text.substr(1), is_printable);
}

bool is_path(std::string_view text) {
  return is_path_prefix(text) && text.ends_with('/') && text != "//" && text.find('\x7f') == std::string_view::npos;
}

bool is_policy_path(std::string_view text) {
  if (!text.starts_with('/') || !text.ends_with('/') || text.find("//") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](char c) { return c == '/' || is_name_character(c); });
}

bool is_account_alias(std::string_view text) {
  if (text.size() < 3 || text.size() > 63 || text.starts_with('-') || text.ends_with('-')) return false;
  if (text.find("--") != std::string_view::npos) return false;
  return std::ranges::all_of(text, [](char c) { return is_digit(c) || is_small(c) || c == '-'; });
}

bool is_unique_id(std::string_view text) {
  return text.size() >= 16 && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || is_capital(c); });
}

bool is_policy_text(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return false;
    if (c < 0x80) continue;
    // U+0080 to U+00FF are C2 or C3 and one more byte.
    if (c != 0xc2 && c != 0xc3) return false;
    if (++i == text.size() || (static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return false;
  }
  return true;
}

std::string draw_unique_id(std::string_view prefix, Random& random) {
  return std::string(prefix) + random.text(kUniqueIdSuffix, kUniqueIdAlphabet);
}

Result<void> check_name(std::string_view name, size_t max) {
  if (!name.empty() && name.size() <= max && is_name(name)) return {};
  return Error{ErrorCode::kValidation,
               "The specified value for name is invalid. It must contain only alphanumeric characters and/or the "
               "following: +=,.@_-"};
}

Result<void> check_path(std::string_view path) {
  if (path.size() <= kMaxPath && is_path(path)) return {};
  return Error{ErrorCode::kValidation,
               "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
               "characters and/or / characters."};
}

}  // namespace coffer::iam
