// Public keys of others, to verify what they signed: RSASSA-PKCS1-v1_5 and ECDSA on P-256, both with SHA-256 (RS256 and
// ES256 of RFC 7518). Nothing else: an algorithm that is not here cannot be chosen by whoever sends a message.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"

namespace coffer::crypto {

enum class SignatureAlgorithm { kRs256, kEs256 };

// Copies share the key. Thread-safe.
class PublicKey {
 public:
  // Big-endian numbers. kCorrupt unless the modulus has 2,048 to 8,192 bits, and the exponent is odd, above 1 and at
  // most four bytes.
  static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  // 32 bytes each, big-endian. kCorrupt unless they are a point of the curve.
  static Result<PublicKey> p256(std::string_view x, std::string_view y);

  SignatureAlgorithm algorithm() const { return algorithm_; }
  // `signature`: of ECDSA r and s, 32 bytes each.
  bool verifies(std::string_view message, std::string_view signature) const;

 private:
  struct Key;
  PublicKey(SignatureAlgorithm algorithm, std::shared_ptr<const Key> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  SignatureAlgorithm algorithm_;
  std::shared_ptr<const Key> key_;
};

}  // namespace coffer::crypto
