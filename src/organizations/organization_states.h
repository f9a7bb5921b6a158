// An organization as a state that flows from the identity home to all other regions. Format page:
// docs/formats/organizations.md.
#pragma once

#include "home/state_kind.h"
#include "organizations/organization.h"

namespace coffer::organizations {

home::StateId state_of_organization(const OrganizationId& organization);

class OrganizationStates final : public home::StateKind {
 public:
  explicit OrganizationStates(const store::Store& store) : store_(store) {}

  std::string_view word() const override;
  Result<std::vector<home::StateId>> all() const override;
  std::string prefix(const home::StateId& id) const override;
  Result<uint64_t> generation(const store::Row& row) const override;
  Result<home::StateRow> leaving(const home::StateId& id, std::string_view name, std::string_view value) const override;
  Result<home::ArrivedRow> arriving(const home::StateId& id, const home::StateRow& row) const override;
  // The account of a node is in this organization, which the row "oa" says.
  Result<std::vector<home::Attendant>> attendants(const home::StateId& id, std::string_view name,
                                                  std::string_view value) const override;

 private:
  const store::Store& store_;
};

}  // namespace coffer::organizations
