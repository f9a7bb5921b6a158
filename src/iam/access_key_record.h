// Rows of access keys as values, and how keys are drawn. Inside of this room only. Format page:
// docs/formats/accounts.md.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "iam/entities.h"

namespace coffer::iam {

struct StoredAccessKey {
  AccountId account;
  std::string user_id;                                // empty: the root user's
  AccessKeyStatus status = AccessKeyStatus::kActive;  // of the root user's; a user's record has its own
  Time created;
  std::string wrapped_secret;  // by the region key; the row's key is the context
};

std::string encode(const StoredAccessKey& key);
// kCorrupt
Result<StoredAccessKey> decode_access_key(std::string_view value);

AccessKeyId draw_access_key_id(Random& random);
SecretBytes draw_access_secret(Random& random);

}  // namespace coffer::iam
