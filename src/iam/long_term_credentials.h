// Long-term access keys as the verifier needs them: those of root users and those of users. Whether a user's key still
// counts is read from the account's snapshot at every request: one that was deactivated, or whose user was deleted, is
// refused from the next request on. Thread-safe.
#pragma once

#include "auth/credential.h"
#include "iam/identity_cache.h"
#include "seal/region_key.h"
#include "store/row_cache.h"
#include "store/store.h"

namespace coffer::iam {

class LongTermCredentials final : public auth::CredentialSource {
 public:
  // Listens to the store from now on, for the life of the store.
  LongTermCredentials(store::Store& store, const seal::RegionKey& region_key, const IdentityCache& cache);
  ~LongTermCredentials() override;

  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override;

 private:
  struct Known;

  Result<std::shared_ptr<const Known>> load(std::string_view access_key_id, std::string_view row_key) const;
  Result<std::shared_ptr<const auth::Credential>> of_user(const std::shared_ptr<const Known>& known,
                                                          std::string_view row_key) const;

  const store::Store& store_;
  const seal::RegionKey& region_key_;
  const IdentityCache& cache_;
  const std::unique_ptr<store::RowCache<Known>> known_;
};

}  // namespace coffer::iam
