#include "iam/account_alias.h"

#include <algorithm>

#include "iam/names.h"

namespace coffer::iam {

Result<void> create_account_alias(IdentityStore& store, const AccountId& account, std::string_view alias) {
  if (!is_account_alias(alias) || AccountId::parse(alias)) {
    return Error{ErrorCode::kValidation,
                 "The account alias must have 3 to 63 lowercase letters, digits and single hyphens, must not begin or "
                 "end with a hyphen, and must not be an account id."};
  }
  return store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().alias == alias) return {};
    COFFER_ASSIGN(const auto row, store.parts().store.get(alias_key(alias)));
    if (row) {
      return Error{ErrorCode::kEntityAlreadyExists, "The account alias " + std::string(alias) + " already exists."};
    }
    if (!change.now().alias.empty()) change.erase_row(alias_key(change.now().alias));
    change.require(alias_key(alias), 0);
    change.put_row(alias_key(alias), account.text());
    change.set_alias(alias);
    return {};
  });
}

Result<void> delete_account_alias(IdentityStore& store, const AccountId& account, std::string_view alias) {
  return store.change(account, [&](IdentityChange& change) -> Result<void> {
    if (change.now().alias != alias || alias.empty()) {
      return Error{ErrorCode::kNoSuchEntity, "The account alias " + std::string(alias) + " cannot be found."};
    }
    change.erase_row(alias_key(alias));
    change.set_alias({});
    return {};
  });
}

}  // namespace coffer::iam
