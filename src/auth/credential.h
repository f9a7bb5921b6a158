// An access key as the verifier needs it: the secret, whose it is, and the signing keys derived from it, cached per
// (day, region, service). The cache lives and dies with the credential, so a revoked or replaced key takes them along.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "auth/caller.h"
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

// Where access keys come from. iam implements it.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // A null pointer when there is no such key. Errors are failures of the store, never "not found".
  virtual Result<std::shared_ptr<const Credential>> find(std::string_view access_key_id) const = 0;
};

}  // namespace coffer::auth
