#include "policy/breadth.h"

#include <algorithm>

#include "policy/condition_value.h"
#include "policy/text.h"

namespace coffer::policy {
namespace {

// What of a value must be fixed.
enum class Pin { kWhole, kArn, kUserId, kAddress };

struct PinningKey {
  std::string_view small;
  Pin pin;
};

constexpr PinningKey kPinningKeys[] = {
    {"aws:principalaccount", Pin::kWhole}, {"aws:principalorgid", Pin::kWhole}, {"aws:sourceaccount", Pin::kWhole},
    {"aws:sourcevpc", Pin::kWhole},        {"aws:sourcevpce", Pin::kWhole},     {"aws:principalarn", Pin::kArn},
    {"aws:sourcearn", Pin::kArn},          {"aws:userid", Pin::kUserId},        {"aws:sourceip", Pin::kAddress},
};

bool is_fixed(std::string_view text) {
  return !text.empty() && !has_wildcard(text) && !has_variable(text);
}

bool compares_text(Comparison comparison) {
  return comparison == Comparison::kStringEquals || comparison == Comparison::kStringEqualsIgnoreCase ||
         comparison == Comparison::kStringLike;
}

bool compares_arns(Comparison comparison) {
  return comparison == Comparison::kArnEquals || comparison == Comparison::kArnLike;
}

// Where text is compared, a '*' before the account reaches across colons, and what looks like the account may be
// anything.
bool is_fixed_arn(std::string_view text, Comparison comparison) {
  const auto fields = split_arn(text);
  if (!fields || has_variable(text)) return false;
  const std::string_view account = (*fields)[4];
  if (account.empty()) return is_fixed(text);
  if (has_wildcard(account)) return false;
  const std::string_view before_account = text.substr(0, static_cast<size_t>(account.data() - text.data()));
  return compares_arns(comparison) || !has_wildcard(before_account);
}

// "AIDA...", "AROA...:session", "AROA...:*".
bool is_fixed_user_id(std::string_view text) {
  return !has_variable(text) && is_fixed(text.substr(0, text.find(':')));
}

bool is_narrow(std::string_view text) {
  const auto range = AddressRange::parse(text);
  if (!range) return false;
  for (const std::string_view block : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"}) {
    if (AddressRange::parse(block)->contains(*range)) return true;
  }
  // Among the first 96 bits of IPv6 is all of IPv4.
  const AddressRange mapped = *AddressRange::parse("::ffff:0:0/95");
  if (range->contains(mapped)) return false;
  return range->prefix() >= (range->family() == AddressRange::Family::kIpv4 ? 8 : 32);
}

bool is_fixed(std::string_view value, Pin pin, Comparison comparison) {
  switch (pin) {
    case Pin::kWhole:
      return compares_text(comparison) && is_fixed(value);
    case Pin::kArn:
      return (compares_text(comparison) || compares_arns(comparison)) && is_fixed_arn(value, comparison);
    case Pin::kUserId:
      return compares_text(comparison) && is_fixed_user_id(value);
    case Pin::kAddress:
      return comparison == Comparison::kIpAddress && is_narrow(value);
  }
  std::abort();
}

bool pins_callers(const Condition& condition) {
  if (condition.op.if_exists || condition.op.quantifier == Quantifier::kForAllValues) return false;
  const std::string key = to_small(condition.key);
  const auto* const known = std::ranges::find(kPinningKeys, key, &PinningKey::small);
  if (known == std::end(kPinningKeys)) return false;
  return std::ranges::all_of(
      condition.values, [&](const std::string& value) { return is_fixed(value, known->pin, condition.op.comparison); });
}

bool covers_everyone(const Selection<PrincipalName>& principals) {
  return principals.selects == Selects::kAllButListed ||
         std::ranges::any_of(principals.items,
                             [](const PrincipalName& name) { return name.kind == PrincipalName::Kind::kEveryone; });
}

}  // namespace

bool grants_public_access(const Document& document) {
  return std::ranges::any_of(document.statements, [](const Statement& statement) {
    return statement.effect == Effect::kAllow && statement.principals && covers_everyone(*statement.principals) &&
           std::ranges::none_of(statement.conditions, pins_callers);
  });
}

}  // namespace coffer::policy
