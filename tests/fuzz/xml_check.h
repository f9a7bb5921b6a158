// Whether text is XML of the kind that our answers are: elements without attributes (but for the root's xmlns), text
// with the references that we write. Stricter than XML, and not a parser.
#pragma once

#include <string_view>
#include <vector>

#include "base/encoding.h"

namespace coffer::fuzz {

inline bool is_name(std::string_view name) {
  if (name.empty()) return false;
  for (char c : name) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
  }
  return true;
}

inline bool is_xml_text(std::string_view text) {
  if (!is_valid_utf8(text)) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    const auto c = static_cast<unsigned char>(rest.front());
    if (c == '>' || (c < 0x20 && c != '\t' && c != '\n')) return false;
    if (rest.starts_with("\xef\xbf\xbe") || rest.starts_with("\xef\xbf\xbf")) return false;
    if (c == '&' && !rest.starts_with("&amp;") && !rest.starts_with("&lt;") && !rest.starts_with("&gt;") &&
        !rest.starts_with("&#xD;")) {
      return false;
    }
  }
  return true;
}

inline bool is_xml(std::string_view text) {
  std::vector<std::string_view> open;
  bool has_root = false;
  while (!text.empty()) {
    const size_t tag = text.find('<');
    if (!is_xml_text(text.substr(0, tag)) || (open.empty() && tag != 0)) return false;
    if (tag == text.npos) return false;
    const size_t end = text.find('>', tag);
    if (end == text.npos) return false;
    std::string_view name = text.substr(tag + 1, end - tag - 1);
    text.remove_prefix(end + 1);
    if (name.starts_with('/')) {
      if (open.empty() || open.back() != name.substr(1)) return false;
      open.pop_back();
      if (open.empty()) return text.empty();
      continue;
    }
    if (open.empty()) {
      if (has_root) return false;
      has_root = true;
      name = name.substr(0, name.find(' '));
    }
    if (!is_name(name)) return false;
    open.push_back(name);
  }
  return false;
}

}  // namespace coffer::fuzz
