// Access keys of users. A key's secret is shown once, to whoever makes it, and kept wrapped by the region key; whether
// a key is active is part of its user. Follows CreateAccessKey, UpdateAccessKey and DeleteAccessKey (IAM API
// reference).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret_bytes.h"
#include "iam/identity_store.h"

namespace coffer::iam {

struct NewAccessKey {
  AccessKey key;
  SecretBytes secret;
};

// AKIA and 16 characters of A-Z2-7; the secret is 40 of A-Za-z0-9+/. kNoSuchEntity, kLimitExceeded.
Result<NewAccessKey> create_access_key(IdentityStore& store, const EntityRef& user);
// kNoSuchEntity when there is no such user, or the key is not the user's. An inactive key signs nothing from the next
// request on.
Result<void> update_access_key(IdentityStore& store, const EntityRef& user, const AccessKeyId& id,
                               AccessKeyStatus status);
// kNoSuchEntity, likewise.
Result<void> delete_access_key(IdentityStore& store, const EntityRef& user, const AccessKeyId& id);

struct AccessKeyOwner {
  AccountId account;
  std::string user_id;  // "AIDA..."; empty: the root user
};
// Whose key it is, in whatever account; nullopt when there is none of that id. kCorrupt, kIo.
Result<std::optional<AccessKeyOwner>> access_key_owner(const store::Store& store, std::string_view access_key_id);

}  // namespace coffer::iam
