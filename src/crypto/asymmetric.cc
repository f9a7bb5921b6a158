#include "crypto/asymmetric.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <string>
#include <utility>

namespace coffer::crypto {
namespace {

constexpr size_t kCoordinateSize = 32;
constexpr int kMinModulusBits = 2048;
constexpr int kMaxModulusBits = 8192;
constexpr size_t kMaxExponentSize = 4;

template <auto kFree>
struct Free {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

BigNumber number(std::string_view bytes) {
  return BigNumber(BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr));
}

Error refused(const char* what) {
  ERR_clear_error();
  return Error{ErrorCode::kCorrupt, what};
}

// Null when the parameters make no public key.
Pkey make_key(const char* kind, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  Pkey made(key);
  const PkeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return made;
}

// OpenSSL takes the signature in DER only. Empty when there is none.
std::string to_der(std::string_view signature) {
  BigNumber r = number(signature.substr(0, kCoordinateSize));
  BigNumber s = number(signature.substr(kCoordinateSize));
  const Signature parts(ECDSA_SIG_new());
  if (!r || !s || !parts || ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // the signature owns them now
  (void)s.release();
  std::string der(static_cast<size_t>(std::max(0, i2d_ECDSA_SIG(parts.get(), nullptr))), '\0');
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  if (der.empty() || i2d_ECDSA_SIG(parts.get(), &out) <= 0) return {};
  return der;
}

}  // namespace

struct PublicKey::Key {
  Pkey pkey;
};

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  // Before anything is computed with them.
  const bool is_bounded = modulus.size() <= kMaxModulusBits / 8 && exponent.size() <= kMaxExponentSize;
  const BigNumber n = number(is_bounded ? modulus : std::string_view());
  const BigNumber e = number(is_bounded ? exponent : std::string_view());
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || BN_num_bits(n.get()) < kMinModulusBits || !BN_is_odd(e.get()) || BN_is_one(e.get()) ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return refused("not an RSA key of a size that is accepted");
  }
  Pkey key = make_key("RSA", builder.get());
  if (!key) return refused("not an RSA key");
  return PublicKey(SignatureAlgorithm::kRs256, std::make_shared<const Key>(Key{std::move(key)}));
}

Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  const std::string point = std::string("\x04").append(x).append(y);  // uncompressed
  if (x.size() != kCoordinateSize || y.size() != kCoordinateSize || !builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) != 1) {
    return refused("not a point of P-256");
  }
  Pkey key = make_key("EC", builder.get());
  if (!key) return refused("not a point of P-256");
  return PublicKey(SignatureAlgorithm::kEs256, std::make_shared<const Key>(Key{std::move(key)}));
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const {
  std::string der;
  if (algorithm_ == SignatureAlgorithm::kEs256) {
    if (signature.size() != 2 * kCoordinateSize) return false;
    der = to_der(signature);
    signature = der;
  }
  // Of RSA, PKCS #1 v1.5 is what OpenSSL does unless it is told otherwise.
  const DigestContext context(EVP_MD_CTX_new());
  const bool good =
      context &&
      EVP_DigestVerifyInit_ex(context.get(), nullptr, "SHA256", nullptr, nullptr, key_->pkey.get(), nullptr) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace coffer::crypto
