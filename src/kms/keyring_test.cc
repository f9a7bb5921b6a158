#include "kms/keyring.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "seal/root_key.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::kms {
namespace {

constexpr SecretAccess kTest("tests look at what they made");
const AccountId kAccount = *AccountId::parse("123456789012");
const AccountId kOther = *AccountId::parse("210987654321");
const EncryptionContext kContext = {{"SecretARN", "arn:x"}, {"SecretVersionId", "v1"}};

struct Fixture {
  crypto::SystemRandom random;
  ManualClock clock{*parse_iso_basic("20261124T000000Z")};
  std::unique_ptr<store::Store> store = store::make_memory_store();
  store::testing::TempDirectory directory;
  seal::RegionKey region_key = open_region_key();
  Keyring keyring{{*store, region_key, random, clock, *Region::parse("us-east-1")}};

  seal::RegionKey open_region_key() {
    const std::string path = directory / "root.key";
    if (!seal::RootKey::generate_file(path, random).ok()) std::abort();
    return std::move(*seal::RegionKey::open(
        *store,
        {.root_key = [path](const crypto::ScryptParameters&) { return seal::RootKey::from_file(path); },
         .region = "us-east-1"},
        random));
  }
};

TEST(Keyring, ADataKeyComesBackForTheSameContextOnly) {
  Fixture f;
  const auto made = f.keyring.generate_data_key(kAccount, kContext);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(f.keyring.decrypt(kAccount, made->ciphertext, kContext)->equals(made->key.material()));
  // Order does not matter, AWS says; everything else does.
  EXPECT_TRUE(f.keyring.decrypt(kAccount, made->ciphertext, {kContext[1], kContext[0]}).ok());
  for (const EncryptionContext& wrong :
       {EncryptionContext{}, EncryptionContext{kContext[0]}, EncryptionContext{{"SecretARN", "arn:y"}, kContext[1]},
        EncryptionContext{{"SecretARN", "arn:xSecretVersionIdv1"}}}) {
    EXPECT_EQ(f.keyring.decrypt(kAccount, made->ciphertext, wrong).error().code, ErrorCode::kDecryptionFailure);
  }
  EXPECT_EQ(f.keyring.decrypt(kOther, made->ciphertext, kContext).error().code, ErrorCode::kDecryptionFailure);
}

TEST(Keyring, EveryChangedByteOfACiphertextIsRefused) {
  Fixture f;
  const std::string ciphertext = f.keyring.generate_data_key(kAccount, kContext)->ciphertext;
  for (size_t i = 0; i < ciphertext.size(); ++i) {
    std::string changed = ciphertext;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    EXPECT_FALSE(f.keyring.decrypt(kAccount, changed, kContext).ok()) << i;
    EXPECT_FALSE(f.keyring.decrypt(kAccount, ciphertext.substr(0, i), kContext).ok()) << i;
  }
}

TEST(Keyring, AnAccountsKeyIsMadeOnceAndSurvivesARestart) {
  Fixture f;
  EXPECT_FALSE(f.keyring.default_key_arn(kAccount)->has_value());
  const std::string ciphertext = f.keyring.generate_data_key(kAccount, kContext)->ciphertext;
  const auto arn = *f.keyring.default_key_arn(kAccount);
  ASSERT_TRUE(arn);
  EXPECT_TRUE(arn->starts_with("arn:aws:kms:us-east-1:123456789012:key/"));
  Keyring restarted({*f.store, f.region_key, f.random, f.clock, *Region::parse("us-east-1")});
  EXPECT_TRUE(restarted.decrypt(kAccount, ciphertext, kContext).ok());
  EXPECT_EQ(*restarted.default_key_arn(kAccount), arn);
  EXPECT_NE(*f.keyring.default_key_arn(kAccount), *f.keyring.default_key_arn(kOther));
}

// Two first uses at once must end with one key: values sealed under a lost key would be lost.
TEST(Keyring, ConcurrentFirstUsesAgreeOnOneKey) {
  Fixture f;
  std::vector<std::string> ciphertexts(8);
  std::vector<std::thread> threads;
  for (std::string& ciphertext : ciphertexts) {
    threads.emplace_back([&] { ciphertext = f.keyring.generate_data_key(kAccount, kContext)->ciphertext; });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const std::string& ciphertext : ciphertexts)
    EXPECT_TRUE(f.keyring.decrypt(kAccount, ciphertext, kContext).ok());
  EXPECT_EQ(f.store->scan(store::ScanRange::prefix("k"))->size(), 2u) << "one key and one alias";
}

// A key row that is deleted takes effect at once: the cache must not keep opening things with it.
TEST(Keyring, ADeletedKeyOpensNothingAnyMore) {
  Fixture f;
  const std::string ciphertext = f.keyring.generate_data_key(kAccount, kContext)->ciphertext;
  ASSERT_TRUE(f.keyring.decrypt(kAccount, ciphertext, kContext).ok());
  store::Transaction transaction;
  for (const store::Row& row : *f.store->scan(store::ScanRange::prefix("k")))
    transaction.deletes.push_back(row.key);
  ASSERT_TRUE(f.store->commit(std::move(transaction)).ok());
  EXPECT_EQ(f.keyring.decrypt(kAccount, ciphertext, kContext).error().code, ErrorCode::kDecryptionFailure);
}

TEST(Keyring, NoRowHoldsKeyMaterial) {
  Fixture f;
  const auto made = f.keyring.generate_data_key(kAccount, kContext);
  const std::string material(made->key.material().view(kTest));
  for (const store::Row& row : *f.store->scan({.begin = "", .end = ""})) {
    EXPECT_EQ(row.value.find(material), std::string::npos);
  }
}

}  // namespace
}  // namespace coffer::kms
