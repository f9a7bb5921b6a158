// Policy documents as they come in requests: read, or refused in the words that IAM has for what is wrong with them.
// Follows "Grammar of the IAM JSON policy language" (IAM user guide).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "policy/document.h"
#include "policy/principal_binding.h"
#include "policy/principal_directory.h"

namespace coffer::iam {

// Characters as the quotas count them: without white space.
size_t counted_size(std::string_view text);

// kMalformedPolicyDocument unless the text is an identity policy of language version 2012-10-17.
Result<policy::Document> read_identity_policy(std::string_view text);

struct Directories {
  const policy::IdentityDirectory& identities;
  const policy::PrincipalDirectory& principals;
};

// The principals of a role's trust policy, bound to unique ids. kMalformedPolicyDocument for what is no trust policy,
// has actions of another service than STS, or names an account, user or role that does not exist; kLimitExceeded when
// it is too long.
Result<std::vector<policy::PrincipalBinding>> read_trust_policy(std::string_view text, const Directories& directories);

}  // namespace coffer::iam
