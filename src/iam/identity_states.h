// The identities of an account as a state that flows from the home region to all others. The secrets of users' access
// keys go along as plaintext and are wrapped anew where they arrive. Format page: docs/formats/identities.md.
#pragma once

#include "base/random.h"
#include "home/state_kind.h"
#include "seal/region_key.h"

namespace coffer::iam {

home::StateId identities_of(const AccountId& account);

class IdentityStates final : public home::StateKind {
 public:
  struct Parts {
    const store::Store& store;
    const seal::RegionKey& region_key;
    Random& random;
  };
  explicit IdentityStates(const Parts& parts) : parts_(parts) {}

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
