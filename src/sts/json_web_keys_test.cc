#include "sts/json_web_keys.h"

#include <gtest/gtest.h>

#include "sts/testing/fake_issuer.h"

namespace coffer::sts::testing {
namespace {

using crypto::SignatureAlgorithm;

std::string key(const crypto::testing::TestSigner& signer, std::string_view id, std::string_view more = "") {
  const bool is_rsa = signer.algorithm() == SignatureAlgorithm::kRs256;
  std::string json = is_rsa ? R"({"kty":"RSA","n":")" : R"({"kty":"EC","crv":"P-256","x":")";
  json.append(base64url(signer.first())).append(is_rsa ? R"(","e":")" : R"(","y":")");
  json.append(base64url(signer.second())).append(R"(","kid":")").append(id).append("\"").append(more);
  return json + "}";
}

TEST(JsonWebKeys, VerifyWhatTheirOwnerSigned) {
  const crypto::testing::TestSigner rsa(SignatureAlgorithm::kRs256);
  const crypto::testing::TestSigner ec(SignatureAlgorithm::kEs256);
  const auto keys = read_key_set(R"({"keys":[)" + key(rsa, "1", R"(,"alg":"RS256","use":"sig")") + "," + key(ec, "2") +
                                 R"(],"more":{}})");
  ASSERT_TRUE(keys.ok());
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_TRUE(find_key(*keys, "1", SignatureAlgorithm::kRs256)->verifies("m", rsa.sign("m")));
  EXPECT_TRUE(find_key(*keys, "2", SignatureAlgorithm::kEs256)->verifies("m", ec.sign("m")));
}

// A key must not be used with another algorithm than its own, whatever a token says.
TEST(JsonWebKeys, AreFoundByIdAndAlgorithm) {
  const crypto::testing::TestSigner rsa(SignatureAlgorithm::kRs256);
  const crypto::testing::TestSigner ec(SignatureAlgorithm::kEs256);
  const auto keys = read_key_set(R"({"keys":[)" + key(rsa, "1") + "," + key(ec, "2") + "," + key(ec, "3") + "]}");
  EXPECT_EQ(find_key(*keys, "1", SignatureAlgorithm::kEs256), nullptr);
  EXPECT_EQ(find_key(*keys, "4", SignatureAlgorithm::kEs256), nullptr);
  EXPECT_EQ(find_key(*keys, "3", SignatureAlgorithm::kEs256), &(*keys)[2].key);
  // Without an id only where it can mean one key.
  EXPECT_EQ(find_key(*keys, "", SignatureAlgorithm::kRs256), &(*keys)[0].key);
  EXPECT_EQ(find_key(*keys, "", SignatureAlgorithm::kEs256), nullptr);
}

TEST(JsonWebKeys, OfOtherKindsAreLeftOut) {
  const crypto::testing::TestSigner ec(SignatureAlgorithm::kEs256);
  const auto size = [&](const std::string& keys) { return read_key_set(R"({"keys":[)" + keys + "]}")->size(); };
  EXPECT_EQ(size(""), 0u);
  EXPECT_EQ(size(key(ec, "1")), 1u);
  EXPECT_EQ(size(key(ec, "1", R"(,"use":"enc")")), 0u);
  EXPECT_EQ(size(key(ec, "1", R"(,"alg":"ES384")")), 0u);
  EXPECT_EQ(size(R"({"kty":"OKP","crv":"Ed25519","x":"AA"})"), 0u);
  EXPECT_EQ(size(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"})"), 0u);
  EXPECT_EQ(size(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), 0u);
  EXPECT_EQ(size(R"({"kty":"EC","crv":"P-256","x":"!","y":"!"},)" + key(ec, "1")), 1u);
}

TEST(JsonWebKeys, WhatIsNoKeySetIsDamage) {
  for (const char* bad : {"", "{}", "[]", R"({"keys":{}})", R"({"keys":["x"]})", "<html>"}) {
    EXPECT_EQ(read_key_set(bad).error().code, ErrorCode::kCorrupt) << bad;
  }
  std::string many = "{}";
  for (int i = 1; i < 100; ++i)
    many += ",{}";
  EXPECT_TRUE(read_key_set(R"({"keys":[)" + many + "]}").ok());
  EXPECT_EQ(read_key_set(R"({"keys":[)" + many + ",{}]}").error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace coffer::sts::testing
