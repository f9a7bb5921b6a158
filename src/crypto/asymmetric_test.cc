#include "crypto/asymmetric.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/testing/test_signer.h"

namespace coffer::crypto::testing {
namespace {

std::string from_base64url(std::string_view text) {
  return std::string(base64url_decode(text)->view(SecretAccess("a test vector")));
}

constexpr std::string_view kPayload =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// RFC 7515, appendix A.2.
TEST(PublicKey, AgreesWithRfc7515AboutRs256) {
  const auto key = PublicKey::rsa(
      from_base64url("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4Ql"
                     "L-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
                     "LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoud"
                     "F8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"),
      from_base64url("AQAB"));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->algorithm(), SignatureAlgorithm::kRs256);
  const std::string message = "eyJhbGciOiJSUzI1NiJ9." + std::string(kPayload);
  const std::string signature = from_base64url(
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
      "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
      "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
      "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw");
  EXPECT_TRUE(key->verifies(message, signature));
  EXPECT_FALSE(key->verifies(message + "x", signature));
}

// RFC 7515, appendix A.3.
TEST(PublicKey, AgreesWithRfc7515AboutEs256) {
  const auto key = PublicKey::p256(from_base64url("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                                   from_base64url("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->algorithm(), SignatureAlgorithm::kEs256);
  const std::string message = "eyJhbGciOiJFUzI1NiJ9." + std::string(kPayload);
  const std::string signature =
      from_base64url("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(key->verifies(message, signature));
  EXPECT_FALSE(key->verifies(message + "x", signature));
}

TEST(PublicKey, EveryChangedBitOfASignatureIsRefused) {
  for (const auto algorithm : {SignatureAlgorithm::kRs256, SignatureAlgorithm::kEs256}) {
    const TestSigner signer(algorithm);
    const PublicKey key = signer.public_key();
    const std::string signature = signer.sign("message");
    EXPECT_TRUE(key.verifies("message", signature));
    for (size_t bit = 0; bit < signature.size() * 8; bit += 5) {
      std::string changed = signature;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      ASSERT_FALSE(key.verifies("message", changed)) << bit;
    }
    EXPECT_FALSE(key.verifies("message", ""));
    EXPECT_FALSE(key.verifies("message", signature.substr(1)));
    EXPECT_FALSE(key.verifies("message", signature + '\0'));
    EXPECT_FALSE(TestSigner(algorithm).public_key().verifies("message", signature));
  }
}

// Nothing signs everything: r = s = 0 once passed for a signature in other libraries.
TEST(PublicKey, AnEmptySignatureOfEcdsaIsNone) {
  const PublicKey key = TestSigner(SignatureAlgorithm::kEs256).public_key();
  EXPECT_FALSE(key.verifies("message", std::string(64, '\0')));
  EXPECT_FALSE(key.verifies("message", std::string(64, '\xff')));
}

TEST(PublicKey, WhatIsNoKeyIsRefused) {
  const TestSigner rsa(SignatureAlgorithm::kRs256);
  const std::string n = rsa.first();
  EXPECT_TRUE(PublicKey::rsa(n, "\x03").ok());
  EXPECT_TRUE(PublicKey::rsa(std::string(1, '\0') + n, rsa.second()).ok());  // leading zeros change nothing
  for (const std::string& modulus : {std::string(), n.substr(1), std::string(1025, '\xff'), std::string(256, '\0')}) {
    EXPECT_EQ(PublicKey::rsa(modulus, rsa.second()).error().code, ErrorCode::kCorrupt) << modulus.size();
  }
  using std::string_literals::operator""s;
  for (const std::string& exponent : {""s, "\0"s, "\x01"s, "\x01\x00\x00"s, "\x01\x00\x00\x00\x01"s}) {
    EXPECT_EQ(PublicKey::rsa(n, exponent).error().code, ErrorCode::kCorrupt) << exponent.size();
  }
  const TestSigner p256(SignatureAlgorithm::kEs256);
  EXPECT_TRUE(PublicKey::p256(p256.first(), p256.second()).ok());
  EXPECT_EQ(PublicKey::p256(p256.second(), p256.first()).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(PublicKey::p256(p256.first(), "").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(PublicKey::p256(std::string(32, '\0'), std::string(32, '\0')).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(PublicKey::p256(std::string(32, '\xff'), std::string(32, '\xff')).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace coffer::crypto::testing
