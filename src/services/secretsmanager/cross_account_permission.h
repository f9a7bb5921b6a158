// Whether a secret's values may go to another account: what AssociateCrossAccountReplica asks before it links the two
// secrets, and what every later copy must be allowed anew. A copy is made as the role that was named for it, or as
// whoever changed the primary last; it reads with the primary's KMS key and seals with the replica's.
// Follows "How Secrets Manager authorizes cross-account replication" (Secrets Manager user guide). Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access.h"
#include "api/operation.h"
#include "auth/caller.h"
#include "base/clock.h"
#include "base/ids.h"
#include "iam/identity_cache.h"
#include "kms/grants.h"
#include "kms/keyring.h"
#include "organizations/organization_cache.h"
#include "secrets/cross_account.h"

namespace coffer::secretsmanager {

class CrossAccountPermission final : public secrets::CopyPermission {
 public:
  struct Parts {
    const api::Authorizer& authorizer;
    const iam::IdentityCache& identities;
    const organizations::OrganizationCache& organizations;
    kms::Keyring& keyring;
    const kms::Grants& grants;
    const Clock& clock;
    Region region;
  };
  explicit CrossAccountPermission(const Parts& parts) : parts_(parts) {}

  Result<void> permit_reading(const secrets::CrossAccountCopy& copy) const override;
  Result<void> permit_sealing(const secrets::CrossAccountCopy& copy) const override;

  // The same before there is an association, without a value being read or sealed (a dry run): as the caller, or as
  // the role of `link`. kAccessDenied with a text that names the permission that is missing.
  Result<void> try_copy(const api::Authority& authority, const secrets::SecretView& primary,
                        const secrets::SecretView& replica, const secrets::CrossAccountReplica& link) const;

  // kInvalidRequest unless both are in one organization.
  Result<void> check_organization(const AccountId& primary, const AccountId& replica) const;

 private:
  // In whose name the secret is copied. kAccessDenied.
  Result<auth::Caller> copier_of(const secrets::SecretView& primary) const;

  const Parts parts_;
};

}  // namespace coffer::secretsmanager
