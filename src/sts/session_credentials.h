// Temporary credentials as the verifier needs them: the token is opened, nothing is looked up but whether the role or
// user it speaks for still exists, and that at every request. Whoever comes without a token has long-term credentials,
// and is asked of their source. Thread-safe; opened tokens are kept, within a bound, because opening one and compiling
// its session policy costs more than all the rest of a request's decision.
#pragma once

#include <memory>
#include <string_view>

#include "auth/credential.h"
#include "iam/identity_cache.h"
#include "store/row_cache.h"
#include "sts/session_keys.h"

namespace coffer::sts {

class SessionCredentials final : public auth::CredentialSource {
 public:
  struct Parts {
    const auth::CredentialSource& long_term;
    const SessionKeys& keys;
    const iam::IdentityCache& identities;
  };
  explicit SessionCredentials(const Parts& parts);
  ~SessionCredentials() override;

  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override;

 private:
  struct Opened;
  using OpenedPointer = std::shared_ptr<const Opened>;

  // Null when there is no key for it, it is not the access key's, or whom it speaks for is gone.
  Result<OpenedPointer> open(const auth::ClaimedCredential& claimed) const;

  const Parts parts_;
  const std::unique_ptr<store::RowCache<Opened>> opened_;  // by the digest of the token
};

}  // namespace coffer::sts
