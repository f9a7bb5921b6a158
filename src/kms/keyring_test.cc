// Data keys: what opens them and what does not, and the account's default key. The life of customer keys is in
// customer_keys_test.cc.
#include "kms/keyring.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/encoding.h"
#include "kms/testing/keyring_fixture.h"

namespace coffer::kms::testing {
namespace {

using DataKeyTest = KeyringTest;

TEST_F(DataKeyTest, ADataKeyComesBackForTheSameContextOnly) {
  for (const bool by_default : {true, false}) {
    const auto made =
        by_default ? keyring_.generate_data_key(kAccount, kContext) : keyring_.generate_data_key(make_key(), kContext);
    ASSERT_TRUE(made.ok());
    EXPECT_TRUE(keyring_.decrypt(kAccount, made->ciphertext, kContext)->equals(made->key.material()));
    // Order does not matter, AWS says; everything else does.
    EXPECT_TRUE(keyring_.decrypt(kAccount, made->ciphertext, {kContext[1], kContext[0]}).ok());
    for (const EncryptionContext& wrong :
         {EncryptionContext{}, EncryptionContext{kContext[0]}, EncryptionContext{{"SecretARN", "arn:y"}, kContext[1]},
          EncryptionContext{{"SecretARN", "arn:xSecretVersionIdv1"}}}) {
      EXPECT_EQ(outcome(keyring_.decrypt(kAccount, made->ciphertext, wrong)), "Corrupt");
    }
  }
}

TEST_F(DataKeyTest, EveryChangedByteOfACiphertextIsRefused) {
  const std::string ciphertext = seal(make_key());
  for (size_t i = 0; i < ciphertext.size(); ++i) {
    for (const int bit : {0x01, 0x20}) {
      std::string changed = ciphertext;
      changed[i] = static_cast<char>(changed[i] ^ bit);
      EXPECT_EQ(opened(changed), "Corrupt") << i;
    }
    EXPECT_EQ(opened(ciphertext.substr(0, i)), "Corrupt") << i;
  }
  EXPECT_EQ(opened(ciphertext + "x"), "Corrupt");
}

// The account of a ciphertext of format 1 is not in it: taking it out of another must not make one.
TEST_F(DataKeyTest, ACiphertextRewrittenToTheOtherFormatDoesNotOpen) {
  const std::string ciphertext = seal(make_key());
  EXPECT_EQ(opened("\x01" + ciphertext.substr(14, 16) + ciphertext.substr(38)), "Corrupt");
  EXPECT_EQ(opened("\x02" + ciphertext.substr(2, 28) + ciphertext.substr(38)), "Corrupt");
}

TEST_F(DataKeyTest, TheKeyMayBelongToAnotherAccountThanWhatItEncrypts) {
  const KeyName key = make_key(kOther);
  const std::string ciphertext = seal(key);
  EXPECT_EQ(opened(ciphertext, kAccount), "ok");
  EXPECT_EQ(key_of(ciphertext, kAccount), key);
  // Under another owner's name it is another ciphertext, even if that owner has a key of the same id and material.
  const KeyName namesake{kAccount, key.id};
  const auto stored = decode_key(key, (*store_->get(key_row(key)))->value);
  const auto material = region_key_.unwrap(stored->materials[0].wrapped, key_row(key));
  StoredKey copy = *stored;
  copy.info.name = namesake;
  copy.materials[0].wrapped = region_key_.wrap(*material, key_row(namesake), random_);
  put_row(key_row(namesake), encode_key(copy));
  EXPECT_EQ(encrypted(namesake), "ok");
  EXPECT_EQ(opened(ciphertext_header(namesake, stored->materials[0].id) + ciphertext.substr(38)), "Corrupt");
}

// An account's default key is made once: values sealed under a lost one would be lost.
TEST_F(DataKeyTest, AnAccountsDefaultKeyIsMadeOnceAndSurvivesARestart) {
  EXPECT_FALSE(keyring_.default_key_arn(kAccount)->has_value());
  const std::string ciphertext = seal_by_default(kAccount);
  const auto arn = *keyring_.default_key_arn(kAccount);
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn, key_arn(kRegion, *key_of(ciphertext, kAccount)));
  EXPECT_TRUE(arn->starts_with("arn:aws:kms:us-east-1:123456789012:key/"));
  Keyring restarted({*store_, region_key_, random_, clock_, kRegion});
  EXPECT_TRUE(restarted.decrypt(kAccount, ciphertext, kContext).ok());
  EXPECT_EQ(*restarted.default_key_arn(kAccount), arn);
  seal_by_default(kOther);
  EXPECT_NE(*keyring_.default_key_arn(kAccount), *keyring_.default_key_arn(kOther));
}

TEST_F(DataKeyTest, ConcurrentFirstUsesAgreeOnOneDefaultKey) {
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < ids.size(); ++i) {
    threads.emplace_back([this, &id = ids[i], i] {
      id = i % 2 == 0 ? key_of(seal_by_default(kAccount), kAccount)->id : resolved(kSecretsManagerAlias);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(ids, std::vector<std::string>(8, ids[0]));
  EXPECT_EQ(rows("k"), 3u) << "one key, one alias, and when it is rotated";
}

// What the version of Coffer before customer keys wrote, byte for byte: the example of docs/formats. And what this one
// writes, so that a later one can say the same.
TEST_F(DataKeyTest, AStoreOfTheFirstFormatStillOpens) {
  const std::string root_key = directory_ / "example.key";
  std::ofstream(root_key) << "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  std::filesystem::permissions(root_key, std::filesystem::perms(0600));
  const std::string id = "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0";
  const std::string seal_value = *hex_decode(
      "0166000975732d656173742d31000000000001000000000008000000010010a0a1a2a3a4a5a6a7a8a9aaabacadaeaf010101010101010101"
      "01010157e2c7164ca04e41fc7d4d33344a7cf7fb5fbde8a5b620ebcbe23dd7a134c00e95cbe1b79f9746ff9e4ee71e63535140");
  const std::string key_value = *hex_decode(
      "0a18616c6961732f6177732f736563726574736d616e616765721080d8e8d6a0341a3c0202020202020202020202022d4f77f86849add9ac"
      "06e840368a03cbbb0529fef74da1be20cee3885fb0cdf329dbea1c35c32f8b5c7f142bcab7da78");
  const std::string ciphertext = *hex_decode(
      "010f1e2d3c4b5a496887768594a3b2c1d0030303030303030303030303f65962298f7aa623d885242344144c61a9fdfcbc34ff89f5d5cc8f"
      "39d144d4766106f8a8d0f9282feba658ba95fe9ba7");
  const std::string newer_ciphertext = *hex_decode(
      "023132333435363738393031320f1e2d3c4b5a496887768594a3b2c1d0030303030303030303030303f65962298f7aa623d8852423441"
      "44c61a9fdfcbc34ff89f5d5cc8f39d144d476ab60d6d4979b83320577a6f45a5a9ebc");
  const std::string newest_ciphertext = *hex_decode(
      "03003132333435363738393031320f1e2d3c4b5a496887768594a3b2c1d09d267ff93b05a7c5030303030303030303030303f65962298f"
      "7aa623d885242344144c61a9fdfcbc34ff89f5d5cc8f39d144d4767e6465e14aeffb6ff8454260883bb1b0");
  const EncryptionContext context = {
      {"SecretARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db/password-Ab3dEf"},
      {"SecretVersionId", "7c2f3f0e-5a3b-4f0e-9d4a-0a6d1f2b3c4d"}};

  const auto old_store = store::testing::FaultStore::make();
  ASSERT_TRUE(old_store
                  ->commit({.preconditions = {},
                            .puts = {{"seal", seal_value},
                                     {key_row({kAccount, id}), key_value},
                                     {alias_row(kAccount, kSecretsManagerAlias), id}},
                            .deletes = {}})
                  .ok());
  const auto region_key = seal::RegionKey::open(
      *old_store,
      {.root_key = [&](const crypto::ScryptParameters&) { return seal::RootKey::from_file(root_key); },
       .region = kRegion.text()},
      random_);
  ASSERT_TRUE(region_key.ok());
  Keyring keyring({*old_store, *region_key, random_, clock_, kRegion});

  const auto data_key = keyring.decrypt(kAccount, ciphertext, context);
  ASSERT_TRUE(data_key.ok());
  EXPECT_EQ(hex_encode(data_key->span(kTest)), "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f");
  EXPECT_TRUE(keyring.decrypt(kOther, newer_ciphertext, context)->equals(*data_key));
  EXPECT_TRUE(keyring.decrypt(kOther, newest_ciphertext, context)->equals(*data_key));
  EXPECT_EQ(outcome(keyring.decrypt(kOther, ciphertext, context)), "Corrupt");
  EXPECT_EQ(outcome(keyring.decrypt(kAccount, ciphertext, kContext)), "Corrupt");
  const auto found = *keyring.find({kAccount, id});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->info.state, KeyState::kEnabled);
  EXPECT_TRUE(found->info.is_default);
  EXPECT_EQ(found->info.created, *parse_iso_basic("20261124T000000Z"));
  EXPECT_EQ((*keyring.resolve(kAccount, kSecretsManagerAlias))->info.name.id, id)
      << "and goes on to be the default key";
  EXPECT_EQ(key_of(keyring.generate_data_key(kAccount, context)->ciphertext, kOther), (KeyName{kAccount, id}));
}

// A read must neither touch the disk nor parse, whatever the key's state.
TEST_F(DataKeyTest, DecryptingAgainReadsNothing) {
  const KeyName usable = make_key();
  const KeyName disabled = make_key();
  const std::string first = seal(usable);
  const std::string second = seal(disabled);
  ASSERT_TRUE(keyring_.disable(disabled).ok());
  ASSERT_EQ(opened(first), "ok");
  ASSERT_EQ(opened(second), "DecryptionFailure");
  store_->fail_reads(true);
  EXPECT_EQ(opened(first), "ok");
  EXPECT_EQ(opened(second), "DecryptionFailure");
  EXPECT_EQ(encrypted(usable), "ok");
  EXPECT_EQ(opened(seal(usable)), "ok");
}

// A row that is lost takes effect at once, and is damage: nobody deleted the key.
TEST_F(DataKeyTest, AKeyThatIsLostOrDamagedIsAnErrorOfTheServer) {
  const KeyName key = make_key();
  const std::string ciphertext = seal(key);
  const std::string row = (*store_->get(key_row(key)))->value;
  ASSERT_EQ(opened(ciphertext), "ok");
  delete_row(key_row(key));
  EXPECT_EQ(opened(ciphertext), "Corrupt");

  StoredKey stored = *decode_key(key, row);
  using std::string_literals::operator""s;
  stored.materials[0].wrapped.pop_back();
  for (const std::string& damage :
       {""s, "\xff\xff\xff"s, row.substr(0, row.size() - 1), row + "\x20\x03"s, row + "\x20\x02"s, row + "\x28\x01"s,
        row + "\x0a\x01x"s, row + "\x68\x01"s, row + "\x50\x01"s, row + "\x58\x01"s, row + "\x42\x01x"s,
        row + "\x62\x00"s, row + "\x9a\x01\x03\x0a\x01x"s, encode_key(stored)}) {
    put_row(key_row(key), damage);
    EXPECT_EQ(opened(ciphertext), "Corrupt") << hex_encode(std::as_bytes(std::span(damage)));
    EXPECT_EQ(encrypted(key), "Corrupt");
  }
  put_row(key_row(key), row);
  EXPECT_EQ(opened(ciphertext), "ok");

  // Nobody can have disabled a default key.
  const KeyName own = *key_of(seal_by_default(kAccount), kAccount);
  put_row(key_row(own), (*store_->get(key_row(own)))->value + "\x20\x01");
  EXPECT_EQ(outcome(keyring_.generate_data_key(kAccount, kContext)), "Corrupt");
  delete_row(key_row(own));
  EXPECT_EQ(outcome(keyring_.generate_data_key(kAccount, kContext)), "Corrupt") << "and no second one is made";
  EXPECT_EQ(resolved(kSecretsManagerAlias), "Corrupt");
  put_row(alias_row(kAccount, kSecretsManagerAlias), key.id);
  EXPECT_EQ(outcome(keyring_.generate_data_key(kAccount, kContext)), "Corrupt") << "a customer's";
  put_row(alias_row(kAccount, "alias/app"), own.id);
  EXPECT_EQ(resolved("alias/app"), "Corrupt");
}

TEST_F(DataKeyTest, NoRowHoldsKeyMaterial) {
  const KeyName key = make_key();
  const auto made = keyring_.generate_data_key(key, kContext);
  const auto stored = decode_key(key, (*store_->get(key_row(key)))->value);
  const auto material = region_key_.unwrap(stored->materials[0].wrapped, key_row(key));
  ASSERT_EQ(material->size(), 32u);
  for (const store::Row& row : *store_->scan({.begin = "", .end = ""})) {
    EXPECT_EQ(row.value.find(made->key.material().view(kTest)), std::string::npos);
    EXPECT_EQ(row.value.find(material->view(kTest)), std::string::npos);
  }
}

// Secrets Manager does both before it accepts a key.
TEST_F(DataKeyTest, AKeyIsTriedForEncryptionAndDecryption) {
  const KeyName key = make_key(kOther);
  const EncryptionContext trial = {{"SecretARN", "arn:x"}, {"SecretVersionId", "RequestToValidateKeyAccess"}};
  const store::Revision before = store_->revision();
  EXPECT_TRUE(keyring_.check_usable(key, trial).ok());
  EXPECT_EQ(store_->revision(), before) << "nothing is kept";
  ASSERT_TRUE(keyring_.disable(key).ok());
  EXPECT_EQ(outcome(keyring_.check_usable(key, trial)), "EncryptionFailure");
  EXPECT_EQ(outcome(keyring_.check_usable({kAccount, key.id}, trial)), "EncryptionFailure") << "there is no such key";
  EXPECT_EQ(outcome(keyring_.check_usable({kAccount, "no key id"}, trial)), "EncryptionFailure");
}

}  // namespace
}  // namespace coffer::kms::testing
