// The root key: the one thing that must be given from outside to open a store. From a file of 32 random bytes (64 hex
// digits) that only its owner may read, or from a passphrase through scrypt.
// Must never be written anywhere but the file it was generated into.
#pragma once

#include <string>

#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"
#include "crypto/password_key.h"

namespace coffer::seal {

class RootKey {
 public:
  // kNotFound, kPermission (others may read it; the message says chmod 600) or kCorrupt (not 64 hex digits).
  static Result<RootKey> from_file(const std::string& path);
  // Makes a new file with a fresh key, mode 0600, fsynced. kIo when it exists or cannot be written.
  static Result<RootKey> generate_file(const std::string& path, Random& random);
  // Parameters are stored beside the region key, see region_key.h. kUsage for fewer than 12 characters.
  static Result<RootKey> from_passphrase(const SecretBytes& passphrase, const crypto::ScryptParameters& parameters);

  const SecretBytes& key() const { return key_; }

 private:
  explicit RootKey(SecretBytes key) : key_(std::move(key)) {}
  SecretBytes key_;
};

}  // namespace coffer::seal
