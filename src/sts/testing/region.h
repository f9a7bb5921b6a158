// What a region keeps session keys with, in memory, for tests: a store whose disk is the test's, and a region key.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/log.h"
#include "base/random.h"
#include "base/secret_bytes.h"
#include "base/time_text.h"
#include "home/home_region.h"
#include "home/state_exporter.h"
#include "home/state_receiver.h"
#include "seal/region_key.h"
#include "seal/root_key.h"
#include "store/testing/fault_store.h"
#include "store/testing/temp_directory.h"
#include "sts/session_key_states.h"
#include "sts/session_keys.h"

namespace coffer::sts::testing {

inline constexpr SecretAccess kTest("tests look at what they made");
inline const AccountId kAccount = *AccountId::parse("123456789012");
inline const AccountId kOther = *AccountId::parse("210987654321");
inline const Time kNow = *parse_iso_basic("20261124T103000Z");

// Each with a root key of its own: what one wraps, another does not unwrap.
struct TestRegion {
  // "us-east-1" or "eu-west-1", which know each other. Home by its own configuration, as the other is by its own.
  TestRegion(Random& random, std::string region_name)
      : name(std::move(region_name)),
        region_key(open_region_key(random)),
        home({*store, random, {*Region::parse(name), {other()}}, *Region::parse(name)}),
        keys({*store, region_key, random, home}),
        states({*store, region_key, random}) {}

  Region other() const { return *Region::parse(name == "us-east-1" ? "eu-west-1" : "us-east-1"); }

  // What the replicators do; `from` becomes home here.
  void take_keys_of(TestRegion& from) {
    while (home.claim()->epoch >= from.home.claim()->epoch)
      if (!from.home.adopt(*from.home.claim()).ok()) std::abort();
    take_newer_keys_of(from);
  }
  void take_newer_keys_of(TestRegion& from) {
    const home::StateId id = state_of_session_keys();
    const home::Stamp base = *home::current_stamp({*store, states}, id);
    auto made = *home::export_state({*from.store, from.states}, id, base);
    for (home::StatePart& part : made.parts) {
      part.home = *from.home.claim();
      if (!receiver.apply(part).ok()) std::abort();
    }
  }

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
  home::HomeRegion home;
  SessionKeys keys;
  SessionKeyStates states;
  home::StateKinds kinds{&states};
  const SystemClock log_clock;
  const Log log{log_clock, STDERR_FILENO, LogLevel::kError};
  home::StateReceiver receiver{{*store, home, kinds, log}};
};

}  // namespace coffer::sts::testing
