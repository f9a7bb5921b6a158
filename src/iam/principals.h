// Which principals exist, for policies that name them: accounts, users, roles and unique ids. Of a role's session the
// role must exist, of a federated user the account.
#pragma once

#include "iam/account_store.h"
#include "iam/identities.h"
#include "policy/principal_directory.h"

namespace coffer::iam {

class Principals final : public policy::PrincipalDirectory {
 public:
  Principals(const AccountStore& accounts, const IdentityCache& cache, const Identities& identities)
      : accounts_(accounts), cache_(cache), identities_(identities) {}

  Result<bool> exists(const policy::PrincipalName& name) const override;

 private:
  Result<bool> has_role(const policy::PrincipalName& session) const;

  const AccountStore& accounts_;
  const IdentityCache& cache_;
  const Identities& identities_;
};

}  // namespace coffer::iam
