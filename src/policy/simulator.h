// Decides about a request that is written as one line of JSON, with the policies in it, and says why: what
// `coffer policy evaluate` answers. Pure; takes anything. The format is in tests/policies/evaluation/README.md.
#pragma once

#include <string>
#include <string_view>

namespace coffer::policy {

// {"id", "result": "allow" or "deny", "decision", "reasons", "message"}, where `message` is what the caller would be
// told and only stands in a refusal; or {"id", "error"} for a line that is not understood, without `id` if that is not
// either. No line break at the end.
std::string evaluate_line(std::string_view json);

}  // namespace coffer::policy
