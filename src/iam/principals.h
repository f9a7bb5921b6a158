// Which principals exist, for policies that name them: accounts. Users and roles do not exist yet.
#pragma once

#include "iam/account_store.h"
#include "policy/principal_directory.h"

namespace coffer::iam {

class Principals final : public policy::PrincipalDirectory {
 public:
  explicit Principals(const AccountStore& accounts) : accounts_(accounts) {}

  Result<bool> exists(const policy::PrincipalName& name) const override;

 private:
  const AccountStore& accounts_;
};

}  // namespace coffer::iam
