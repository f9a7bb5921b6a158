// The keys that an OIDC provider publishes, to verify its tokens with. Follows RFC 7517 and 7518.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/asymmetric.h"

namespace coffer::sts {

struct JsonWebKey {
  std::string id;  // empty: it has none
  crypto::PublicKey key;
};

// Those of a key set that verify RS256 or ES256; others, and malformed ones, are left out: a provider that publishes a
// new kind of key must not stop working. kCorrupt for what is no key set, or one of more than 100 keys.
Result<std::vector<JsonWebKey>> read_key_set(std::string_view json);

// nullptr when there is none. A token without a key id is of the only key of its algorithm, if there is only one.
const crypto::PublicKey* find_key(const std::vector<JsonWebKey>& keys, std::string_view id,
                                  crypto::SignatureAlgorithm algorithm);

}  // namespace coffer::sts
