// Values of conditions and condition keys, which JSON may write as strings, numbers or booleans. Inside of this room
// only.
#pragma once

#include <optional>
#include <string>

#include "wire/value.h"

namespace coffer::policy {

// As JSON writes it; nullopt for null, lists and objects.
std::optional<std::string> scalar_text(const wire::Value& value);

}  // namespace coffer::policy
