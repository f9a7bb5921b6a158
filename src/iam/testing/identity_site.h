// A region's identities in memory, for tests: two accounts, and everything that knows or changes identities.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "iam/account_store.h"
#include "iam/identities.h"
#include "iam/identity_cache.h"
#include "iam/identity_store.h"
#include "iam/principals.h"
#include "seal/root_key.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::iam::testing {

inline const AccountId kAccount = *AccountId::parse("123456789012");
inline const AccountId kOther = *AccountId::parse("210987654321");

inline EntityRef user_ref(std::string_view name) {
  return {kAccount, EntityKind::kUser, name};
}
inline EntityRef group_ref(std::string_view name) {
  return {kAccount, EntityKind::kGroup, name};
}
inline EntityRef role_ref(std::string_view name) {
  return {kAccount, EntityKind::kRole, name};
}
inline EntityRef policy_ref(std::string_view arn) {
  return {kAccount, EntityKind::kPolicy, arn};
}

// An identity policy that allows one action on everything.
inline std::string allowing(std::string_view action) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":")" + std::string(action) +
         R"(","Resource":"*"}]})";
}
// A trust policy that names one principal of AWS.
inline std::string trusting(std::string_view arn) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":")" + std::string(arn) +
         R"("},"Action":"sts:AssumeRole"}]})";
}

class IdentitySite {
 public:
  IdentitySite() {
    for (const AccountId& account : {kAccount, kOther})
      if (!accounts.create("account " + account.text(), account).ok()) std::abort();
  }

  SnapshotPointer snapshot(const AccountId& account = kAccount) const { return *cache.snapshot(account); }
  const AccountEntities& entities() {
    shown_ = snapshot();
    return shown_->entities();
  }

  const Region region = *Region::parse("us-east-1");
  store::testing::TempDirectory directory;
  crypto::SystemRandom random;
  ManualClock clock{*parse_iso_basic("20261124T100000Z")};
  std::unique_ptr<store::Store> store = store::make_memory_store();
  std::unique_ptr<seal::RegionKey> region_key = open_region_key();
  home::HomeRegion home{{*store, random, {region}, region}};
  AccountStore accounts{{*store, *region_key, random, clock, home}};
  IdentityCache cache{*store};
  Identities identities{*store, cache};
  Principals principals{accounts, cache, identities};
  IdentityStore identity_store{{*store, *region_key, random, clock, cache, identities, principals, home}};

 private:
  std::unique_ptr<seal::RegionKey> open_region_key() {
    const std::string file = directory / "root.key";
    if (!seal::RootKey::generate_file(file, random).ok()) std::abort();
    const seal::SealOptions options{
        .root_key = [file](const crypto::ScryptParameters&) { return seal::RootKey::from_file(file); },
        .region = "us-east-1"};
    return std::make_unique<seal::RegionKey>(*seal::RegionKey::open(*store, options, random));
  }

  SnapshotPointer shown_;
};

}  // namespace coffer::iam::testing
