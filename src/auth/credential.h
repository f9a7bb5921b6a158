// An access key as the verifier needs it: the secret, whose it is, and the signing keys derived from it, cached per
// (day, region, service). The cache lives and dies with the credential, so a revoked or replaced key takes them along.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "auth/caller.h"
#include "base/clock.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/digest.h"

namespace coffer::auth {

enum class KeyState { kActive, kInactive };

class Credential {
 public:
  Credential(Caller caller, SecretBytes secret_access_key, KeyState state);

  const Caller& caller() const { return caller_; }
  KeyState state() const { return state_; }
  const SecretBytes& secret_access_key() const { return secret_; }

  // HMAC(HMAC(HMAC(HMAC("AWS4"+secret, date), region), service), "aws4_request"), cached. `date` is "20150830".
  // Thread-safe.
  std::shared_ptr<const crypto::HmacKey> signing_key(std::string_view date, std::string_view region,
                                                     std::string_view service) const;

 private:
  static constexpr size_t kCachedKeys = 8;  // today and yesterday, a few services
  struct CachedKey {
    std::string scope;
    std::shared_ptr<const crypto::HmacKey> key;
  };

  Caller caller_;
  SecretBytes secret_;
  KeyState state_;
  mutable std::shared_mutex mutex_;
  mutable std::array<CachedKey, kCachedKeys> cached_;
  mutable size_t next_ = 0;
};

// What a request says about its credentials.
struct ClaimedCredential {
  std::string_view access_key_id;
  std::optional<std::string_view> session_token;  // x-amz-security-token
  Time now;
};

// Where access keys come from. iam knows long-term ones, sts temporary ones.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // A null pointer when there is no such key, when a token comes with a key that has none, when it is not the key's,
  // and when whose it was is gone. kExpiredToken (AWS's text) when the token is the key's and its time is over. Other
  // errors are failures of the store, never "not found". Called for every request: must not wait.
  virtual Result<std::shared_ptr<const Credential>> find(const ClaimedCredential& claimed) const = 0;
};

}  // namespace coffer::auth
