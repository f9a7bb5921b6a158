#include "cli/text_layout.h"

#include <algorithm>

#include "base/encoding.h"

namespace coffer::cli {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

// Columns, as far as characters have one each.
size_t columns(std::string_view text) {
  return is_valid_utf8(text) ? utf8_length(text) : text.size();
}

}  // namespace

std::string wrapped(std::string_view text, const Indent& indent) {
  std::string out = indent.first;
  size_t column = columns(indent.first);
  bool is_line_empty = true;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(kSpaces), text.size()));
    if (text.empty()) break;
    const std::string_view word = text.substr(0, text.find_first_of(kSpaces));
    text.remove_prefix(word.size());
    const size_t width = columns(word);
    if (!is_line_empty && column + 1 + width > kWidth) {
      out.append("\n").append(indent.others, ' ');
      column = indent.others;
      is_line_empty = true;
    }
    if (!is_line_empty) {
      out.push_back(' ');
      ++column;
    }
    out.append(word);
    column += width;
    is_line_empty = false;
  }
  return out + "\n";
}

std::string padded(std::string_view text, size_t width) {
  std::string out(text);
  out.append(width - std::min(width, columns(text)), ' ');
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

std::string counted(int64_t count, std::string_view one, std::string_view many) {
  std::string text = std::to_string(count) + " ";
  if (count == 1) return text.append(one);
  return many.empty() ? text.append(one).append("s") : text.append(many);
}

}  // namespace coffer::cli
