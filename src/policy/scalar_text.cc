#include "policy/scalar_text.h"

#include <charconv>
#include <cstdlib>

namespace coffer::policy {

std::optional<std::string> scalar_text(const wire::Value& value) {
  switch (value.kind()) {
    case wire::Kind::kBoolean:
      return value.as_boolean() ? "true" : "false";
    case wire::Kind::kInteger:
      return std::to_string(value.as_integer());
    case wire::Kind::kReal: {
      char digits[32];
      const auto end = std::to_chars(std::begin(digits), std::end(digits), value.as_real());
      return std::string(digits, end.ptr);
    }
    case wire::Kind::kString:
      return std::string(value.as_string());
    case wire::Kind::kNull:
    case wire::Kind::kList:
    case wire::Kind::kObject:
      return std::nullopt;
  }
  std::abort();
}

}  // namespace coffer::policy
