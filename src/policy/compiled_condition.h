// One test of a Condition block in the form that is evaluated: values are parsed, patterns prepared, the operator taken
// apart. Immutable; pure.
//
// A negated operator (StringNotEquals, NotIpAddress, ...) holds when the comparison that it negates holds for none of
// the values, also when the request's value is not of the operator's type. What is [?] in AWS's documentation is
// settled in docs/decisions/0011-policy-evaluation.md. Follows "IAM JSON policy elements: Condition operators" and
// "Multivalued context keys" (IAM user guide).
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "policy/condition.h"
#include "policy/condition_value.h"
#include "policy/document.h"
#include "policy/request_context.h"
#include "policy/text_template.h"

namespace coffer::policy {

class CompiledCondition {
 public:
  CompiledCondition(const Condition& condition, LanguageVersion version);
  bool holds(const RequestContext& context) const;

 private:
  enum class Relation { kEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual };
  enum class Case { kCounts, kDoesNotCount };
  struct Texts {
    std::vector<TextValue> values;
    Case letters;
  };
  struct Patterns {
    std::vector<TextPattern> values;
  };
  struct Numbers {
    std::vector<double> values;
    Relation relation;
  };
  struct Times {
    std::vector<Time> values;
    Relation relation;
  };
  struct Truths {
    std::vector<TextValue> values;
  };
  struct Binaries {
    std::vector<std::string> values;  // base64
  };
  struct Addresses {
    std::vector<AddressRange> values;
  };
  struct Arns {
    std::vector<ArnTextPattern> values;
  };
  struct Absence {
    bool holds_when_missing;
    bool holds_when_there;
  };
  using Wanted = std::variant<Texts, Patterns, Numbers, Times, Truths, Binaries, Addresses, Arns, Absence>;
  class Matcher;

  static Wanted wanted_by(const Condition& condition, LanguageVersion version);
  bool satisfies(std::string_view value, const RequestContext& context) const;

  std::string key_;
  Quantifier quantifier_;
  bool if_exists_;
  bool negated_;
  Wanted wanted_;
};

// StringNotEquals, ArnNotLike, NotIpAddress and so on.
bool is_negated(Comparison comparison);

}  // namespace coffer::policy
