// The cases of tests/cases as data: read from their files, their variables filled in, and what was answered compared
// with what a case expects. tests/cases/README.md explains the format. JSON is text here. Pure but for load_cases().
#pragma once

#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace coffer::api::testing {

struct Case {
  std::string file;  // without folder and ".json"
  std::string name;
  std::string content;  // a JSON object; empty for a file that is not a list of objects with a name
};

void PrintTo(const Case& one, std::ostream* out);  // for GoogleTest

// The cases of all files in the folder, by file name, then as they stand.
std::vector<Case> load_cases(const std::string& folder);

using Variables = std::map<std::string, std::string>;

// "${name}" in any text becomes the variable's value, {"$repeat": ...}, {"$tags": ...} and {"$json": ...} what they
// stand for. A name that is not there stays, and shows in the failure.
std::string filled_in(std::string_view json, const Variables& variables);

enum class Members { kSomeOf, kAllOf };  // objects: others than those expected are allowed, or not

// What "@start" and "@now" mean.
struct Times {
  Time start;
  Time now;
};

// One line for each place where `found` is not as `expected`. `found` may be empty: no answer at all, which only null
// expects.
std::vector<std::string> differences(std::string_view found, std::string_view expected, Members members,
                                     const Times& times);

}  // namespace coffer::api::testing
