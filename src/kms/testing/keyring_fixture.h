// A keyring over a store in memory whose disk and clock are the test's, and short words for what tests do with keys.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "kms/key_rows.h"
#include "kms/keyring.h"
#include "seal/root_key.h"
#include "store/testing/fault_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::kms::testing {

inline constexpr SecretAccess kTest("tests look at what they made");
inline const AccountId kAccount = *AccountId::parse("123456789012");
inline const AccountId kOther = *AccountId::parse("210987654321");
inline const Region kRegion = *Region::parse("us-east-1");
inline const EncryptionContext kContext = {{"SecretARN", "arn:x"}, {"SecretVersionId", "v1"}};

class KeyringTest : public ::testing::Test {
 protected:
  seal::RegionKey open_region_key() {
    const std::string path = directory_ / "root.key";
    if (!seal::RootKey::generate_file(path, random_).ok()) std::abort();
    return *seal::RegionKey::open(
        *store_,
        {.root_key = [path](const crypto::ScryptParameters&) { return seal::RootKey::from_file(path); },
         .region = kRegion.text()},
        random_);
  }

  KeyName make_key(const AccountId& account = kAccount) { return *keyring_.create_key(account, ""); }
  std::string seal(const KeyName& key) { return keyring_.generate_data_key(key, kContext)->ciphertext; }
  std::string seal_by_default(const AccountId& account) {
    return keyring_.generate_data_key(account, kContext)->ciphertext;
  }

  // "ok" or the name of the error.
  template <class T>
  static std::string outcome(const Result<T>& result) {
    return result.ok() ? "ok" : std::string(error_name(result.error().code));
  }
  std::string opened(std::string_view ciphertext, const AccountId& home = kAccount) {
    return outcome(keyring_.decrypt(home, ciphertext, kContext));
  }
  std::string encrypted(const KeyName& key) { return outcome(keyring_.generate_data_key(key, kContext)); }
  // The id of the key that the text names, "" for none, or the name of the error.
  std::string resolved(std::string_view key_id, const AccountId& caller = kAccount) {
    const auto found = keyring_.resolve(caller, key_id);
    if (!found.ok()) return std::string(error_name(found.error().code));
    return *found ? (*found)->info.name.id : "";
  }
  KeyInfo info(const KeyName& key) { return (*keyring_.find(key))->info; }
  bool exists(const KeyName& key) { return *keyring_.find(key) != nullptr; }

  size_t rows(std::string_view prefix) { return store_->scan(store::ScanRange::prefix(prefix))->size(); }
  void put_row(const std::string& key, const std::string& value) {
    ASSERT_TRUE(store_->commit({.preconditions = {}, .puts = {{key, value}}, .deletes = {}}).ok());
  }
  void delete_row(const std::string& key) {
    ASSERT_TRUE(store_->commit({.preconditions = {}, .puts = {}, .deletes = {key}}).ok());
  }

  crypto::SystemRandom random_;
  ManualClock clock_{*parse_iso_basic("20261124T000000Z")};
  std::unique_ptr<store::testing::FaultStore> store_ = store::testing::FaultStore::make();
  store::testing::TempDirectory directory_;
  seal::RegionKey region_key_ = open_region_key();
  Keyring keyring_{{*store_, region_key_, random_, clock_, kRegion}};
};

}  // namespace coffer::kms::testing
