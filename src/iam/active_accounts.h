// Keeps those out whose account is closed: whatever other sources of access keys know, users' and sessions' alike, the
// keys of a suspended account are unknown from the commit on that closes it. Thread-safe.
#pragma once

#include "auth/credential.h"
#include "iam/account_store.h"

namespace coffer::iam {

class ActiveAccounts final : public auth::CredentialSource {
 public:
  // Both must outlive it.
  ActiveAccounts(const auth::CredentialSource& credentials, const AccountStore& accounts)
      : credentials_(credentials), accounts_(accounts) {}

  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override;

 private:
  const auth::CredentialSource& credentials_;
  const AccountStore& accounts_;
};

}  // namespace coffer::iam
