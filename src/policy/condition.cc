#include "policy/condition.h"

#include "base/encoding.h"
#include "policy/condition_value.h"
#include "policy/text.h"

namespace coffer::policy {
namespace {

struct Name {
  std::string_view text;
  Comparison comparison;
};

constexpr Name kNames[] = {
    {"StringEquals", Comparison::kStringEquals},
    {"StringNotEquals", Comparison::kStringNotEquals},
    {"StringEqualsIgnoreCase", Comparison::kStringEqualsIgnoreCase},
    {"StringNotEqualsIgnoreCase", Comparison::kStringNotEqualsIgnoreCase},
    {"StringLike", Comparison::kStringLike},
    {"StringNotLike", Comparison::kStringNotLike},
    {"NumericEquals", Comparison::kNumericEquals},
    {"NumericNotEquals", Comparison::kNumericNotEquals},
    {"NumericLessThan", Comparison::kNumericLessThan},
    {"NumericLessThanEquals", Comparison::kNumericLessThanEquals},
    {"NumericGreaterThan", Comparison::kNumericGreaterThan},
    {"NumericGreaterThanEquals", Comparison::kNumericGreaterThanEquals},
    {"DateEquals", Comparison::kDateEquals},
    {"DateNotEquals", Comparison::kDateNotEquals},
    {"DateLessThan", Comparison::kDateLessThan},
    {"DateLessThanEquals", Comparison::kDateLessThanEquals},
    {"DateGreaterThan", Comparison::kDateGreaterThan},
    {"DateGreaterThanEquals", Comparison::kDateGreaterThanEquals},
    {"Bool", Comparison::kBool},
    {"BinaryEquals", Comparison::kBinaryEquals},
    {"IpAddress", Comparison::kIpAddress},
    {"NotIpAddress", Comparison::kNotIpAddress},
    {"ArnEquals", Comparison::kArnEquals},
    {"ArnNotEquals", Comparison::kArnNotEquals},
    {"ArnLike", Comparison::kArnLike},
    {"ArnNotLike", Comparison::kArnNotLike},
    {"Null", Comparison::kNull},
};

constexpr std::string_view kForAnyValue = "ForAnyValue:";
constexpr std::string_view kForAllValues = "ForAllValues:";
constexpr std::string_view kIfExists = "IfExists";
constexpr size_t kLongestOperator = 64;

bool take_front(std::string_view& text, std::string_view beginning) {
  if (!is_same_text(text.substr(0, beginning.size()), beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

bool take_back(std::string_view& text, std::string_view end) {
  if (text.size() < end.size() || !is_same_text(text.substr(text.size() - end.size()), end)) return false;
  text.remove_suffix(end.size());
  return true;
}

}  // namespace

std::optional<ConditionOperator> ConditionOperator::parse(std::string_view name) {
  if (name.size() > kLongestOperator) return std::nullopt;
  std::string_view rest = name;
  ConditionOperator op;
  if (take_front(rest, kForAnyValue)) {
    op.quantifier = Quantifier::kForAnyValue;
  } else if (take_front(rest, kForAllValues)) {
    op.quantifier = Quantifier::kForAllValues;
  }
  op.if_exists = take_back(rest, kIfExists);
  for (const Name& known : kNames) {
    if (!is_same_text(known.text, rest)) continue;
    op.comparison = known.comparison;
    const bool is_plain = op.quantifier == Quantifier::kNone && !op.if_exists;
    if (op.comparison == Comparison::kNull && !is_plain) return std::nullopt;
    return op;
  }
  return std::nullopt;
}

std::string ConditionOperator::text() const {
  std::string text;
  if (quantifier == Quantifier::kForAnyValue) text = kForAnyValue;
  if (quantifier == Quantifier::kForAllValues) text = kForAllValues;
  text += std::ranges::find(kNames, comparison, &Name::comparison)->text;
  if (if_exists) text += kIfExists;
  return text;
}

bool is_condition_key(std::string_view text) {
  const size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 0 && colon + 1 < text.size();
}

bool is_value_for(Comparison comparison, std::string_view value) {
  switch (comparison) {
    case Comparison::kStringEquals:
    case Comparison::kStringNotEquals:
    case Comparison::kStringEqualsIgnoreCase:
    case Comparison::kStringNotEqualsIgnoreCase:
    case Comparison::kStringLike:
    case Comparison::kStringNotLike:
    case Comparison::kArnEquals:
    case Comparison::kArnNotEquals:
    case Comparison::kArnLike:
    case Comparison::kArnNotLike:
      return true;
    case Comparison::kNumericEquals:
    case Comparison::kNumericNotEquals:
    case Comparison::kNumericLessThan:
    case Comparison::kNumericLessThanEquals:
    case Comparison::kNumericGreaterThan:
    case Comparison::kNumericGreaterThanEquals:
      return parse_number(value).has_value();
    case Comparison::kDateEquals:
    case Comparison::kDateNotEquals:
    case Comparison::kDateLessThan:
    case Comparison::kDateLessThanEquals:
    case Comparison::kDateGreaterThan:
    case Comparison::kDateGreaterThanEquals:
      return parse_policy_time(value).has_value();
    case Comparison::kBool:
      return parse_truth(value).has_value() || has_variable(value);
    case Comparison::kNull:
      return parse_truth(value).has_value();
    case Comparison::kBinaryEquals:
      return base64_decode(value).has_value();
    case Comparison::kIpAddress:
    case Comparison::kNotIpAddress:
      return AddressRange::parse(value).has_value();
  }
  std::abort();
}

}  // namespace coffer::policy
