// OIDC providers that an account trusts to say who somebody is: for AssumeRoleWithWebIdentity.
// Follows CreateOpenIDConnectProvider and its neighbours (IAM API reference).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "iam/identity_store.h"

namespace coffer::iam {

struct NewProvider {
  std::string url;  // "https://host/path"
  std::vector<std::string> client_ids;
  std::vector<std::string> thumbprints;
  std::vector<Tag> tags;
};

// kEntityAlreadyExists, kLimitExceeded, kInvalidInput, kValidation, and as check_tags().
Result<OidcProvider> create_provider(IdentityStore& store, const AccountId& account, const NewProvider& wanted);

// In all of these: kNoSuchEntity when the account has no provider of that ARN.
Result<void> delete_provider(IdentityStore& store, const EntityRef& provider);
// kInvalidInput
Result<void> update_thumbprints(IdentityStore& store, const EntityRef& provider,
                                const std::vector<std::string>& thumbprints);
// One that is there stays; kLimitExceeded.
Result<void> add_client_id(IdentityStore& store, const EntityRef& provider, const std::string& client_id);
// One that is not there does no harm.
Result<void> remove_client_id(IdentityStore& store, const EntityRef& provider, const std::string& client_id);

}  // namespace coffer::iam
