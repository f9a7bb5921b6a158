// The operations against the model: the same steps for a secret in memory, from JSON to JSON, and after each step the
// answer, the labels of all versions as every operation shows them, and the values that reads find by label and by id.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/secretsmanager/testing/label_model.h"

namespace coffer::secretsmanager::testing {

struct Difference {
  size_t steps;      // how many it took
  std::string what;  // what was found, and what the model says
};

// The same steps find the same difference, always.
std::optional<Difference> first_difference(const std::vector<Step>& steps, const Rules& rules);

// Fewer steps that differ, too, maybe in another way: none of them can be left out, unless there are so many that
// trying takes too long. REQUIRES: there is a difference.
std::vector<Step> shrunk(std::vector<Step> steps, const Rules& rules);

}  // namespace coffer::secretsmanager::testing
