// Grants as requests and answers have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/kms/common.h"

namespace coffer::kms_service {

inline constexpr wire::Constraint kGrantIdBounds{.min = 1, .max = 128};
inline constexpr wire::Constraint kGrantNameBounds{.min = 1, .max = 256, .pattern = &kAliasPattern};
inline constexpr wire::Constraint kPrincipalBounds{.min = 1, .max = 256, .pattern = &kPrincipalPattern};

struct ConstraintsEntry {
  std::optional<wire::Map<std::string>> context_subset;
  std::optional<wire::Map<std::string>> context_equals;
  static constexpr wire::Field kFields[] = {wire::field<&ConstraintsEntry::context_subset>("EncryptionContextSubset"),
                                            wire::field<&ConstraintsEntry::context_equals>("EncryptionContextEquals")};
};

struct GrantEntry {
  std::string key_id;
  std::string grant_id;
  std::optional<std::string> name;
  Time creation_date;
  std::string grantee_principal;
  std::optional<std::string> retiring_principal;
  std::string issuing_account;
  std::vector<std::string_view> operations;
  std::optional<ConstraintsEntry> constraints;
  static constexpr wire::Field kFields[] = {wire::field<&GrantEntry::key_id>("KeyId"),
                                            wire::field<&GrantEntry::grant_id>("GrantId"),
                                            wire::field<&GrantEntry::name>("Name"),
                                            wire::field<&GrantEntry::creation_date>("CreationDate"),
                                            wire::field<&GrantEntry::grantee_principal>("GranteePrincipal"),
                                            wire::field<&GrantEntry::retiring_principal>("RetiringPrincipal"),
                                            wire::field<&GrantEntry::issuing_account>("IssuingAccount"),
                                            wire::field<&GrantEntry::operations>("Operations"),
                                            wire::field<&GrantEntry::constraints>("Constraints")};
};
std::vector<GrantEntry> entries_of(const std::vector<kms::Grant>& grants, const Region& region);

// kValidation when there is none, or one that symmetric keys do not have.
Result<kms::GrantOperations> operations_of(const std::vector<std::string>& names);
kms::GrantConstraints constraints_of(const std::optional<ConstraintsEntry>& constraints);

// kms:GrantConstraintType, and kms:EncryptionContext:* and kms:EncryptionContextKeys of the constraints.
void add_constraint_keys(const kms::GrantConstraints& constraints, api::ConditionKeys& keys);

// kNotFoundOnWire when there is none.
Result<kms::Grant> find_grant(const kms::GrantName& name, const Rooms& rooms);
// kInvalidArn for a principal of another account than the caller's.
Result<void> check_own_principal(std::string_view principal, const auth::Caller& caller);

}  // namespace coffer::kms_service
