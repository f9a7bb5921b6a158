// Key policies: what a key has whose owner gave none, what a given text must be like, and its form that decides.
// Users and roles are meant by their unique ids. Follows "Key policies in AWS KMS" (KMS developer guide) and
// PutKeyPolicy (API reference). Pure, but for the directories that are asked who exists.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kms/key.h"
#include "policy/compiled_policy.h"
#include "policy/principal_binding.h"
#include "policy/principal_directory.h"

namespace coffer::kms {

inline constexpr std::string_view kKeyPolicyName = "default";  // a key has one policy, and this is what it is called
inline constexpr size_t kMaxKeyPolicySize = 32'768;            // bytes

// The text as it was given, and whom it meant.
struct KeyPolicy {
  std::string text;  // empty: the policy that a key has whose owner gave none
  std::vector<policy::PrincipalBinding> bindings;
  bool operator==(const KeyPolicy&) const = default;
};

// The policy of a customer's key whose owner gave none: the account decides. Laid out as AWS does it.
std::string default_key_policy(const AccountId& account);
// That of the account's alias/aws/secretsmanager: everybody in the account, through Secrets Manager only.
std::string managed_key_policy(const AccountId& account, const Region& region);
// What is in force: the text that was given, or one of the two above.
std::string policy_text(const KeyInfo& info, const KeyPolicy& policy, const Region& region);

// kCorrupt when the text cannot have been accepted.
Result<std::shared_ptr<const policy::CompiledPolicy>> compile_key_policy(const KeyInfo& info, const KeyPolicy& policy,
                                                                         const Region& region);

// Who knows which principals exist.
struct Directories {
  const policy::PrincipalDirectory& principals;
  const policy::IdentityDirectory& identities;
};

// A policy that somebody wants a key to have. kMalformedPolicyDocument (AWS's text) when it is no key policy, or names
// somebody who does not exist. kLimitExceeded when it is too long. Errors of the directories as they are. Whether it
// would lock its author out is a decision, which is not made here: see access/policy_trial.h.
Result<KeyPolicy> accept_key_policy(std::string_view text, const Directories& directories);

}  // namespace coffer::kms
