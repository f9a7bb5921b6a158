// The alias of an account: another name for it, unique in the deployment. An account has one at most.
// Follows CreateAccountAlias and DeleteAccountAlias (IAM API reference).
#pragma once

#include <string_view>

#include "iam/identity_store.h"

namespace coffer::iam {

// In place of the one it has. kEntityAlreadyExists when another account has it, kValidation.
Result<void> create_account_alias(IdentityStore& store, const AccountId& account, std::string_view alias);
// kNoSuchEntity when it is not the account's.
Result<void> delete_account_alias(IdentityStore& store, const AccountId& account, std::string_view alias);

}  // namespace coffer::iam
