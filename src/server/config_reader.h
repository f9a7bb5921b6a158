// A TOML file, read key by key. Whatever is missing, of the wrong type, out of bounds or unknown is collected with its
// line, and finish() reports the first of them: a typing error in a configuration must never be accepted and ignored.
// toml++ is hidden in the .cc. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coffer::server {

struct IntegerRange {
  int64_t min;
  int64_t max;
};

// One table of the file; copies refer to the same table.
class ConfigReader {
 public:
  // The root table. kUsage "FILE:LINE: ..." when `text` is not TOML.
  static Result<ConfigReader> parse(std::string_view text, const std::string& file);

  bool has(std::string_view key) const;

  // The value of the key. When it is absent, the fallback; without a fallback the key is required. After a fault the
  // value returned is the fallback, or empty, and finish() fails.
  std::string text(std::string_view key, const std::optional<std::string>& fallback = std::nullopt);
  int64_t integer(std::string_view key, IntegerRange range, const std::optional<int64_t>& fallback = std::nullopt);
  bool boolean(std::string_view key, const std::optional<bool>& fallback = std::nullopt);
  std::vector<std::string> texts(std::string_view key,
                                 const std::optional<std::vector<std::string>>& fallback = std::nullopt);

  // [key]: an empty table when absent.
  ConfigReader table(std::string_view key);
  // [[key]], in the order of the file.
  std::vector<ConfigReader> tables(std::string_view key);

  // Records a fault at the line of `key` (of the table, when the key is absent).
  void fail(std::string_view key, const std::string& message);

  // kUsage "FILE:LINE: what is wrong and what is allowed" for the first fault in the file, unknown keys included; what
  // is missing altogether comes after what is there and wrong.
  Result<void> finish() const;

 private:
  struct State;
  ConfigReader(std::shared_ptr<State> state, size_t table) : state_(std::move(state)), table_(table) {}

  std::shared_ptr<State> state_;
  size_t table_;
};

}  // namespace coffer::server
