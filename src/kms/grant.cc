#include "kms/grant.h"

#include <algorithm>
#include <iterator>

namespace coffer::kms {
namespace {

// In the order of the numbers.
constexpr std::string_view kNames[] = {"Decrypt",
                                       "Encrypt",
                                       "GenerateDataKey",
                                       "GenerateDataKeyWithoutPlaintext",
                                       "ReEncryptFrom",
                                       "ReEncryptTo",
                                       "CreateGrant",
                                       "RetireGrant",
                                       "DescribeKey",
                                       "GenerateDataKeyPair",
                                       "GenerateDataKeyPairWithoutPlaintext"};
constexpr std::string_view kRootBegin = "arn:aws:iam::";
constexpr std::string_view kRootEnd = ":root";
constexpr uint32_t kAllBits = (1U << std::size(kNames)) - 1;

bool has_context(GrantOperation operation) {
  switch (operation) {
    case GrantOperation::kDecrypt:
    case GrantOperation::kEncrypt:
    case GrantOperation::kGenerateDataKey:
    case GrantOperation::kGenerateDataKeyWithoutPlaintext:
    case GrantOperation::kReEncryptFrom:
    case GrantOperation::kReEncryptTo:
    case GrantOperation::kGenerateDataKeyPair:
    case GrantOperation::kGenerateDataKeyPairWithoutPlaintext:
      return true;
    case GrantOperation::kCreateGrant:
    case GrantOperation::kRetireGrant:
    case GrantOperation::kDescribeKey:
      return false;
  }
  std::abort();
}

// Asked for each grant of a key: builds no ARN.
bool is_root_of(std::string_view account, std::string_view arn) {
  return arn.size() == kRootBegin.size() + account.size() + kRootEnd.size() && arn.starts_with(kRootBegin) &&
         arn.substr(kRootBegin.size()).starts_with(account) && arn.ends_with(kRootEnd);
}

template <class Pairs>
bool includes(const Pairs& all, const ContextPairs& some) {
  return std::ranges::all_of(some, [&all](const auto& pair) {
    return std::ranges::any_of(
        all, [&pair](const auto& other) { return other.first == pair.first && other.second == pair.second; });
  });
}

template <class Pairs>
bool equals(const Pairs& context, const ContextPairs& pairs) {
  return context.size() == pairs.size() && includes(context, pairs);
}

}  // namespace

std::string_view name_of(GrantOperation operation) {
  return kNames[static_cast<size_t>(operation)];
}

std::optional<GrantOperation> parse_grant_operation(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<GrantOperation>(found - std::begin(kNames));
}

std::optional<GrantOperation> operation_of_action(std::string_view action) {
  constexpr std::string_view kService = "kms:";
  if (!action.starts_with(kService)) return std::nullopt;
  return parse_grant_operation(action.substr(kService.size()));
}

GrantOperations::GrantOperations(std::initializer_list<GrantOperation> operations) {
  for (const GrantOperation operation : operations)
    add(operation);
}

std::optional<GrantOperations> GrantOperations::from_bits(uint32_t bits) {
  if ((bits & ~kAllBits) != 0) return std::nullopt;
  GrantOperations operations;
  operations.bits_ = bits;
  return operations;
}

std::vector<std::string_view> GrantOperations::names() const {
  std::vector<std::string_view> all;
  for (size_t number = 0; number < std::size(kNames); ++number) {
    if (has(static_cast<GrantOperation>(number))) all.push_back(kNames[number]);
  }
  return all;
}

bool GrantConstraints::allow(const EncryptionContext& context) const {
  if (context_equals && !equals(context, *context_equals)) return false;
  return !context_subset || includes(context, *context_subset);
}

bool GrantConstraints::are_as_strict_as(const GrantConstraints& those) const {
  if (those.context_equals && !(context_equals && equals(*context_equals, *those.context_equals))) return false;
  if (!those.context_subset) return true;
  return (context_equals && includes(*context_equals, *those.context_subset)) ||
         (context_subset && includes(*context_subset, *those.context_subset));
}

std::string root_arn(std::string_view account) {
  return std::string(kRootBegin).append(account).append(kRootEnd);
}

const std::string& identity_of(const policy::PrincipalBinding& principal) {
  return principal.unique_id.empty() ? principal.text : principal.unique_id;
}

policy::GrantedTo granted_to(const policy::PrincipalBinding& principal, const policy::RequestPrincipal& caller) {
  using policy::GrantedTo;
  if (!caller.has_account()) return GrantedTo::kNobody;
  if (!principal.unique_id.empty()) {
    return principal.unique_id == caller.unique_id() ? GrantedTo::kCaller : GrantedTo::kNobody;
  }
  if (is_root_of(caller.account, principal.text)) return GrantedTo::kAccount;
  return principal.text == caller.arn ? GrantedTo::kCaller : GrantedTo::kNobody;
}

bool allows(const Grant& grant, GrantOperation operation, const EncryptionContext& context) {
  return grant.operations.has(operation) && (!has_context(operation) || grant.constraints.allow(context));
}

bool allows_to_pass_on(const Grant& grant, GrantOperations operations, const GrantConstraints& constraints) {
  return grant.operations.has(GrantOperation::kCreateGrant) && operations.is_within(grant.operations) &&
         constraints.are_as_strict_as(grant.constraints);
}

policy::GrantedTo may_retire(const Grant& grant, const policy::RequestPrincipal& caller) {
  using policy::GrantedTo;
  const bool is_issuer = caller.has_account() && caller.account == grant.issuer.text();
  GrantedTo strongest = is_issuer ? GrantedTo::kAccount : GrantedTo::kNobody;
  if (grant.retiring) strongest = std::max(strongest, granted_to(*grant.retiring, caller));
  if (grant.operations.has(GrantOperation::kRetireGrant)) {
    strongest = std::max(strongest, granted_to(grant.grantee, caller));
  }
  return strongest;
}

}  // namespace coffer::kms
