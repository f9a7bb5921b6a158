#include "crypto/testing/test_signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdlib>

namespace coffer::crypto::testing {
namespace {

std::string number_of(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &number) != 1) std::abort();
  const bool is_coordinate = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
  std::string bytes(static_cast<size_t>(is_coordinate ? 32 : BN_num_bytes(number)), '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  BN_free(number);
  return bytes;
}

std::string raw(const std::string& der) {
  const auto* in = reinterpret_cast<const unsigned char*>(der.data());
  ECDSA_SIG* const parts = d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()));
  std::string bytes(64, '\0');
  auto* const out = reinterpret_cast<unsigned char*>(bytes.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(parts), out, 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(parts), out + 32, 32);
  ECDSA_SIG_free(parts);
  return bytes;
}

}  // namespace

struct TestSigner::Key {
  EVP_PKEY* pkey;
  ~Key() { EVP_PKEY_free(pkey); }
};

TestSigner::TestSigner(SignatureAlgorithm algorithm)
    : algorithm_(algorithm),
      key_(new Key{algorithm == SignatureAlgorithm::kRs256 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")}) {
  if (key_->pkey == nullptr) std::abort();
}
TestSigner::~TestSigner() = default;

std::string TestSigner::sign(std::string_view message) const {
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  size_t size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
  if (EVP_DigestSignInit_ex(context, nullptr, "SHA256", nullptr, nullptr, key_->pkey, nullptr) != 1 ||
      EVP_DigestSign(context, nullptr, &size, bytes, message.size()) != 1) {
    std::abort();
  }
  std::string signature(size, '\0');
  if (EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size, bytes, message.size()) != 1) {
    std::abort();
  }
  signature.resize(size);
  EVP_MD_CTX_free(context);
  return algorithm_ == SignatureAlgorithm::kEs256 ? raw(signature) : signature;
}

std::string TestSigner::first() const {
  return number_of(key_->pkey,
                   algorithm_ == SignatureAlgorithm::kRs256 ? OSSL_PKEY_PARAM_RSA_N : OSSL_PKEY_PARAM_EC_PUB_X);
}
std::string TestSigner::second() const {
  return number_of(key_->pkey,
                   algorithm_ == SignatureAlgorithm::kRs256 ? OSSL_PKEY_PARAM_RSA_E : OSSL_PKEY_PARAM_EC_PUB_Y);
}

PublicKey TestSigner::public_key() const {
  return *(algorithm_ == SignatureAlgorithm::kRs256 ? PublicKey::rsa(first(), second())
                                                    : PublicKey::p256(first(), second()));
}

}  // namespace coffer::crypto::testing
