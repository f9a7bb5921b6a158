// The Query dialect of IAM and STS, in: application/x-www-form-urlencoded text (a body, or the query string of a GET)
// into the tree that JSON becomes. Keys alone say what is what: "X.member.2" is an item of a list, "X.entry.1.key" of a
// map, "X.Y" a member; scalars stay untyped text until a shape reads them. So no table of any operation is needed
// here, and a card cannot tell the dialects apart.
// Promises: linear time for what SDKs send, whose keys are in order, n log n in the number of parameters for anything
// else (sorted and not hashed: nobody can make it slow by choosing names), and memory in proportion to the text and
// QueryLimits, whatever indexes it names.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/value.h"

namespace coffer::wire {

struct QueryLimits {
  size_t max_depth = 16;  // names in a key; "Tags.member.1.Key" has four
  size_t max_key_size = 512;
  size_t max_parameters = 10'000;
  size_t max_values = 20'000;  // values of all kinds in the tree, gaps in lists included
};

// Clears `document` and fills it with an object that has all parameters, Action and Version among them. Of parameters
// with the same key the first one counts. Items stand in the order of their indexes, which begin at 1; where one is
// missing there is null, or an empty object among objects (so do AWS's front ends, and a shape refuses it by its
// position). "X=" is text, which a shape takes for an empty list where it wants one. What stands where a list or a map
// has no place for it is ignored, as any unknown parameter is.
// kSerialization for broken escapes, invalid UTF-8, a key that has both a value and members, an index of 0, items
// without "member", map entries without key or value or with the same key, or a limit.
Result<void> parse_query(std::string_view form, const QueryLimits& limits, Document& document);

// The value of the first parameter of that name, decoded; nullopt when there is none or it is not well-formed.
std::optional<std::string> query_parameter(std::string_view form, std::string_view name);

}  // namespace coffer::wire
