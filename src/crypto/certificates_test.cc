#include "crypto/certificates.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/time_text.h"
#include "crypto/system_random.h"

namespace coffer::crypto {
namespace {

constexpr SecretAccess kTest("tests look at what they made");

CertificateRequest request(std::string name) {
  return {.common_name = name,
          .dns_names = {name + ".coffer.internal"},
          .ip_addresses = {"127.0.0.1"},
          .not_before = *parse_iso_basic("20250101T000000Z"),
          .not_after = *parse_iso_basic("20450101T000000Z")};
}

X509* read(const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  return certificate;
}

// As a TLS peer would: chain, purpose and name.
bool verifies(const Certificate& authority, const Certificate& leaf, int purpose, const char* host) {
  X509_STORE* store = X509_STORE_new();
  X509* root = read(authority.certificate_pem);
  X509* end = read(leaf.certificate_pem);
  X509_STORE_add_cert(store, root);
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, end, nullptr);
  X509_STORE_CTX_set_purpose(context, purpose);
  X509_VERIFY_PARAM_set1_host(X509_STORE_CTX_get0_param(context), host, 0);
  const bool good = X509_verify_cert(context) == 1;
  X509_STORE_CTX_free(context);
  X509_free(root);
  X509_free(end);
  X509_STORE_free(store);
  return good;
}

TEST(Certificates, AnIssuedCertificateServesBothSidesOfALink) {
  SystemRandom random;
  const auto authority = make_authority(request("Coffer deployment"), random);
  ASSERT_TRUE(authority.ok());
  const auto leaf = issue_certificate(*authority, request("us-east-1"), random);
  ASSERT_TRUE(leaf.ok()) << leaf.error().message;
  EXPECT_TRUE(verifies(*authority, *leaf, X509_PURPOSE_SSL_SERVER, "us-east-1.coffer.internal"));
  EXPECT_TRUE(verifies(*authority, *leaf, X509_PURPOSE_SSL_CLIENT, "us-east-1.coffer.internal"));
  EXPECT_FALSE(verifies(*authority, *leaf, X509_PURPOSE_SSL_SERVER, "eu-west-1.coffer.internal"));
  const auto stranger = make_authority(request("Coffer deployment"), random);
  EXPECT_FALSE(verifies(*stranger, *leaf, X509_PURPOSE_SSL_SERVER, "us-east-1.coffer.internal"));
  EXPECT_EQ(*certificate_expiry(leaf->certificate_pem), *parse_iso_basic("20450101T000000Z"));
}

TEST(Certificates, AnAuthorityThatIsNoneIssuesNothing) {
  SystemRandom random;
  auto authority = make_authority(request("Coffer deployment"), random);
  const auto other = make_authority(request("Coffer deployment"), random);
  const auto leaf = issue_certificate(*authority, request("us-east-1"), random);
  EXPECT_EQ(issue_certificate(*leaf, request("eu-west-1"), random).error().code, ErrorCode::kCorrupt);
  const Certificate mixed{authority->certificate_pem, other->private_key_pem.clone()};
  EXPECT_EQ(issue_certificate(mixed, request("eu-west-1"), random).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(certificate_expiry("nonsense").error().code, ErrorCode::kCorrupt);
}

// Names reach OpenSSL's configuration syntax; a comma would add names nobody asked for.
TEST(Certificates, NamesThatAreNotPlainAreRefused) {
  SystemRandom random;
  const auto authority = make_authority(request("Coffer deployment"), random);
  CertificateRequest bad = request("us-east-1");
  bad.dns_names = {"a,DNS:evil"};
  EXPECT_EQ(issue_certificate(*authority, bad, random).error().code, ErrorCode::kUsage);
  EXPECT_NE(authority->private_key_pem.view(kTest).find("BEGIN PRIVATE KEY"), std::string_view::npos);
}

}  // namespace
}  // namespace coffer::crypto
