#include "services/secretsmanager/common_policy.h"

#include "access/policy_trial.h"
#include "services/secretsmanager/common_actions.h"

namespace coffer::secretsmanager {

Result<ResourcePolicy> read_resource_policy(std::string_view text, const Rooms& rooms) {
  COFFER_ASSIGN(policy::Document document, policy::parse_document(text, policy::DocumentKind::kSecretPolicy));
  COFFER_TRY(policy::check_principals(document, rooms.principals));
  COFFER_ASSIGN(policy::Binding binding, policy::bind_principals(document, rooms.identities));
  // Deleted between the two looks.
  if (binding.missing) return policy::refusal(policy::FaultKind::kUnsupportedPrincipal);
  return ResourcePolicy{std::move(document), std::move(binding.bindings)};
}

Result<std::optional<std::string>> shown_policy(const secrets::Secret& secret, const Rooms& rooms) {
  if (secret.resource_policy.empty()) return std::optional<std::string>();
  COFFER_ASSIGN(std::string text,
                policy::show_principals(secret.resource_policy, secret.policy_bindings, rooms.identities));
  return std::optional(std::move(text));
}

Result<bool> may_replace_again(const api::Authority& authority, const api::Resource& secret,
                               const ResourcePolicy& policy, const std::optional<bool>& block_public_policy) {
  auto compiled =
      std::make_shared<const policy::CompiledPolicy>(policy::with_unique_ids(policy.document, policy.bindings));
  return access::may_replace_again<action::PutResourcePolicy>(
      authority, secret, std::move(compiled),
      [&](api::ConditionKeys& keys) { keys.add_given("secretsmanager:BlockPublicPolicy", block_public_policy); });
}

Error broad_access() {
  return Error{ErrorCode::kPublicPolicy,
               "You can't attach a resource-based policy that allows broad access to the secret."};
}

Error lock_out() {
  return Error{ErrorCode::kMalformedPolicyDocument,
               "Your requested changes will not allow you to manage this secret in the future."};
}

}  // namespace coffer::secretsmanager
