#include "services/kms/common_grants.h"

#include "policy/principal_name.h"

namespace coffer::kms_service {

std::vector<GrantEntry> entries_of(const std::vector<kms::Grant>& grants, const Region& region) {
  std::vector<GrantEntry> entries;
  entries.reserve(grants.size());
  for (const kms::Grant& grant : grants) {
    GrantEntry entry{.key_id = kms::key_arn(region, grant.key),
                     .grant_id = grant.id,
                     .name = std::nullopt,
                     .creation_date = grant.created,
                     .grantee_principal = grant.grantee.text,
                     .retiring_principal = std::nullopt,
                     .issuing_account = "arn:aws:iam::" + grant.issuer.text() + ":root",
                     .operations = grant.operations.names(),
                     .constraints = std::nullopt};
    if (!grant.name.empty()) entry.name = grant.name;
    if (grant.retiring) entry.retiring_principal = grant.retiring->text;
    if (grant.constraints.context_equals || grant.constraints.context_subset) {
      entry.constraints = ConstraintsEntry{grant.constraints.context_subset, grant.constraints.context_equals};
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<kms::GrantOperations> operations_of(const std::vector<std::string>& names) {
  kms::GrantOperations operations;
  for (const std::string& name : names) {
    const auto operation = kms::parse_grant_operation(name);
    if (!operation) {
      return Error{ErrorCode::kValidation, "Grant operation " + name + " is not supported by symmetric keys."};
    }
    operations.add(*operation);
  }
  if (operations.empty()) return Error{ErrorCode::kValidation, "A grant must allow at least one operation."};
  return operations;
}

kms::GrantConstraints constraints_of(const std::optional<ConstraintsEntry>& constraints) {
  if (!constraints) return {};
  return {constraints->context_equals, constraints->context_subset};
}

void add_constraint_keys(const kms::GrantConstraints& constraints, api::ConditionKeys& keys) {
  if (constraints.context_equals) {
    keys.add("kms:GrantConstraintType", "EncryptionContextEquals");
  } else if (constraints.context_subset) {
    keys.add("kms:GrantConstraintType", "EncryptionContextSubset");
  }
  std::vector<std::string_view> names;
  for (const auto* const pairs : {&constraints.context_equals, &constraints.context_subset}) {
    if (!*pairs) continue;
    for (const auto& [name, value] : **pairs) {
      names.push_back(keys.keep(name));
      keys.add_tag("kms:EncryptionContext:", names.back(), keys.keep(value));
    }
  }
  if (!names.empty()) keys.add_list("kms:EncryptionContextKeys", std::move(names));
}

Result<kms::Grant> find_grant(const kms::GrantName& name, const Rooms& rooms) {
  COFFER_ASSIGN(auto grant, rooms.grants.find(name));
  if (!grant) return Error{ErrorCode::kNotFoundOnWire, "Grant ID " + name.id + " not found"};
  return *std::move(grant);
}

Result<void> check_own_principal(std::string_view principal, const auth::Caller& caller) {
  const auto name = policy::parse_principal_name(policy::PrincipalMember::kAws, principal);
  if (name && name->account == caller.account) return {};
  return Error{ErrorCode::kInvalidArn, "ARN does not refer to a valid principal: " + std::string(principal)};
}

}  // namespace coffer::kms_service
