#include "secrets/sealed_value.h"

#include <gtest/gtest.h>

#include "secrets/testing/store_fixture.h"

namespace coffer::secrets::testing {
namespace {

class SealedValueTest : public SecretStoreTest {
 protected:
  static constexpr std::string_view kArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab3dEf";
  const VersionId version_ = version_id(1);
  const ValueContext context_{kAccount, kArn, version_};

  Result<std::string> seal(const SealingKey& key, std::string_view value = "s3cr3t") {
    return seal_value(keyring_, random_, context_, key, SecretBytes::copy_of(value));
  }
  std::string open(std::string_view row) {
    const auto value = open_value(keyring_, context_, row);
    return value.ok() ? std::string(value->view(kTest)) : std::string(error_name(value.error().code));
  }
};

TEST_F(SealedValueTest, WithoutAKeyTheAccountsDefaultKeySeals) {
  const std::string row = *seal(std::nullopt);
  EXPECT_EQ(open(row), "s3cr3t");
  const auto key = sealing_key_of(row, kAccount);
  ASSERT_TRUE(key);
  EXPECT_EQ(kms::key_arn(kEast, *key), *keyring_.default_key_arn(kAccount));
  EXPECT_EQ(row.size(), 6u + 129u) << "as docs/formats says";
}

TEST_F(SealedValueTest, TheKeyMayBeACustomersEvenOfAnotherAccount) {
  for (const AccountId& owner : {kAccount, kOther}) {
    const kms::KeyName key = *keyring_.create_key(owner, "");
    const std::string row = *seal(key);
    EXPECT_EQ(open(row), "s3cr3t");
    EXPECT_EQ(sealing_key_of(row, kAccount), key);
  }
  EXPECT_FALSE(*keyring_.default_key_arn(kAccount)) << "nobody needed it";
}

// What the owner does to a key is for clients to know; damage is not: they must turn to another region.
TEST_F(SealedValueTest, AKeyThatCannotBeUsedIsToldFromDamage) {
  const kms::KeyName key = *keyring_.create_key(kAccount, "");
  const std::string row = *seal(key);
  ASSERT_TRUE(keyring_.disable(key).ok());
  EXPECT_EQ(open(row), "DecryptionFailure");
  EXPECT_EQ(seal(key).error().code, ErrorCode::kEncryptionFailure);
  EXPECT_TRUE(seal(key).error().message.ends_with("/key-state.html."));
  ASSERT_TRUE(keyring_.schedule_deletion(key, 7).ok());
  EXPECT_EQ(open(row), "DecryptionFailure");
  clock_.advance(std::chrono::hours(7 * 24));
  EXPECT_EQ(*keyring_.erase_expired(), 1u);
  EXPECT_EQ(open(row), "DecryptionFailure");
  EXPECT_EQ(sealing_key_of(row, kAccount), key) << "still says which";

  const std::string other = *seal(*keyring_.create_key(kAccount, ""));
  for (size_t i = 0; i < other.size(); ++i) {
    std::string changed = other;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    EXPECT_EQ(open(changed), "Corrupt") << i;
    EXPECT_EQ(open(other.substr(0, i)), "Corrupt") << i;
  }
}

TEST_F(SealedValueTest, BytesThatAreNoSealedValueNameNoKey) {
  const std::string row = *seal(std::nullopt);
  EXPECT_FALSE(sealing_key_of("", kAccount));
  EXPECT_FALSE(sealing_key_of(row.substr(0, 3 + 88), kAccount)) << "one byte of the encrypted data key is missing";
  EXPECT_FALSE(sealing_key_of("\x02" + row.substr(1), kAccount));
  EXPECT_FALSE(sealing_key_of(row.substr(1), kAccount));
}

TEST_F(SealedValueTest, AReaderOfASecretLearnsThatItsKeyIsDisabled) {
  const SecretPointer made = create("db", "by default");
  const kms::KeyName key = *keyring_.create_key(kOther, "");
  const ValueContext context{kAccount, made->arn, version_id(0)};
  const std::string row = *seal_value(keyring_, random_, context, key, SecretBytes::copy_of("by customer"));
  ASSERT_TRUE(store_->commit({{}, {{value_key(kAccount, "db", version_id(0)), row}}, {}}).ok());

  const SecretPointer view = find("db");
  const VersionId& hot = view->secret.versions.front().id;
  ASSERT_EQ(value(view, hot), "by customer");
  ASSERT_TRUE(keyring_.disable(key).ok());
  EXPECT_EQ(value(view, hot), "DecryptionFailure") << "at hand";
  EXPECT_EQ(value(view, version_id(0)), "DecryptionFailure") << "from the store";
  ASSERT_TRUE(keyring_.enable(key).ok());
  EXPECT_EQ(value(view, hot), "by customer");
}

}  // namespace
}  // namespace coffer::secrets::testing
