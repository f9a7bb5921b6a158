// What ExplainDecision answered, as an operator reads it: who was denied what, who had a say, what is missing, and the
// statement to add, ready to be pasted. Pure.
#pragma once

#include <string>

#include "wire/value.h"

namespace coffer::cli {

// Members that are missing are left out.
std::string decisions_text(const wire::Value& answer);

}  // namespace coffer::cli
