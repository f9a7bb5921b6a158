// What a region keeps session keys with, in memory, for tests: a store whose disk is the test's, and a region key.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/secret_bytes.h"
#include "base/time_text.h"
#include "seal/region_key.h"
#include "seal/root_key.h"
#include "store/testing/fault_store.h"
#include "store/testing/temp_directory.h"
#include "sts/session_keys.h"

namespace coffer::sts::testing {

inline constexpr SecretAccess kTest("tests look at what they made");
inline const AccountId kAccount = *AccountId::parse("123456789012");
inline const AccountId kOther = *AccountId::parse("210987654321");
inline const Time kNow = *parse_iso_basic("20261124T103000Z");

// Each with a root key of its own: what one wraps, another does not unwrap.
struct TestRegion {
  TestRegion(Random& random, std::string name, std::vector<Region> peers = {})
      : name(std::move(name)),
        region_key(open_region_key(random)),
        keys({*store, region_key, random, std::move(peers)}) {}

  seal::RegionKey open_region_key(Random& random) {
    const std::string path = directory / "root.key";
    if (!seal::RootKey::generate_file(path, random).ok()) std::abort();
    return *seal::RegionKey::open(
        *store,
        {.root_key = [path](const crypto::ScryptParameters&) { return seal::RootKey::from_file(path); },
         .region = name},
        random);
  }

  std::string name;
  store::testing::TempDirectory directory;
  std::unique_ptr<store::testing::FaultStore> store = store::testing::FaultStore::make();
  seal::RegionKey region_key;
  SessionKeys keys;
};

}  // namespace coffer::sts::testing
