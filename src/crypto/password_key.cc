#include "crypto/password_key.h"

#include <openssl/evp.h>

namespace coffer::crypto {
namespace {

constexpr uint64_t kMaxMemory = 256ull << 20;

}  // namespace

Result<SecretBytes> scrypt_key(const SecretBytes& passphrase, const ScryptParameters& parameters, size_t size) {
  const auto& [n, r, p, salt] = parameters;
  const bool power_of_two = n >= 2 && (n & (n - 1)) == 0;
  // The order of the checks keeps the product from overflowing.
  if (!power_of_two || n > kMaxMemory || r == 0 || r > 1024 || p == 0 || p > 64 || 128 * n * r > kMaxMemory ||
      salt.size() < 16) {
    return Error{ErrorCode::kUsage, "scrypt parameters are out of range"};
  }
  const SecretAccess access("scrypt reads the passphrase and writes the key");
  SecretBytes key(size);
  const std::string_view text = passphrase.view(access);
  if (EVP_PBE_scrypt(text.data(), text.size(), reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), n, r,
                     p, 2 * kMaxMemory, reinterpret_cast<unsigned char*>(key.mutable_span(access).data()), size) != 1) {
    return Error{ErrorCode::kUsage, "scrypt refused its parameters"};
  }
  return key;
}

}  // namespace coffer::crypto
