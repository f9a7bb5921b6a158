// Grants: what one says, and what it allows. A grant lets a principal use a key beside, and never against, what
// policies say. Follows "Grants in AWS KMS" (KMS developer guide). Pure; grants.h keeps them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "kms/ciphertext.h"
#include "kms/key.h"
#include "policy/evaluator.h"
#include "policy/principal_binding.h"
#include "policy/request_context.h"

namespace coffer::kms {

// What a grant on a symmetric key may list. Stored by number.
enum class GrantOperation : uint8_t {
  kDecrypt = 0,
  kEncrypt = 1,
  kGenerateDataKey = 2,
  kGenerateDataKeyWithoutPlaintext = 3,
  kReEncryptFrom = 4,
  kReEncryptTo = 5,
  kCreateGrant = 6,
  kRetireGrant = 7,
  kDescribeKey = 8,
  kGenerateDataKeyPair = 9,
  kGenerateDataKeyPairWithoutPlaintext = 10,
};

// "Decrypt" and so on, as the API names them.
std::string_view name_of(GrantOperation operation);
// nullopt for what no grant on a symmetric key can list.
std::optional<GrantOperation> parse_grant_operation(std::string_view name);
// The operation that an IAM action is, "kms:Decrypt"; nullopt for one that no grant allows. Case counts.
std::optional<GrantOperation> operation_of_action(std::string_view action);

class GrantOperations {
 public:
  GrantOperations() = default;
  GrantOperations(std::initializer_list<GrantOperation> operations);
  // nullopt for bits that are no operation.
  static std::optional<GrantOperations> from_bits(uint32_t bits);

  void add(GrantOperation operation) { bits_ |= bit(operation); }
  bool has(GrantOperation operation) const { return (bits_ & bit(operation)) != 0; }
  bool is_within(GrantOperations other) const { return (bits_ & ~other.bits_) == 0; }
  bool empty() const { return bits_ == 0; }
  uint32_t bits() const { return bits_; }
  std::vector<std::string_view> names() const;
  bool operator==(const GrantOperations&) const = default;

 private:
  static uint32_t bit(GrantOperation operation) { return 1U << static_cast<unsigned>(operation); }
  uint32_t bits_ = 0;
};

// Of an encryption context; each name once.
using ContextPairs = std::vector<std::pair<std::string, std::string>>;

// What the encryption context must be. Both, where both are there.
struct GrantConstraints {
  std::optional<ContextPairs> context_equals;  // exactly these
  std::optional<ContextPairs> context_subset;  // at least these

  bool allow(const EncryptionContext& context) const;
  // Whether everything that these allow, those allow too, as far as it can be told from their text.
  bool are_as_strict_as(const GrantConstraints& those) const;
  bool operator==(const GrantConstraints&) const = default;
};

struct Grant {
  KeyName key;
  std::string id;    // 64 hexadecimal digits
  std::string name;  // empty: none
  Time created{};
  policy::PrincipalBinding grantee;                  // without a unique id: whoever has this ARN
  std::optional<policy::PrincipalBinding> retiring;  // likewise
  AccountId issuer;                                  // the account of who made it
  GrantOperations operations;
  GrantConstraints constraints;
  bool operator==(const Grant&) const = default;
};

// How a grant names an account.
std::string root_arn(std::string_view account);
// What tells a principal of a grant from others: its unique id, or the ARN of one that has none.
const std::string& identity_of(const policy::PrincipalBinding& principal);
// Whether the caller is that principal (the user, any session of the role, the one session), or somebody in it: an
// account's own policies say who of it may do what it was granted.
policy::GrantedTo granted_to(const policy::PrincipalBinding& principal, const policy::RequestPrincipal& caller);

// Whether the grant, whose grantee the caller is, allows the operation with this encryption context. Operations without
// one are not constrained.
bool allows(const Grant& grant, GrantOperation operation, const EncryptionContext& context);
// Whether the grantee may pass on so much of what it was granted.
bool allows_to_pass_on(const Grant& grant, GrantOperations operations, const GrantConstraints& constraints);
// By its retiring principal, its grantee if it lists RetireGrant, or the account that issued it.
policy::GrantedTo may_retire(const Grant& grant, const policy::RequestPrincipal& caller);

}  // namespace coffer::kms
