#include "iam/account_store.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "seal/root_key.h"
#include "store/keys.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::iam {
namespace {

constexpr SecretAccess kTest("tests look at what they made");
const AccountId kAccount = *AccountId::parse("123456789012");

auth::ClaimedCredential claim(std::string_view access_key_id) {
  return {access_key_id, std::nullopt, Time()};
}

struct Site {
  explicit Site(std::string region_name, std::vector<Region> peers = {}) : region(std::move(region_name)) {
    const std::string path = directory / "root.key";
    if (!seal::RootKey::generate_file(path, random).ok()) std::abort();
    key.emplace(std::move(*seal::RegionKey::open(
        *store,
        {.root_key = [path](const crypto::ScryptParameters&) { return seal::RootKey::from_file(path); },
         .region = region},
        random)));
    accounts.emplace(AccountStore::Parts{*store, *key, random, clock, std::move(peers)});
  }

  std::string region;
  crypto::SystemRandom random;
  ManualClock clock{*parse_iso_basic("20261124T000000Z")};
  std::unique_ptr<store::Store> store = store::make_memory_store();
  store::testing::TempDirectory directory;
  std::optional<seal::RegionKey> key;
  std::optional<AccountStore> accounts;
};

TEST(AccountStore, ANewAccountHasARootKeyThatIsFound) {
  Site site("us-east-1");
  const auto made = site.accounts->create("security", kAccount);
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(made->access_key_id.text().starts_with("AKIA"));
  EXPECT_EQ(made->access_key_id.text().size(), 20u);
  EXPECT_EQ(made->secret_access_key.size(), 40u);
  const auto credential = *site.accounts->find(claim(made->access_key_id.text()));
  ASSERT_NE(credential, nullptr);
  EXPECT_EQ(credential->caller().arn, "arn:aws:iam::123456789012:root");
  EXPECT_EQ(credential->caller().kind, auth::PrincipalKind::kRoot);
  EXPECT_TRUE(credential->secret_access_key().equals(made->secret_access_key));
  EXPECT_TRUE(site.accounts->root_credentials(kAccount)->secret_access_key.equals(made->secret_access_key));
}

TEST(AccountStore, IdsAndNamesAreTakenOnce) {
  Site site("us-east-1");
  ASSERT_TRUE(site.accounts->create("security", kAccount).ok());
  EXPECT_EQ(site.accounts->create("other", kAccount).error().code, ErrorCode::kUsage);
  EXPECT_EQ(site.accounts->create("security", std::nullopt).error().code, ErrorCode::kUsage);
  EXPECT_TRUE(site.accounts->create("workloads", std::nullopt).ok());
  EXPECT_EQ(site.accounts->list()->size(), 2u);
  for (const std::string& bad :
       {std::string(), std::string(51, 'a'), std::string("a/b"), std::string("a\0b", 3), std::string("ü")}) {
    EXPECT_EQ(site.accounts->create(bad, std::nullopt).error().code, ErrorCode::kUsage) << bad;
  }
}

// An access key id comes straight from an unauthenticated header.
TEST(AccountStore, WhatIsNoAccessKeyIdIsSimplyNotFound) {
  Site site("us-east-1");
  for (const std::string& bad :
       {std::string(), std::string("AKIA"), std::string("AKIA\0AAAAAAAAAAAAAAA", 20), std::string(5000, 'A')}) {
    EXPECT_EQ(*site.accounts->find(claim(bad)), nullptr);
  }
  EXPECT_EQ(site.accounts->root_credentials(kAccount).error().code, ErrorCode::kNotFound);
}

TEST(AccountStore, AnAccountIsMarkedDirtyForEveryPeerInTheSameCommit) {
  Site home("us-east-1", {*Region::parse("eu-west-1"), *Region::parse("us-west-2")});
  const store::Revision before = home.store->revision();
  ASSERT_TRUE(home.accounts->create("security", kAccount).ok());
  EXPECT_EQ(home.store->revision(), before + 1);
  for (const char* peer : {"eu-west-1", "us-west-2"}) {
    const auto rows = *home.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(*Region::parse(peer))));
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(store::OutboxKey::parse(rows[0].key)->account, kAccount);
    EXPECT_EQ(store::OutboxMark::parse(rows[0].value)->generation, 1u);
  }
}

TEST(AccountStore, AnotherRegionAppliesTheStateUnderItsOwnKey) {
  Site home("us-east-1", {*Region::parse("eu-west-1")});
  Site replica("eu-west-1");
  const auto made = home.accounts->create("security", kAccount);
  auto state = *home.accounts->export_state(kAccount);
  ASSERT_TRUE(state);
  ASSERT_TRUE(replica.accounts->apply_state(*state).ok());
  ASSERT_TRUE(replica.accounts->apply_state(*state).ok()) << "twice does no harm";
  const auto credential = *replica.accounts->find(claim(made->access_key_id.text()));
  ASSERT_NE(credential, nullptr);
  EXPECT_TRUE(credential->secret_access_key().equals(made->secret_access_key));
  EXPECT_FALSE(home.accounts->export_state(*AccountId::parse("999999999999"))->has_value());
}

// States may arrive late: an older one must not bring a replaced key back.
TEST(AccountStore, ANewerStateReplacesKeyAndNameAndAnOlderOneIsIgnored) {
  Site home("us-east-1");
  Site replica("eu-west-1");
  const auto made = home.accounts->create("security", kAccount);
  AccountState old = std::move(**home.accounts->export_state(kAccount));
  ASSERT_TRUE(replica.accounts->apply_state(old).ok());
  ASSERT_NE(*replica.accounts->find(claim(made->access_key_id.text())), nullptr);
  AccountState newer{
      kAccount, "vault", old.created, 2, *AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE"), SecretBytes::copy_of("new")};
  ASSERT_TRUE(replica.accounts->apply_state(newer).ok());
  ASSERT_TRUE(replica.accounts->apply_state(old).ok());
  EXPECT_EQ(*replica.accounts->find(claim(made->access_key_id.text())), nullptr) << "the cache lets the old key go";
  EXPECT_NE(*replica.accounts->find(claim("AKIAIOSFODNN7EXAMPLE")), nullptr);
  EXPECT_EQ(replica.accounts->list()->at(0).name, "vault");
}

TEST(AccountStore, AClosedAccountStaysAndItsKeyIsUnknown) {
  Site home("us-east-1", {*Region::parse("eu-west-1")});
  const auto made = home.accounts->create("security", kAccount);
  ASSERT_NE(*home.accounts->find(claim(made->access_key_id.text())), nullptr);
  EXPECT_EQ(*home.accounts->status(kAccount), AccountStatus::kActive);
  ASSERT_TRUE(home.accounts->close(kAccount).ok());
  EXPECT_EQ(*home.accounts->find(claim(made->access_key_id.text())), nullptr);
  EXPECT_EQ(*home.accounts->status(kAccount), AccountStatus::kSuspended);
  EXPECT_EQ((*home.accounts->describe(kAccount))->status, AccountStatus::kSuspended);
  EXPECT_EQ(home.accounts->list()->at(0).status, AccountStatus::kSuspended);
  EXPECT_TRUE(*home.accounts->exists(kAccount));

  const store::Revision before = home.store->revision();
  EXPECT_TRUE(home.accounts->close(kAccount).ok()) << "twice does no harm";
  EXPECT_EQ(home.store->revision(), before);
  EXPECT_EQ(home.accounts->close(*AccountId::parse("999999999999")).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(home.accounts->status(*AccountId::parse("999999999999"))->has_value());
  EXPECT_FALSE(home.accounts->describe(*AccountId::parse("999999999999"))->has_value());
}

// The credentials must die in all regions.
TEST(AccountStore, OtherRegionsHearOfAClosedAccount) {
  Site home("us-east-1", {*Region::parse("eu-west-1")});
  Site replica("eu-west-1");
  const auto made = home.accounts->create("security", kAccount);
  ASSERT_TRUE(replica.accounts->apply_state(**home.accounts->export_state(kAccount)).ok());
  ASSERT_NE(*replica.accounts->find(claim(made->access_key_id.text())), nullptr);
  ASSERT_TRUE(home.accounts->close(kAccount).ok());
  const auto rows = *home.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(*Region::parse("eu-west-1"))));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(store::OutboxMark::parse(rows[0].value)->generation, 2u);
  ASSERT_TRUE(replica.accounts->apply_state(**home.accounts->export_state(kAccount)).ok());
  EXPECT_EQ(*replica.accounts->find(claim(made->access_key_id.text())), nullptr);
  EXPECT_EQ(*replica.accounts->status(kAccount), AccountStatus::kSuspended);
}

TEST(AccountStore, NoRowHoldsASecretAccessKey) {
  Site site("us-east-1");
  const auto made = site.accounts->create("security", kAccount);
  for (const store::Row& row : *site.store->scan({.begin = "", .end = ""})) {
    EXPECT_EQ(row.value.find(made->secret_access_key.view(kTest)), std::string::npos);
  }
}

}  // namespace
}  // namespace coffer::iam
