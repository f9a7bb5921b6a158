#include "auth/credential.h"

#include <cstring>

namespace coffer::auth {
namespace {

// "20150830/us-east-1/kms" without building it.
bool is_scope(std::string_view scope, std::string_view date, std::string_view region, std::string_view service) {
  return scope.size() == date.size() + region.size() + service.size() + 2 && scope.starts_with(date) &&
         scope[date.size()] == '/' && scope.substr(date.size() + 1).starts_with(region) &&
         scope[date.size() + 1 + region.size()] == '/' && scope.ends_with(service);
}

std::shared_ptr<const crypto::HmacKey> derive(const SecretBytes& secret, std::string_view date, std::string_view region,
                                              std::string_view service) {
  const auto bytes = secret.span(SecretAccess("derives the signing key"));
  SecretBytes prefixed(4 + bytes.size());
  const auto out = prefixed.mutable_span(SecretAccess("derives the signing key"));
  std::memcpy(out.data(), "AWS4", 4);
  if (!bytes.empty()) std::memcpy(out.data() + 4, bytes.data(), bytes.size());

  crypto::Digest digest = crypto::hmac_sha256(out, date);
  digest = crypto::hmac_sha256(digest, region);
  digest = crypto::hmac_sha256(digest, service);
  digest = crypto::hmac_sha256(digest, "aws4_request");
  auto key = std::make_shared<const crypto::HmacKey>(digest);
  wipe(digest);
  return key;
}

}  // namespace

Credential::Credential(Caller caller, SecretBytes secret_access_key, KeyState state)
    : caller_(std::move(caller)), secret_(std::move(secret_access_key)), state_(state) {}

std::shared_ptr<const crypto::HmacKey> Credential::signing_key(std::string_view date, std::string_view region,
                                                               std::string_view service) const {
  {
    std::shared_lock lock(mutex_);
    for (const CachedKey& cached : cached_) {
      if (cached.key != nullptr && is_scope(cached.scope, date, region, service)) return cached.key;
    }
  }
  // Two threads may derive the same key at once; the second takes a slot in vain, which costs nothing but a derivation.
  auto key = derive(secret_, date, region, service);
  std::string scope;
  scope.append(date).append("/").append(region).append("/").append(service);
  std::unique_lock lock(mutex_);
  cached_[next_] = {std::move(scope), key};
  next_ = (next_ + 1) % kCachedKeys;
  return key;
}

}  // namespace coffer::auth
