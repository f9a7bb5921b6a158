// Organizations as a whole: made, deleted, and which types of policies count in them.
// Follows CreateOrganization, DeleteOrganization, EnablePolicyType and DisablePolicyType (Organizations API reference).
#pragma once

#include <string>
#include <vector>

#include "organizations/organization_store.h"

namespace coffer::organizations {

struct NewOrganization {
  AccountId management_account;
  std::string name;   // of that account
  std::string email;  // likewise
};
// With a root, the management account in it, and no type of policies enabled. kAlreadyInOrganization; kIo.
Result<Organization> create_organization(OrganizationStore& store, const NewOrganization& wanted);

// With its units, policies and requests. kOrganizationNotEmpty while it has other accounts than the management account.
// Of many rows in several commits: what was begun can be begun again.
Result<void> delete_organization(OrganizationStore& store, const OrganizationId& organization);

// Of the whole deployment, in the order of their ids; reads the store.
Result<std::vector<OrganizationId>> list_organizations(const OrganizationStore& store);

struct RootPolicyType {
  NodeId root;
  PolicyType type;
};
// From then on AWS's own policy of the type is attached to every node. kRootNotFound, kPolicyTypeAlreadyEnabled.
Result<void> enable_policy_type(OrganizationStore& store, const OrganizationId& organization,
                                const RootPolicyType& wanted);
// Nothing of the type is attached any more, also when it is enabled again. kRootNotFound, kPolicyTypeNotEnabled.
Result<void> disable_policy_type(OrganizationStore& store, const OrganizationId& organization,
                                 const RootPolicyType& wanted);

}  // namespace coffer::organizations
