// Three regions in memory whose keys are related, and messages between them that the test delivers, repeats, keeps or
// loses.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time_text.h"
#include "kms/key_exchange.h"
#include "kms/key_store.h"
#include "kms/keyring.h"
#include "kms/multi_region.h"
#include "kms/operations.h"
#include "seal/root_key.h"
#include "store/keys.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::kms::testing {

inline const AccountId kOwner = *AccountId::parse("123456789012");

inline void must(const Result<void>& result) {
  if (!result.ok()) {
    ADD_FAILURE() << error_name(result.error().code) << ": " << result.error().message;
    std::abort();
  }
}
template <class T>
T must(Result<T> result) {
  if (!result.ok()) {
    ADD_FAILURE() << error_name(result.error().code) << ": " << result.error().message;
    std::abort();
  }
  return std::move(result).value();
}

// One root key file for all regions of the process.
inline const std::string& related_root_key_file() {
  static const store::testing::TempDirectory directory;
  static const std::string path = [] {
    SeededRandom random(1);
    must(seal::RootKey::generate_file(directory / "root.key", random));
    return directory / "root.key";
  }();
  return path;
}

struct RegionInTest {
  RegionInTest(const Region& name, Random& random, const Clock& clock)
      : name(name),
        regions(name),
        store(store::make_memory_store()),
        region_key(must(seal::RegionKey::open(
            *store,
            {.root_key =
                 [](const crypto::ScryptParameters&) { return seal::RootKey::from_file(related_root_key_file()); },
             .region = name.text()},
            random))),
        keyring({*store, region_key, random, clock, regions}) {}

  const Region name;
  const RegionList regions;
  const std::unique_ptr<store::Store> store;
  const seal::RegionKey region_key;
  Keyring keyring;
  KeyExchange exchange{keyring};
};

class RelatedRegions : public ::testing::Test {
 protected:
  using KeyId = KeyName;
  static inline const AccountId& kAccount = kOwner;

  std::vector<RegionInTest*> all() { return {&east_, &west_, &europe_}; }

  static KeyName make_primary(RegionInTest& region) {
    const KeyName key = region.keyring.draw_name(kOwner, MultiRegion::kPrimary);
    must(region.keyring.create_key({key, "", {}, {}}));
    return key;
  }

  // A primary in the east, a replica in the west and one in Europe, that all know of each other.
  KeyName make_family() {
    const KeyName key = make_primary(east_);
    must(replicate(east_.keyring, key, west_.name, {}));
    must(replicate(east_.keyring, key, europe_.name, {}));
    settle();
    return key;
  }

  static std::optional<StoredKey> stored(RegionInTest& region, const KeyName& key) {
    auto current = region.keyring.key_store().load(key);
    return current.ok() ? std::optional(std::move(current->key)) : std::nullopt;
  }
  static std::optional<KeyInfo> info(RegionInTest& region, const KeyName& key) {
    const KeyPointer found = must(region.keyring.find(key));
    return found ? std::optional(found->info) : std::nullopt;
  }

  static std::string encrypted(RegionInTest& region, const KeyName& key, std::string_view plaintext) {
    return must(encrypt(region.keyring, key, SecretBytes::copy_of(plaintext), {})).ciphertext;
  }
  // The plaintext, or the name of the error.
  static std::string decrypted(RegionInTest& region, const KeyName& key, std::string_view ciphertext) {
    const auto opened = decrypt(region.keyring, key, ciphertext, {});
    if (!opened.ok()) return std::string(error_name(opened.error().code));
    return std::string(opened->plaintext.view(SecretAccess("tests look at what they made")));
  }

  template <class T>
  static std::string outcome(const Result<T>& result) {
    return result.ok() ? "ok" : std::string(error_name(result.error().code));
  }

  // What `from` has to tell `to` now.
  static KeyMessage message(RegionInTest& from, RegionInTest& to, const KeyName& key) {
    return must(from.exchange.message_for(key, to.name));
  }
  // REQUIRES: there is something to tell.
  static KeyAnswer arrive(RegionInTest& from, RegionInTest& to, const KeyMessage& message) {
    if (const auto* shared = std::get_if<SharedKey>(&message)) return must(to.exchange.apply(*shared));
    return must(to.exchange.apply(from.name, std::get<ReplicaReport>(message)));
  }
  static std::string settle(RegionInTest& from, RegionInTest& to, const KeyMessage& sent, const KeyAnswer& answer) {
    if (const auto* shared = std::get_if<SharedKey>(&sent)) return must(from.exchange.settle(*shared, to.name, answer));
    return must(from.exchange.settle(std::get<ReplicaReport>(sent), to.name, answer));
  }

  static std::vector<store::Row> marks_for(RegionInTest& from, RegionInTest& to) {
    return must(from.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(to.name))));
  }
  size_t marks() {
    size_t count = 0;
    for (RegionInTest* from : all()) {
      for (RegionInTest* to : all())
        count += marks_for(*from, *to).size();
    }
    return count;
  }
  static KeyName key_of(const store::Row& mark) {
    const auto key = store::OutboxKey::parse(mark.key);
    return {key->account, key->name};
  }
  // Unless somebody has written it again.
  static void clear(RegionInTest& region, const store::Row& mark) {
    region.store->commit({.preconditions = {{mark.key, mark.revision}}, .puts = {}, .deletes = {mark.key}})
        .ok();  // NOLINT: a conflict is fine
  }

  // Every mark once, as it is now.
  static void deliver_all(RegionInTest& from, RegionInTest& to) {
    for (const store::Row& mark : marks_for(from, to)) {
      const KeyMessage sent = message(from, to, key_of(mark));
      if (!std::holds_alternative<std::monostate>(sent)) {
        if (!settle(from, to, sent, arrive(from, to, sent)).empty()) continue;
      }
      clear(from, mark);
    }
  }
  // Until nothing is left to be told.
  void settle() {
    for (int round = 0; round < 20 && marks() > 0; ++round) {
      for (RegionInTest* from : all()) {
        for (RegionInTest* to : all())
          deliver_all(*from, *to);
      }
    }
    EXPECT_EQ(marks(), 0U);
  }
  // What the background threads do, and what comes of it.
  void expire() {
    for (RegionInTest* region : all())
      must(region->keyring.erase_expired());
    settle();
    for (RegionInTest* region : all())
      must(region->keyring.erase_expired());
    settle();
  }

  static void put_row(RegionInTest& region, const std::string& key, const std::string& value) {
    must(region.store->commit({.preconditions = {}, .puts = {{key, value}}, .deletes = {}}));
  }

  SeededRandom random_{7};
  ManualClock clock_{*parse_iso_basic("20261124T000000Z")};
  RegionInTest east_{*Region::parse("us-east-1"), random_, clock_};
  RegionInTest west_{*Region::parse("us-west-2"), random_, clock_};
  RegionInTest europe_{*Region::parse("eu-west-1"), random_, clock_};
};

}  // namespace coffer::kms::testing
