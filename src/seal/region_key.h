// The region key: made at first start, kept in the store wrapped by the root key, wraps everything else in the region
// (KMS key material, access keys). Opening it is what "unsealing" means; with the wrong root key nothing opens. Format:
// docs/formats/region_key.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "seal/root_key.h"
#include "store/store.h"

namespace coffer::seal {

// Gives the root key once the seal parameters are known: those stored beside the region key, or fresh ones for a new
// store. A key file ignores them.
using RootKeySource = std::function<Result<RootKey>(const crypto::ScryptParameters& parameters)>;

// What to say when the root key turns out to be the wrong one.
struct SealOptions {
  RootKeySource root_key;
  std::string region;  // bound to the wrapped key: a store of another region does not open
  bool from_passphrase = false;
};

class RegionKey {
 public:
  // Opens the store's region key, or makes one if the store is empty. kSealed when the root key is not the one that the
  // store was made with; kUsage when the store belongs to another region or was sealed the other way (file,
  // passphrase).
  static Result<RegionKey> open(store::Store& store, const SealOptions& options, Random& random);

  // `context` is authenticated: bytes wrapped for one row do not open in another. Use the row's key.
  std::string wrap(const SecretBytes& plaintext, std::string_view context, Random& random) const;
  // kCorrupt when anything differs.
  Result<SecretBytes> unwrap(std::string_view wrapped, std::string_view context) const;

 private:
  explicit RegionKey(crypto::AeadKey key) : key_(std::move(key)) {}
  crypto::AeadKey key_;
};

}  // namespace coffer::seal
