// An account as a state that flows from the home region to all others, with its root access key: the secret goes along
// as plaintext and is wrapped anew where it arrives. Format page: docs/formats/accounts.md.
#pragma once

#include "base/random.h"
#include "home/state_kind.h"
#include "seal/region_key.h"

namespace coffer::iam {

home::StateId state_of_account(const AccountId& account);

class AccountStates final : public home::StateKind {
 public:
  struct Parts {
    const store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
  };
  explicit AccountStates(const Parts& parts) : parts_(parts) {}

  std::string_view word() const override;
  Result<std::vector<home::StateId>> all() const override;
  std::string prefix(const home::StateId& id) const override;
  Result<uint64_t> generation(const store::Row& row) const override;
  Result<home::StateRow> leaving(const home::StateId& id, std::string_view name, std::string_view value) const override;
  Result<home::ArrivedRow> arriving(const home::StateId& id, const home::StateRow& row) const override;
  Result<std::vector<home::Attendant>> attendants(const home::StateId& id, std::string_view name,
                                                  std::string_view value) const override;

 private:
  const Parts parts_;
};

}  // namespace coffer::iam
