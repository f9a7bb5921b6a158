// Text for a terminal: lines that are no longer than a person likes to read. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::cli {

inline constexpr size_t kWidth = 100;  // columns

// What comes before the first line and before all others.
struct Indent {
  std::string first;
  size_t others;
};

// The words of `text` on lines of at most kWidth columns, each with a line end; a word that is longer than that (an
// ARN) has a line of its own. Spaces and line ends of the text count as one space.
std::string wrapped(std::string_view text, const Indent& indent);

// With spaces behind it, up to `width` columns.
std::string padded(std::string_view text, size_t width);

// "us-east-1, us-west-2".
std::string joined(const std::vector<std::string>& names);

// "1 secret", "2 secrets"; with `many` also "1 secret has", "2 secrets have".
std::string counted(int64_t count, std::string_view one, std::string_view many = {});
inline std::string counted(size_t count, std::string_view one, std::string_view many = {}) {
  return counted(static_cast<int64_t>(count), one, many);
}

}  // namespace coffer::cli
