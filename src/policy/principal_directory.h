// Whether the principals that a document names exist. AWS refuses to store a policy that names one that does not.
#pragma once

#include <optional>

#include "base/result.h"
#include "policy/document.h"

namespace coffer::policy {

// Answered by whoever knows accounts, users and roles.
class PrincipalDirectory {
 public:
  virtual ~PrincipalDirectory() = default;
  // Asked about accounts, users, roles, sessions, federated users and unique ids. An error is one of the directory.
  virtual Result<bool> exists(const PrincipalName& name) const = 0;
};

// kMalformedPolicyDocument with AWS's text when a principal does not exist, errors of the directory as they are.
// Everyone, services and providers exist: their form was checked when the document was read.
Result<void> check_principals(const Document& document, const PrincipalDirectory& directory);

}  // namespace coffer::policy
