#include "policy/compiled_condition.h"

#include <algorithm>
#include <cstdlib>
#include <span>

#include "base/encoding.h"

namespace coffer::policy {
namespace {

template <class Value>
std::vector<Value> templates(const Condition& condition, LanguageVersion version) {
  std::vector<Value> values;
  values.reserve(condition.values.size());
  for (const std::string& text : condition.values)
    values.emplace_back(text, version);
  return values;
}

// What the operator could never be true for has been refused when the document was read; were it here, it would match
// nothing.
template <class Value>
std::vector<Value> parsed(const Condition& condition, std::optional<Value> (*parse)(std::string_view)) {
  std::vector<Value> values;
  for (const std::string& text : condition.values) {
    if (auto value = parse(text)) values.push_back(*std::move(value));
  }
  return values;
}

bool wants(const Condition& condition, bool truth) {
  return std::ranges::any_of(condition.values, [truth](const std::string& text) { return parse_truth(text) == truth; });
}

}  // namespace

bool is_negated(Comparison comparison) {
  switch (comparison) {
    case Comparison::kStringNotEquals:
    case Comparison::kStringNotEqualsIgnoreCase:
    case Comparison::kStringNotLike:
    case Comparison::kNumericNotEquals:
    case Comparison::kDateNotEquals:
    case Comparison::kNotIpAddress:
    case Comparison::kArnNotEquals:
    case Comparison::kArnNotLike:
      return true;
    case Comparison::kStringEquals:
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kNumericEquals:
    case Comparison::kNumericLessThan:
    case Comparison::kNumericLessThanEquals:
    case Comparison::kNumericGreaterThan:
    case Comparison::kNumericGreaterThanEquals:
    case Comparison::kDateEquals:
    case Comparison::kDateLessThan:
    case Comparison::kDateLessThanEquals:
    case Comparison::kDateGreaterThan:
    case Comparison::kDateGreaterThanEquals:
    case Comparison::kBool:
    case Comparison::kBinaryEquals:
    case Comparison::kIpAddress:
    case Comparison::kArnEquals:
    case Comparison::kArnLike:
    case Comparison::kNull:
      return false;
  }
  std::abort();
}

CompiledCondition::CompiledCondition(const Condition& condition, LanguageVersion version)
    : key_(condition.key),
      quantifier_(condition.op.quantifier),
      if_exists_(condition.op.if_exists),
      negated_(is_negated(condition.op.comparison)),
      wanted_(wanted_by(condition, version)) {}

CompiledCondition::Wanted CompiledCondition::wanted_by(const Condition& condition, LanguageVersion version) {
  const auto numbers = [&](Relation relation) { return Numbers{parsed<double>(condition, parse_number), relation}; };
  const auto times = [&](Relation relation) { return Times{parsed<Time>(condition, parse_policy_time), relation}; };
  switch (condition.op.comparison) {
    case Comparison::kStringEquals:
    case Comparison::kStringNotEquals:
      return Texts{templates<TextValue>(condition, version), Case::kCounts};
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringNotEqualsIgnoreCase:
      return Texts{templates<TextValue>(condition, version), Case::kDoesNotCount};
    case Comparison::kStringLike:
    case Comparison::kStringNotLike:
      return Patterns{templates<TextPattern>(condition, version)};
    case Comparison::kNumericEquals:
    case Comparison::kNumericNotEquals:
      return numbers(Relation::kEqual);
    case Comparison::kNumericLessThan:
      return numbers(Relation::kLess);
    case Comparison::kNumericLessThanEquals:
      return numbers(Relation::kLessOrEqual);
    case Comparison::kNumericGreaterThan:
      return numbers(Relation::kGreater);
    case Comparison::kNumericGreaterThanEquals:
      return numbers(Relation::kGreaterOrEqual);
    case Comparison::kDateEquals:
    case Comparison::kDateNotEquals:
      return times(Relation::kEqual);
    case Comparison::kDateLessThan:
      return times(Relation::kLess);
    case Comparison::kDateLessThanEquals:
      return times(Relation::kLessOrEqual);
    case Comparison::kDateGreaterThan:
      return times(Relation::kGreater);
    case Comparison::kDateGreaterThanEquals:
      return times(Relation::kGreaterOrEqual);
    case Comparison::kBool:
      return Truths{templates<TextValue>(condition, version)};
    case Comparison::kBinaryEquals:
      return Binaries{condition.values};
    case Comparison::kIpAddress:
    case Comparison::kNotIpAddress:
      return Addresses{parsed<AddressRange>(condition, AddressRange::parse)};
    case Comparison::kArnEquals:
    case Comparison::kArnNotEquals:
    case Comparison::kArnLike:
    case Comparison::kArnNotLike:
      return Arns{templates<ArnTextPattern>(condition, version)};
    case Comparison::kNull:
      return Absence{wants(condition, true), wants(condition, false)};
  }
  std::abort();
}

// Whether the comparison, not negated, holds between a value of the request and one of the wanted.
class CompiledCondition::Matcher {
 public:
  Matcher(std::string_view value, const RequestContext& context) : value_(value), context_(context) {}

  bool operator()(const Texts& wanted) const {
    return std::ranges::any_of(wanted.values, [&](const TextValue& one) {
      return wanted.letters == Case::kCounts ? one.equals(value_, context_)
                                             : one.equals_ignoring_case(value_, context_);
    });
  }
  bool operator()(const Patterns& wanted) const {
    return std::ranges::any_of(wanted.values, [&](const TextPattern& one) { return one.matches(value_, context_); });
  }
  bool operator()(const Numbers& wanted) const {
    const auto number = parse_number(value_);
    return number && is_related_to_any(*number, wanted.values, wanted.relation);
  }
  bool operator()(const Times& wanted) const {
    const auto time = parse_policy_time(value_);
    return time && is_related_to_any(*time, wanted.values, wanted.relation);
  }
  bool operator()(const Truths& wanted) const {
    const auto truth = parse_truth(value_);
    return truth && std::ranges::any_of(wanted.values, [&](const TextValue& one) {
             const auto text = one.resolve(context_);
             return text && parse_truth(*text) == truth;
           });
  }
  // The request's value is the bytes, or their base64 where they had to be written as text.
  bool operator()(const Binaries& wanted) const {
    const std::string encoded = base64_encode(std::as_bytes(std::span(value_)));
    return std::ranges::any_of(wanted.values, [&](const std::string& one) { return one == encoded || one == value_; });
  }
  bool operator()(const Addresses& wanted) const {
    const auto address = AddressRange::parse(value_);
    return address &&
           std::ranges::any_of(wanted.values, [&](const AddressRange& range) { return range.contains(*address); });
  }
  bool operator()(const Arns& wanted) const {
    const auto fields = split_six(value_);
    return fields && std::ranges::any_of(wanted.values,
                                         [&](const ArnTextPattern& one) { return one.matches(*fields, context_); });
  }
  bool operator()(const Absence&) const { std::abort(); }

 private:
  template <class Value>
  static bool is_related_to_any(const Value& value, const std::vector<Value>& wanted, Relation relation) {
    return std::ranges::any_of(wanted, [&](const Value& one) {
      switch (relation) {
        case Relation::kEqual:
          return value == one;
        case Relation::kLess:
          return value < one;
        case Relation::kLessOrEqual:
          return value <= one;
        case Relation::kGreater:
          return value > one;
        case Relation::kGreaterOrEqual:
          return value >= one;
      }
      std::abort();
    });
  }

  const std::string_view value_;
  const RequestContext& context_;
};

bool CompiledCondition::satisfies(std::string_view value, const RequestContext& context) const {
  return std::visit(Matcher(value, context), wanted_) != negated_;
}

bool CompiledCondition::holds(const RequestContext& context) const {
  const RequestContext::Values* const values = context.find(key_);
  const size_t count = values == nullptr ? 0 : values->size();
  if (const Absence* const absence = std::get_if<Absence>(&wanted_)) {
    return count == 0 ? absence->holds_when_missing : absence->holds_when_there;
  }
  if (count == 0 && quantifier_ == Quantifier::kNone) return if_exists_ || negated_;
  bool is_empty = true;  // no value, or empty texts only: what the documentation calls a null data set
  bool any = false;
  bool all = true;
  std::string scratch;
  for (size_t i = 0; i < count; ++i) {
    const std::string_view value = values->at(i, scratch);
    const bool satisfied = satisfies(value, context);
    is_empty = is_empty && value.empty();
    any = any || satisfied;
    all = all && satisfied;
  }
  switch (quantifier_) {
    case Quantifier::kNone:
      return any;
    case Quantifier::kForAnyValue:
      return any && !is_empty;
    case Quantifier::kForAllValues:
      return all || is_empty;
  }
  std::abort();
}

}  // namespace coffer::policy
