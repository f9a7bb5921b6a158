// AES-256-GCM with 96-bit random nonces. Promises confidentiality and integrity of the plaintext and integrity of the
// associated data; does not hide the plaintext's length. A key may seal at most 2^32 messages.
// Sealed form: nonce (12) | ciphertext (as long as the plaintext) | tag (16).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"
#include "base/secret_bytes.h"

namespace coffer::crypto {

inline constexpr size_t kAeadKeySize = 32;
inline constexpr size_t kAeadOverhead = 12 + 16;

// kOnce: a data key, which opens one message and goes. kOften: every thread keeps the schedule of the last such key
// that it opened with, which costs memory that outlives the key, and halves the time.
enum class KeyUse : uint8_t { kOnce, kOften };

// A key ready for use. Thread-safe: contexts are per thread.
class AeadKey {
 public:
  // REQUIRES: key.size() == kAeadKeySize.
  explicit AeadKey(SecretBytes key, KeyUse use = KeyUse::kOnce);
  AeadKey(AeadKey&&) noexcept = default;
  AeadKey& operator=(AeadKey&&) noexcept = default;

  // A fresh key from `random`.
  static AeadKey generate(Random& random);

  std::string seal(const SecretBytes& plaintext, std::string_view associated_data, Random& random) const;
  std::string seal(std::span<const std::byte> plaintext, std::string_view associated_data, Random& random) const;

  // kDecryptionFailure when the key, the associated data or one bit of `sealed` is not the right one. Which of them is
  // not said, and no plaintext is released.
  Result<SecretBytes> open(std::string_view sealed, std::string_view associated_data) const;

  // The raw key, to be wrapped by another.
  const SecretBytes& material() const { return key_; }

 private:
  SecretBytes key_;
  uint64_t serial_ = 0;  // of a key that is used often; never given twice
};

}  // namespace coffer::crypto
