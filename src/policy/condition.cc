#include "policy/condition.h"

#include "base/encoding.h"
#include "policy/condition_value.h"
#include "policy/text.h"

namespace coffer::policy {
namespace {

struct Name {
  std::string_view small;
  Comparison comparison;
};

constexpr Name kNames[] = {
    {"stringequals", Comparison::kStringEquals},
    {"stringnotequals", Comparison::kStringNotEquals},
    {"stringequalsignorecase", Comparison::kStringEqualsIgnoreCase},
    {"stringnotequalsignorecase", Comparison::kStringNotEqualsIgnoreCase},
    {"stringlike", Comparison::kStringLike},
    {"stringnotlike", Comparison::kStringNotLike},
    {"numericequals", Comparison::kNumericEquals},
    {"numericnotequals", Comparison::kNumericNotEquals},
    {"numericlessthan", Comparison::kNumericLessThan},
    {"numericlessthanequals", Comparison::kNumericLessThanEquals},
    {"numericgreaterthan", Comparison::kNumericGreaterThan},
    {"numericgreaterthanequals", Comparison::kNumericGreaterThanEquals},
    {"dateequals", Comparison::kDateEquals},
    {"datenotequals", Comparison::kDateNotEquals},
    {"datelessthan", Comparison::kDateLessThan},
    {"datelessthanequals", Comparison::kDateLessThanEquals},
    {"dategreaterthan", Comparison::kDateGreaterThan},
    {"dategreaterthanequals", Comparison::kDateGreaterThanEquals},
    {"bool", Comparison::kBool},
    {"binaryequals", Comparison::kBinaryEquals},
    {"ipaddress", Comparison::kIpAddress},
    {"notipaddress", Comparison::kNotIpAddress},
    {"arnequals", Comparison::kArnEquals},
    {"arnnotequals", Comparison::kArnNotEquals},
    {"arnlike", Comparison::kArnLike},
    {"arnnotlike", Comparison::kArnNotLike},
    {"null", Comparison::kNull},
};

constexpr std::string_view kForAnyValue = "foranyvalue:";
constexpr std::string_view kForAllValues = "forallvalues:";
constexpr std::string_view kIfExists = "ifexists";
constexpr size_t kLongestOperator = 64;

}  // namespace

std::optional<ConditionOperator> ConditionOperator::parse(std::string_view name) {
  if (name.size() > kLongestOperator) return std::nullopt;
  const std::string small = to_small(name);
  std::string_view rest = small;
  ConditionOperator op;
  if (rest.starts_with(kForAnyValue)) {
    op.quantifier = Quantifier::kForAnyValue;
    rest.remove_prefix(kForAnyValue.size());
  } else if (rest.starts_with(kForAllValues)) {
    op.quantifier = Quantifier::kForAllValues;
    rest.remove_prefix(kForAllValues.size());
  }
  if (rest.ends_with(kIfExists)) {
    op.if_exists = true;
    rest.remove_suffix(kIfExists.size());
  }
  for (const Name& known : kNames) {
    if (known.small != rest) continue;
    op.comparison = known.comparison;
    const bool is_plain = op.quantifier == Quantifier::kNone && !op.if_exists;
    if (op.comparison == Comparison::kNull && !is_plain) return std::nullopt;
    return op;
  }
  return std::nullopt;
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
