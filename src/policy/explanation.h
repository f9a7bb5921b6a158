// Why a decision is as it is, in sentences for the operator who asks. Names policies, statements, elements and
// condition keys; never repeats a value of the request. For those who may read the policies: a caller gets
// access_denied().
#pragma once

#include <string>
#include <vector>

#include "policy/evaluator.h"

namespace coffer::policy {

// First what decided. When the answer was no, then what each party says, which other statements deny, and which
// statements for the action would have allowed and failed on what. At most kMaxReasons.
inline constexpr size_t kMaxReasons = 100;
std::vector<std::string> explain(const Decision& decision, const Trace& trace);

}  // namespace coffer::policy
