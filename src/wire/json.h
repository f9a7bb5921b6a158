// JSON in: strict RFC 8259 with limits, into a Document. Boost.JSON's parser is hidden in json.cc.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"
#include "wire/value.h"

namespace coffer::wire {

struct JsonLimits {
  size_t max_depth = 32;
  size_t max_values = 20'000;  // values of all kinds in one document
};

// Clears `document` and fills it. kSerialization (empty message, as AWS answers) for malformed text, a duplicate member
// name, invalid UTF-8, a number that is neither an int64 nor a finite double, or a limit.
Result<void> parse_json(std::string_view text, const JsonLimits& limits, Document& document);

}  // namespace coffer::wire
