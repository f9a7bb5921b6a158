// The only file that uses OpenSSL's low-level SHA-256: docs/decisions/0004-crypto.md says why.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/digest.h"

#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <string>

namespace coffer::crypto {
namespace {

constexpr size_t kBlockSize = 64;
static_assert(sizeof(SHA256_CTX) == 112 && alignof(SHA256_CTX) <= 8, "Sha256::state_ holds an SHA256_CTX");

SHA256_CTX* context(std::byte* state) {
  return reinterpret_cast<SHA256_CTX*>(state);
}

}  // namespace

Sha256::Sha256() {
  SHA256_Init(context(state_));
}

void Sha256::update(std::span<const std::byte> bytes) {
  SHA256_Update(context(state_), bytes.data(), bytes.size());
}

void Sha256::update(std::string_view text) {
  SHA256_Update(context(state_), text.data(), text.size());
}

Digest Sha256::finish() {
  Digest digest;
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), context(state_));
  return digest;
}

Digest Sha256::of(std::span<const std::byte> bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Digest Sha256::of(std::string_view text) {
  return of(std::as_bytes(std::span(text)));
}

HmacKey::HmacKey(std::span<const std::byte> key) {
  std::array<std::byte, kBlockSize> block{};
  if (key.size() > kBlockSize) {
    Digest digest = Sha256::of(key);
    std::ranges::copy(digest, block.begin());
    wipe(digest);
  } else {
    std::ranges::copy(key, block.begin());
  }
  std::array<std::byte, kBlockSize> pad;
  std::ranges::transform(block, pad.begin(), [](std::byte b) { return b ^ std::byte{0x36}; });
  inner_.update(pad);
  std::ranges::transform(block, pad.begin(), [](std::byte b) { return b ^ std::byte{0x5c}; });
  outer_.update(pad);
  wipe(block);
  wipe(pad);
}

HmacKey::~HmacKey() {
  wipe(&inner_, sizeof(inner_));
  wipe(&outer_, sizeof(outer_));
}

Digest HmacKey::sign(std::string_view message) const {
  Sha256 hash = inner_;
  hash.update(message);
  const Digest inner = hash.finish();
  hash = outer_;
  hash.update(inner);
  const Digest result = hash.finish();
  wipe(&hash, sizeof(hash));
  return result;
}

Digest hmac_sha256(std::span<const std::byte> key, std::string_view message) {
  return HmacKey(key).sign(message);
}

SecretBytes hkdf_sha256(const SecretBytes& key, std::string_view salt, std::string_view info, size_t size) {
  const SecretAccess access("HKDF mixes the input key and writes the output key");
  Digest pseudorandom_key = hmac_sha256(std::as_bytes(std::span(salt)), key.view(access));
  SecretBytes result(size);
  std::span<std::byte> out = result.mutable_span(access);
  const HmacKey expand(pseudorandom_key);
  wipe(pseudorandom_key);
  Digest block{};
  SecretBuffer message;
  size_t written = 0;
  for (uint8_t counter = 1; written < size; ++counter) {
    message.clear();
    if (counter > 1) message.append({reinterpret_cast<const char*>(block.data()), block.size()});
    message.append(info);
    message.push_back(static_cast<char>(counter));
    block = expand.sign(message.view());
    const size_t part = std::min(block.size(), size - written);
    std::copy_n(block.begin(), part, out.begin() + static_cast<std::ptrdiff_t>(written));
    written += part;
  }
  wipe(block);
  return result;
}

bool digests_equal(const Digest& a, const Digest& b) {
  std::byte difference{0};
  for (size_t i = 0; i < a.size(); ++i)
    difference |= a[i] ^ b[i];
  asm volatile("" : "+r"(difference));
  return difference == std::byte{0};
}

}  // namespace coffer::crypto
