// scrypt (RFC 7914): a key from a passphrase, slow and memory-hard on purpose.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace coffer::crypto {

// Stored beside what the key protects. Memory used: 128 * n * r bytes.
struct ScryptParameters {
  uint64_t n = 1 << 16;  // a power of two
  uint32_t r = 8;
  uint32_t p = 1;
  std::string salt;  // at least 16 bytes
};

// kUsage for parameters out of range or memory above 256 MiB.
Result<SecretBytes> scrypt_key(const SecretBytes& passphrase, const ScryptParameters& parameters, size_t size);

}  // namespace coffer::crypto
