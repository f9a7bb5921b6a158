// The keys of OIDC providers, kept: an issuer is asked at most once a minute, by one thread, whatever tokens come. Keys
// are used for an hour; while the issuer cannot be reached, those it published last, for a day. Bounded in issuers, and
// in the threads that wait for them. Thread-safe.
#pragma once

#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/log.h"
#include "base/result.h"
#include "crypto/asymmetric.h"
#include "sts/key_fetcher.h"

namespace coffer::sts {

class ProviderKeys {
 public:
  struct Parts {
    const KeyFetcher& fetcher;
    const Clock& clock;
    const Log& log;          // tells why an issuer gave no keys, which clients do not learn
    size_t max_waiting = 4;  // threads that wait for issuers at one time, those that ask included
  };
  explicit ProviderKeys(const Parts& parts);
  ~ProviderKeys();

  struct Wanted {
    std::string_view issuer;
    std::string_view key_id;  // empty: the issuer's only key of that algorithm
    crypto::SignatureAlgorithm algorithm;
  };
  // May wait for the issuer. kInvalidIdentityToken (AWS's text) when the issuer has no such key or says nothing that is
  // understood; kIdpCommunication when it cannot be reached, or too many wait already.
  Result<crypto::PublicKey> find(const Wanted& wanted);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::sts
