// Accounts and their root access keys. An account is made in the deployment's identity home region and flows from there
// to all others; each region keeps the secret access keys wrapped by its own region key. Thread-safe.
// Promises: once close() has returned, or the state of a closed account was applied, find() knows no key of the
// account.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/credential.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "home/home_region.h"
#include "seal/region_key.h"
#include "store/store.h"

namespace coffer::iam {

// Nothing leads back from kSuspended: a closed account's identities and resources stay, and nobody can use them.
enum class AccountStatus { kActive, kSuspended };
// As Organizations spells it.
constexpr std::string_view status_word(AccountStatus status) {
  return status == AccountStatus::kActive ? "ACTIVE" : "SUSPENDED";
}

struct AccountSummary {
  AccountId id;
  std::string name;
  Time created;
  AccountStatus status = AccountStatus::kActive;
  AccessKeyId root_access_key;
};

struct NewAccount {
  AccountId id;
  std::string name;
  AccessKeyId access_key_id;
  SecretBytes secret_access_key;  // shown once, to whoever made the account
};

class AccountStore final : public auth::CredentialSource {
 public:
  struct Parts {
    store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
    const Clock& clock;
    const home::HomeRegion& home;
  };
  explicit AccountStore(const Parts& parts);
  ~AccountStore() override;

  // Makes the account and its root access key (AKIA + 16 characters; 40-character secret) in one transaction together
  // with the outbox marks. A missing id is drawn at random. `name`: 1 to 50 characters of [A-Za-z0-9 ._-], else kUsage.
  // kUsage when the id or the name is taken; kServiceUnavailable (naming the home) elsewhere than in the home region.
  Result<NewAccount> create(std::string_view name, std::optional<AccountId> id);

  // Suspends it, in one transaction with the outbox marks; one that is suspended stays so. kNotFound;
  // kServiceUnavailable as above.
  Result<void> close(const AccountId& id);

  Result<bool> exists(const AccountId& id) const;
  // nullopt when there is no such account.
  Result<std::optional<AccountSummary>> describe(const AccountId& id) const;
  // Cached, for every request; of an account that does not exist: nullopt.
  Result<std::optional<AccountStatus>> status(const AccountId& id) const;
  // In id order.
  Result<std::vector<AccountSummary>> list() const;
  // The root access key as plaintext, for `coffer dev`, which writes it to DIR/env. kNotFound.
  Result<NewAccount> root_credentials(const AccountId& id) const;

  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::iam
