// KMS's own operations: what comes back, what does not, and with which errors.
#include "kms/operations.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "kms/key_rotation.h"
#include "kms/testing/keyring_fixture.h"

namespace coffer::kms::testing {
namespace {

class OperationsTest : public KeyringTest {
 protected:
  std::string encrypt_text(std::string_view text, const EncryptionContext& context = kContext) {
    return encrypt(keyring_, key_, SecretBytes::copy_of(text), context)->ciphertext;
  }
  // The plaintext, or the name of the error.
  std::string decrypted(std::string_view ciphertext, const EncryptionContext& context = kContext) {
    const auto key = key_of_ciphertext(ciphertext, kAccount);
    if (!key.ok()) return outcome(key);
    const auto opened = decrypt(keyring_, *key, ciphertext, context);
    return opened.ok() ? std::string(opened->plaintext.view(kTest)) : outcome(opened);
  }

  const KeyName key_ = make_key();
};

TEST_F(OperationsTest, WhatIsEncryptedComesBackForTheSameContextOnly) {
  for (const std::string& text : {std::string("x"), std::string(4096, 'y'), std::string("\0z", 2)})
    EXPECT_EQ(decrypted(encrypt_text(text)), text);
  const std::string ciphertext = encrypt_text("s3cr3t");
  EXPECT_EQ(decrypted(ciphertext, {kContext[1], kContext[0]}), "s3cr3t");
  EXPECT_EQ(decrypted(ciphertext, {}), "InvalidCiphertextException");
  EXPECT_EQ(decrypted(ciphertext, {kContext[0]}), "InvalidCiphertextException");
  EXPECT_EQ(decrypted(encrypt_text("s3cr3t", {}), {}), "s3cr3t");
  EXPECT_NE(encrypt_text("s3cr3t"), encrypt_text("s3cr3t"));
  EXPECT_EQ(ciphertext.find("s3cr3t"), std::string::npos);
}

TEST_F(OperationsTest, EveryChangedByteOfACiphertextIsRefused) {
  const std::string ciphertext = encrypt_text("s3cr3t");
  for (size_t i = 0; i < ciphertext.size(); ++i) {
    std::string changed = ciphertext;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    // One of another key may exist or not.
    const std::string result = decrypted(changed);
    EXPECT_TRUE(result == "InvalidCiphertextException" || result == "NotFoundException") << i << " " << result;
    EXPECT_EQ(decrypted(ciphertext.substr(0, i)), "InvalidCiphertextException") << i;
  }
  EXPECT_EQ(decrypt(keyring_, key_, ciphertext + "x", kContext).error().message, "");
}

// Secrets of earlier versions are opened by the same key, whichever way.
TEST_F(OperationsTest, CiphertextsOfSecretsManagerAndOfCallersAreOneKind) {
  EXPECT_EQ(decrypted(seal(key_)).size(), 32u);
  EXPECT_EQ(opened(encrypt_text("s3cr3t")), "ok");
}

TEST_F(OperationsTest, ADataKeyIsAsLongAsItIsAskedForAndDecrypts) {
  for (const size_t size : {1u, 16u, 32u, 1024u}) {
    const auto made = generate_data_key(keyring_, key_, size, kContext);
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made->plaintext.size(), size);
    EXPECT_EQ(decrypted(made->encrypted.ciphertext), made->plaintext.view(kTest));
    EXPECT_EQ(made->encrypted.material_id, info(key_).material_id);
  }
}

TEST_F(OperationsTest, TheAnswerNamesTheMaterial) {
  const auto before = encrypt(keyring_, key_, SecretBytes::copy_of(std::string_view("a")), kContext);
  ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  const auto after = encrypt(keyring_, key_, SecretBytes::copy_of(std::string_view("a")), kContext);
  EXPECT_NE(before->material_id, after->material_id);
  EXPECT_EQ(after->material_id, info(key_).material_id);
  EXPECT_EQ(decrypt(keyring_, key_, before->ciphertext, kContext)->material_id, before->material_id);
  EXPECT_EQ(decrypt(keyring_, key_, after->ciphertext, kContext)->material_id, after->material_id);
}

TEST_F(OperationsTest, OnlyAnEnabledKeyIsUsed) {
  const std::string ciphertext = encrypt_text("s3cr3t");
  const std::string arn = key_arn(kRegion, key_);
  const auto expect_refusal = [&](std::string_view name, const std::string& message) {
    const auto encrypted = encrypt(keyring_, key_, SecretBytes::copy_of(std::string_view("a")), kContext);
    EXPECT_EQ(outcome(encrypted), name);
    EXPECT_EQ(encrypted.error().message, message);
    EXPECT_EQ(outcome(generate_data_key(keyring_, key_, 32, kContext)), name);
    EXPECT_EQ(decrypted(ciphertext), name);
  };
  ASSERT_TRUE(keyring_.disable(key_).ok());
  expect_refusal("DisabledException", arn + " is disabled.");
  ASSERT_TRUE(keyring_.schedule_deletion(key_, 7).ok());
  expect_refusal("KMSInvalidStateException", arn + " is pending deletion.");
  clock_.advance(std::chrono::hours(7 * 24));
  ASSERT_EQ(*keyring_.erase_expired(), 1u);
  expect_refusal("NotFoundException", "Key '" + arn + "' does not exist");
}

TEST_F(OperationsTest, RandomBytesAreAsManyAsAskedForAndNeverTheSame) {
  EXPECT_EQ(generate_random(random_, 1).size(), 1u);
  const SecretBytes first = generate_random(random_, 1024);
  const SecretBytes second = generate_random(random_, 1024);
  EXPECT_EQ(first.size(), 1024u);
  EXPECT_FALSE(first.equals(second));
}

// Known answer: format 3, written by hand. A later version must open it.
TEST_F(OperationsTest, ACiphertextOfTheThirdFormatOpens) {
  const KeyName key{kAccount, "mrk-0f1e2d3c4b5a496887768594a3b2c1d0"};
  SecretBytes raw(32);
  for (size_t i = 0; i < 32; ++i)
    raw.mutable_span(kTest)[i] = static_cast<std::byte>(0x40 + i);
  StoredKey stored;
  stored.info.name = key;
  stored.info.multi_region = MultiRegion::kPrimary;
  stored.materials.push_back({first_material_id(key), region_key_.wrap(raw, key_row(key), random_), {}, {}});
  put_row(key_row(key), encode_key(stored));
  const std::string ciphertext = *hex_decode(
      "03013132333435363738393031320f1e2d3c4b5a496887768594a3b2c1d021de18d98d3fc8b103030303030303030303"
      "0303e50b6338d86b7d9b73f337eabf0e4ecd179ec5595e1d");
  EXPECT_EQ(decrypted(ciphertext, {{"app", "db"}}), "s3cr3t");
  EXPECT_EQ(decrypted(ciphertext, {{"app", "DB"}}), "InvalidCiphertextException");
}

}  // namespace
}  // namespace coffer::kms::testing
