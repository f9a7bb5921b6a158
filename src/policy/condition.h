// One test of a Condition block: operator, key, values. Parsed and checked here, not evaluated.
// Follows "IAM JSON policy elements: Condition operators" (IAM user guide).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coffer::policy {

enum class Comparison {
  kStringEquals,
  kStringNotEquals,
  kStringEqualsIgnoreCase,
  kStringNotEqualsIgnoreCase,
  kStringLike,
  kStringNotLike,
  kNumericEquals,
  kNumericNotEquals,
  kNumericLessThan,
  kNumericLessThanEquals,
  kNumericGreaterThan,
  kNumericGreaterThanEquals,
  kDateEquals,
  kDateNotEquals,
  kDateLessThan,
  kDateLessThanEquals,
  kDateGreaterThan,
  kDateGreaterThanEquals,
  kBool,
  kBinaryEquals,
  kIpAddress,
  kNotIpAddress,
  kArnEquals,
  kArnNotEquals,
  kArnLike,
  kArnNotLike,
  kNull,
};

enum class Quantifier { kNone, kForAnyValue, kForAllValues };

struct ConditionOperator {
  Comparison comparison = Comparison::kStringEquals;
  Quantifier quantifier = Quantifier::kNone;
  bool if_exists = false;

  // "ForAnyValue:StringLikeIfExists". Case does not count. nullopt for any other name; Null takes neither prefix nor
  // suffix.
  static std::optional<ConditionOperator> parse(std::string_view name);
  // In the letters of the documentation.
  std::string text() const;
  bool operator==(const ConditionOperator&) const = default;
};

struct Condition {
  ConditionOperator op;
  std::string key;                  // as written; case does not count
  std::vector<std::string> values;  // at least one; numbers and booleans as JSON writes them

  bool operator==(const Condition&) const = default;
};

// "service:name": both not empty. Anything may follow (tag keys have colons and slashes).
bool is_condition_key(std::string_view text);

// False when the comparison can never be true for `value` because it is no number, time, truth value, address range or
// base64. A value with a policy variable passes where variables are allowed (text, ARNs, Bool).
bool is_value_for(Comparison comparison, std::string_view value);

}  // namespace coffer::policy
