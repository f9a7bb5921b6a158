// Characters as policies see them: ASCII, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace coffer::policy {

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr char to_small(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string to_small(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = to_small(c);
  return result;
}

// Whatever the case.
inline bool is_same_text(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  return one == other ||
         std::equal(one.begin(), one.end(), other.begin(), [](char a, char b) { return to_small(a) == to_small(b); });
}

// Letters, digits and `others`; not empty.
inline bool consists_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [others](char c) {
    return is_letter_or_digit(c) || others.find(c) != std::string_view::npos;
  });
}

// "aws", "aws-cn".
inline bool is_partition(std::string_view text) {
  return text == "aws" || (text.starts_with("aws-") && consists_of(text, "-"));
}

inline bool has_wildcard(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

inline bool has_variable(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

}  // namespace coffer::policy
