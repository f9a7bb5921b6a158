#include "crypto/aead.h"

#include <openssl/evp.h>

#include <array>
#include <atomic>
#include <cstdlib>

namespace coffer::crypto {
namespace {

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;

const EVP_CIPHER* cipher() {
  // Fetched once: an implicit fetch per message costs more than the message.
  static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  if (fetched == nullptr) std::abort();
  return fetched;
}

// One context per thread and direction, with the cipher set, so that a message only sets key and nonce.
class Context {
 public:
  explicit Context(bool encrypts) : context_(EVP_CIPHER_CTX_new()) {
    if (context_ == nullptr ||
        EVP_CipherInit_ex2(context_, cipher(), nullptr, nullptr, encrypts ? 1 : 0, nullptr) != 1) {
      std::abort();
    }
  }
  ~Context() { EVP_CIPHER_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_CIPHER_CTX* get() const { return context_; }

 private:
  EVP_CIPHER_CTX* context_;
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

const unsigned char* key_bytes(const SecretBytes& key) {
  return reinterpret_cast<const unsigned char*>(key.span(SecretAccess("the key goes to the cipher")).data());
}

}  // namespace

AeadKey::AeadKey(SecretBytes key, KeyUse use) : key_(std::move(key)) {
  if (key_.size() != kAeadKeySize) std::abort();
  static std::atomic<uint64_t> last_serial = 0;
  if (use == KeyUse::kOften) serial_ = ++last_serial;
}

AeadKey AeadKey::generate(Random& random) {
  SecretBytes key(kAeadKeySize);
  random.fill(key.mutable_span(SecretAccess("a fresh key is drawn")));
  return AeadKey(std::move(key));
}

std::string AeadKey::seal(const SecretBytes& plaintext, std::string_view associated_data, Random& random) const {
  return seal(plaintext.span(SecretAccess("plaintext goes to the cipher")), associated_data, random);
}

std::string AeadKey::seal(std::span<const std::byte> plaintext, std::string_view associated_data,
                          Random& random) const {
  thread_local const Context context(true);
  std::string sealed(kNonceSize + plaintext.size() + kTagSize, '\0');
  auto* out = reinterpret_cast<unsigned char*>(sealed.data());
  random.fill(std::as_writable_bytes(std::span(sealed.data(), kNonceSize)));
  int size = 0;
  const bool ok = EVP_EncryptInit_ex2(context.get(), nullptr, key_bytes(key_), out, nullptr) == 1 &&
                  EVP_EncryptUpdate(context.get(), nullptr, &size, bytes_of(associated_data),
                                    static_cast<int>(associated_data.size())) == 1 &&
                  EVP_EncryptUpdate(context.get(), out + kNonceSize, &size,
                                    reinterpret_cast<const unsigned char*>(plaintext.data()),
                                    static_cast<int>(plaintext.size())) == 1 &&
                  EVP_EncryptFinal_ex(context.get(), out + kNonceSize + plaintext.size(), &size) == 1 &&
                  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(kTagSize),
                                      out + kNonceSize + plaintext.size()) == 1;
  // Encryption fails only when the library is broken; going on would mean storing something else than the value.
  if (!ok) std::abort();
  return sealed;
}

Result<SecretBytes> AeadKey::open(std::string_view sealed, std::string_view associated_data) const {
  const Error refused{ErrorCode::kDecryptionFailure, "The ciphertext could not be decrypted."};
  if (sealed.size() < kAeadOverhead) return refused;
  thread_local const Context once(false);
  thread_local const Context often(false);
  thread_local uint64_t often_serial = 0;
  const Context& context = serial_ == 0 ? once : often;
  const bool has_key = serial_ != 0 && serial_ == often_serial;
  const unsigned char* const key = has_key ? nullptr : key_bytes(key_);
  const size_t plaintext_size = sealed.size() - kAeadOverhead;
  const std::string_view tag = sealed.substr(kNonceSize + plaintext_size);
  SecretBytes plaintext(plaintext_size);
  auto* out =
      reinterpret_cast<unsigned char*>(plaintext.mutable_span(SecretAccess("the cipher writes the plaintext")).data());
  if (serial_ != 0) often_serial = serial_;
  std::array<unsigned char, 1> end;
  int size = 0;
  // `plaintext` wipes itself when the tag does not fit: nothing unauthenticated leaves this function.
  const bool ok = EVP_DecryptInit_ex2(context.get(), nullptr, key, bytes_of(sealed), nullptr) == 1 &&
                  EVP_DecryptUpdate(context.get(), nullptr, &size, bytes_of(associated_data),
                                    static_cast<int>(associated_data.size())) == 1 &&
                  EVP_DecryptUpdate(context.get(), out, &size, bytes_of(sealed) + kNonceSize,
                                    static_cast<int>(plaintext_size)) == 1 &&
                  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(kTagSize),
                                      const_cast<char*>(tag.data())) == 1 &&
                  EVP_DecryptFinal_ex(context.get(), end.data(), &size) == 1;
  if (!ok) return refused;
  return plaintext;
}

}  // namespace coffer::crypto
