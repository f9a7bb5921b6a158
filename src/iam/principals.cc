#include "iam/principals.h"

namespace coffer::iam {

Result<bool> Principals::exists(const policy::PrincipalName& name) const {
  if (name.kind != policy::PrincipalName::Kind::kAccount) return false;
  return accounts_.exists(name.account);
}

}  // namespace coffer::iam
