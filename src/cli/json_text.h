// JSON as a person reads it: members on lines of their own, but what fits on one line stays there. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "wire/value.h"

namespace coffer::cli {

// Without a line end behind it. `indent`: columns before the text on all lines but the first, which the caller has
// begun. The outermost object or list is always opened up.
std::string json_text(const wire::Value& value, size_t indent = 0);

}  // namespace coffer::cli
