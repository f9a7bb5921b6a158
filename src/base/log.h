// Structured logging: one JSON object per line and event, with time, level, event name and fields.
// Never hand it a secret, a signature or a request body; there is no overload for SecretBytes, so that does not
// compile. Thread-safe; a line is written whole with one write().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace coffer {

class SecretBytes;

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  LogField(std::string_view name, std::string_view value) : name(name), text(value) {}
  LogField(std::string_view name, const char* value) : name(name), text(value) {}
  LogField(std::string_view name, const std::string& value) : name(name), text(value) {}
  LogField(std::string_view name, int64_t value) : name(name), number(value), is_number(true) {}
  LogField(std::string_view name, int value) : LogField(name, static_cast<int64_t>(value)) {}
  LogField(std::string_view name, size_t value) : LogField(name, static_cast<int64_t>(value)) {}
  LogField(std::string_view name, const SecretBytes& value) = delete;

  std::string_view name;
  std::string_view text;
  int64_t number = 0;
  bool is_number = false;
};

class Log {
 public:
  // Writes to the file descriptor, which must outlive the log. `clock` gives the time of each line.
  Log(const Clock& clock, int descriptor, LogLevel level);

  // `event` is a short snake_case name that never changes ("region_started"); what varies goes into fields.
  void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kInfo, event, fields);
  }
  void warning(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kWarning, event, fields);
  }
  void error(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kError, event, fields);
  }
  void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
    write(LogLevel::kDebug, event, fields);
  }

 private:
  const Clock& clock_;
  int descriptor_;
  LogLevel level_;
};

// Appends `text` as a JSON string with quotes; invalid UTF-8 bytes become U+FFFD.
void append_json_string(std::string_view text, std::string& out);

}  // namespace coffer
