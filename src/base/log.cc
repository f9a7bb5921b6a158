#include "base/log.h"

#include <unistd.h>

#include "base/encoding.h"
#include "base/time_text.h"

namespace coffer {
namespace {

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

void append_escaped(std::string_view text, std::string& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte == 0x7f) {
      out.append("\\u00");
      out.push_back(kDigits[byte >> 4]);
      out.push_back(kDigits[byte & 15]);
    } else {
      out.push_back(c);
    }
  }
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  if (is_valid_utf8(text)) {
    append_escaped(text, out);
  } else {
    for (char c : text) {
      if (static_cast<unsigned char>(c) < 0x80) {
        append_escaped(std::string_view(&c, 1), out);
      } else {
        out.append("\xef\xbf\xbd");
      }
    }
  }
  out.push_back('"');
}

Log::Log(const Clock& clock, int descriptor, LogLevel level) : clock_(clock), descriptor_(descriptor), level_(level) {}

void Log::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
  if (level < level_) return;
  std::string line;
  line.reserve(256);
  line.append("{\"time\":\"").append(iso_extended(clock_.now()));
  line.append("\",\"level\":\"").append(level_name(level)).append("\",\"event\":");
  append_json_string(event, line);
  for (const LogField& field : fields) {
    line.push_back(',');
    append_json_string(field.name, line);
    line.push_back(':');
    if (field.is_number) {
      line.append(std::to_string(field.number));
    } else {
      append_json_string(field.text, line);
    }
  }
  line.append("}\n");
  // A log that cannot be written must not take the service down with it.
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, line.data(), line.size());
}

}  // namespace coffer
