// Reading secrets: the parsed record through a cache, and with it the sealed value of AWSCURRENT once it was read.
// Plaintext is never kept. The cache is invalidated by the store's commits, so that a caller reads its own writes.
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "secrets/access_recorder.h"
#include "secrets/secret_store.h"
#include "store/row_cache.h"

namespace coffer::secrets {

class SecretReader {
 public:
  // Registers its cache with the store's commits.
  SecretReader(const SecretStore::Parts& parts, const AccessRecorder& accesses);

  // As SecretStore: a null pointer when there is none.
  Result<SecretPointer> find(const AccountId& account, std::string_view name) const;
  // The same from the store itself: what a change must start from, because a cached view may be one commit behind the
  // store while that commit is telling its listeners.
  Result<SecretPointer> load(const AccountId& account, std::string_view name) const;
  Result<SecretBytes> read_value(const SecretView& view, const VersionId& version) const;
  // Makes the next find() load again: access dates changed without a commit.
  void forget(const AccountId& account, std::string_view name);

 private:
  const SecretStore::Parts parts_;
  const AccessRecorder& accesses_;
  mutable store::RowCache<SecretView> views_;
};

}  // namespace coffer::secrets
