#include "base/ids.h"

#include <algorithm>

namespace coffer {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

}  // namespace

bool AccountIdTag::is_valid(std::string_view text) {
  return text.size() == 12 && std::ranges::all_of(text, is_digit);
}

bool RegionTag::is_valid(std::string_view text) {
  if (text.empty() || text.size() > 128) return false;
  const size_t dash = text.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == text.size()) return false;
  if (!std::ranges::all_of(text.substr(dash + 1), is_digit)) return false;
  bool word_open = false;  // a letter was seen since the last dash
  for (char c : text.substr(0, dash + 1)) {
    if (is_lower(c)) {
      word_open = true;
    } else if (c == '-' && word_open) {
      word_open = false;
    } else {
      return false;
    }
  }
  return true;
}

bool AccessKeyIdTag::is_valid(std::string_view text) {
  return text.size() >= 16 && text.size() <= 128 &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || is_upper(c); });
}

bool VersionIdTag::is_valid(std::string_view text) {
  return text.size() >= 32 && text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c != '/' && c != 0x7f; });
}

}  // namespace coffer
