#include "iam/active_accounts.h"

namespace coffer::iam {

Result<std::shared_ptr<const auth::Credential>> ActiveAccounts::find(const auth::ClaimedCredential& claimed) const {
  COFFER_ASSIGN(auto credential, credentials_.find(claimed));
  if (credential == nullptr) return credential;
  COFFER_ASSIGN(const auto status, accounts_.status(credential->caller().account));
  if (status == AccountStatus::kActive) return credential;
  return std::shared_ptr<const auth::Credential>();
}

}  // namespace coffer::iam
