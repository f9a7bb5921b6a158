#include "cli/json_text.h"

#include <charconv>
#include <cstdlib>

#include "base/log.h"
#include "cli/text_layout.h"

namespace coffer::cli {
namespace {

std::string real_text(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(std::begin(buffer), std::end(buffer), value);
  return error == std::errc() ? std::string(buffer, end) : std::string("null");
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string scalar_text(const wire::Value& value) {
  switch (value.kind()) {
    case wire::Kind::kNull:
      return "null";
    case wire::Kind::kBoolean:
      return value.as_boolean() ? "true" : "false";
    case wire::Kind::kInteger:
      return std::to_string(value.as_integer());
    case wire::Kind::kReal:
      return real_text(value.as_real());
    case wire::Kind::kString:
      return quoted(value.as_string());
    case wire::Kind::kList:
    case wire::Kind::kObject:
      break;
  }
  std::abort();
}

std::string on_one_line(const wire::Value& value) {
  std::string text;
  if (value.kind() == wire::Kind::kList) {
    for (const wire::Value& item : value.as_list())
      text.append(text.empty() ? "" : ", ").append(on_one_line(item));
    return "[" + text + "]";
  }
  if (value.kind() == wire::Kind::kObject) {
    for (const wire::Member& member : value.as_object())
      text.append(text.empty() ? "" : ", ").append(quoted(member.name)).append(": ").append(on_one_line(member.value));
    return "{" + text + "}";
  }
  return scalar_text(value);
}

// `column`: where the text begins.
std::string laid_out(const wire::Value& value, size_t indent, size_t column);

std::string opened_up(const wire::Value& value, size_t indent) {
  const bool is_list = value.kind() == wire::Kind::kList;
  const std::string start = "\n" + std::string(indent + 2, ' ');
  std::string text = is_list ? "[" : "{";
  bool is_first = true;
  const auto add = [&](const std::string& name, const wire::Value& item) {
    text.append(is_first ? "" : ",").append(start).append(name);
    text += laid_out(item, indent + 2, indent + 2 + name.size());
    is_first = false;
  };
  if (is_list) {
    for (const wire::Value& item : value.as_list())
      add("", item);
  } else {
    for (const wire::Member& member : value.as_object())
      add(quoted(member.name) + ": ", member.value);
  }
  if (!is_first) text.append("\n").append(indent, ' ');
  return text + (is_list ? "]" : "}");
}

std::string laid_out(const wire::Value& value, size_t indent, size_t column) {
  const bool has_items = value.kind() == wire::Kind::kList || value.kind() == wire::Kind::kObject;
  std::string line = on_one_line(value);
  // A comma may follow.
  if (!has_items || column + line.size() < kWidth) return line;
  return opened_up(value, indent);
}

}  // namespace

std::string json_text(const wire::Value& value, size_t indent) {
  const bool has_items = value.kind() == wire::Kind::kList || value.kind() == wire::Kind::kObject;
  return has_items ? opened_up(value, indent) : scalar_text(value);
}

}  // namespace coffer::cli
