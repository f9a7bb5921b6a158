#include "services/secretsmanager/common_policy.h"

namespace coffer::secretsmanager {

Result<policy::Document> parse_resource_policy(std::string_view text) {
  return policy::parse_document(text, policy::DocumentKind::kSecretPolicy);
}

policy::Principal principal_of(const auth::Caller& caller) {
  return {caller.arn, caller.account, caller.kind == auth::PrincipalKind::kRoot};
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
