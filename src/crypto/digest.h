// SHA-256, HMAC-SHA256 and HKDF-SHA256. No allocation, no algorithm look-up per call.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/secret_bytes.h"

namespace coffer::crypto {

using Digest = std::array<std::byte, 32>;

class Sha256 {
 public:
  Sha256();
  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);
  Digest finish();  // the object is spent afterwards

  static Digest of(std::span<const std::byte> bytes);
  static Digest of(std::string_view text);

 private:
  friend class HmacKey;
  alignas(8) std::byte state_[112];  // OpenSSL's SHA256_CTX; checked in the .cc
};

// An HMAC key with both pads already hashed: sign() costs two short hashes. Copyable state that must be wiped, so it is
// neither copied nor printed; wiped on destruction.
class HmacKey {
 public:
  explicit HmacKey(std::span<const std::byte> key);
  HmacKey(const HmacKey&) = delete;
  HmacKey& operator=(const HmacKey&) = delete;
  ~HmacKey();

  Digest sign(std::string_view message) const;

 private:
  Sha256 inner_;
  Sha256 outer_;
};

Digest hmac_sha256(std::span<const std::byte> key, std::string_view message);

// RFC 5869. `size` at most 255 * 32.
SecretBytes hkdf_sha256(const SecretBytes& key, std::string_view salt, std::string_view info, size_t size);

// Constant time.
bool digests_equal(const Digest& a, const Digest& b);

}  // namespace coffer::crypto
