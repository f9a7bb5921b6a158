#include "organizations/ids.h"

#include <algorithm>

namespace coffer::organizations {
namespace {

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr size_t kMaxPart = 32;
constexpr size_t kMaxPolicyPart = 128;
// As many characters as AWS's have.
constexpr size_t kOrganizationPart = 10;
constexpr size_t kRootPart = 4;
constexpr size_t kUnitPart = 8;
constexpr size_t kPolicyPart = 8;
constexpr size_t kRequestPart = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

// `min` to 32 small letters and digits.
bool is_part(std::string_view text, size_t min) {
  return text.size() >= min && text.size() <= kMaxPart &&
         std::ranges::all_of(text, [](char c) { return is_small(c) || is_digit(c); });
}

bool take_prefix(std::string_view prefix, std::string_view& text) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_root(std::string_view text) {
  return take_prefix("r-", text) && is_part(text, kRootPart);
}

bool is_unit(std::string_view text) {
  if (!take_prefix("ou-", text)) return false;
  const size_t dash = text.find('-');
  return dash != std::string_view::npos && is_part(text.substr(0, dash), kRootPart) &&
         is_part(text.substr(dash + 1), kUnitPart);
}

template <class Drawn>
Drawn draw(std::string prefix, size_t length, Random& random) {
  return *Drawn::parse(prefix + random.text(length, kAlphabet));
}

}  // namespace

bool OrganizationIdTag::is_valid(std::string_view text) {
  return take_prefix("o-", text) && is_part(text, kOrganizationPart);
}

bool NodeIdTag::is_valid(std::string_view text) {
  return AccountIdTag::is_valid(text) || is_root(text) || is_unit(text);
}

bool PolicyIdTag::is_valid(std::string_view text) {
  return take_prefix("p-", text) && text.size() >= kPolicyPart && text.size() <= kMaxPolicyPart &&
         std::ranges::all_of(text, [](char c) { return is_small(c) || is_capital(c) || is_digit(c) || c == '_'; });
}

bool RequestIdTag::is_valid(std::string_view text) {
  return take_prefix("car-", text) && is_part(text, kUnitPart);
}

NodeKind kind_of(const NodeId& id) {
  if (id.text().starts_with('r')) return NodeKind::kRoot;
  return id.text().starts_with('o') ? NodeKind::kUnit : NodeKind::kAccount;
}

NodeId node_of(const AccountId& account) {
  return *NodeId::parse(account.text());
}

AccountId account_of(const NodeId& id) {
  return *AccountId::parse(id.text());
}

OrganizationId draw_organization_id(Random& random) {
  return draw<OrganizationId>("o-", kOrganizationPart, random);
}

NodeId draw_root_id(Random& random) {
  return draw<NodeId>("r-", kRootPart, random);
}

NodeId draw_unit_id(const NodeId& root, Random& random) {
  return draw<NodeId>("ou-" + root.text().substr(2) + "-", kUnitPart, random);
}

PolicyId draw_policy_id(Random& random) {
  return draw<PolicyId>("p-", kPolicyPart, random);
}

RequestId draw_request_id(Random& random) {
  return draw<RequestId>("car-", kRequestPart, random);
}

}  // namespace coffer::organizations
