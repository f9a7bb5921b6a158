// Signs as RS256 and ES256 do, for tests of what verifies. Never for anything else: keys are made at random and not
// protected in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "crypto/asymmetric.h"

namespace coffer::crypto::testing {

class TestSigner {
 public:
  explicit TestSigner(SignatureAlgorithm algorithm);
  ~TestSigner();

  // Of ECDSA r and s, 32 bytes each.
  std::string sign(std::string_view message) const;
  SignatureAlgorithm algorithm() const { return algorithm_; }
  // Big-endian bytes, as PublicKey takes them: modulus and exponent, or x and y.
  std::string first() const;
  std::string second() const;
  PublicKey public_key() const;

 private:
  struct Key;
  const SignatureAlgorithm algorithm_;
  const std::unique_ptr<const Key> key_;
};

}  // namespace coffer::crypto::testing
