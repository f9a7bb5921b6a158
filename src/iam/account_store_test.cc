#include "iam/account_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "home/state_exporter.h"
#include "home/state_receiver.h"
#include "iam/account_rows.h"
#include "iam/account_states.h"
#include "iam/identity_rows.h"
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

const Region kHome = *Region::parse("us-east-1");
const Region kElsewhere = *Region::parse("eu-west-1");

// A region whose home is us-east-1.
struct Site {
  explicit Site(const Region& self = kHome, std::vector<Region> peers = {}) : region(self) {
    const std::string path = directory / "root.key";
    if (!seal::RootKey::generate_file(path, random).ok()) std::abort();
    key.emplace(std::move(*seal::RegionKey::open(
        *store,
        {.root_key = [path](const crypto::ScryptParameters&) { return seal::RootKey::from_file(path); },
         .region = region.text()},
        random)));
    if (self != kHome) peers.push_back(kHome);
    home.emplace(home::HomeRegion::Parts{*store, random, {self, std::move(peers)}, kHome});
    accounts.emplace(AccountStore::Parts{*store, *key, random, clock, *home});
    states.emplace(AccountStates::Parts{*store, *key, random});
    kinds = {&*states};
    receiver.emplace(home::StateReceiver::Parts{*store, *home, kinds, log});
  }

  // What the replicators do.
  void take_from(const Site& from) {
    const home::StateId id = state_of_account(kAccount);
    auto made = *home::export_state({*from.store, *from.states}, id, *home::current_stamp({*store, *states}, id));
    for (home::StatePart& part : made.parts) {
      part.home = *from.home->claim();
      EXPECT_TRUE(receiver->apply(part).ok());
    }
  }

  Region region;
  crypto::SystemRandom random;
  ManualClock clock{*parse_iso_basic("20261124T000000Z")};
  Log log{clock, STDERR_FILENO, LogLevel::kError};
  std::unique_ptr<store::Store> store = store::make_memory_store();
  store::testing::TempDirectory directory;
  std::optional<seal::RegionKey> key;
  std::optional<home::HomeRegion> home;
  std::optional<AccountStore> accounts;
  std::optional<AccountStates> states;
  home::StateKinds kinds;
  std::optional<home::StateReceiver> receiver;
};

TEST(AccountStore, ANewAccountHasARootKeyThatIsFound) {
  Site site;
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
  Site site;
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
  Site site;
  for (const std::string& bad :
       {std::string(), std::string("AKIA"), std::string("AKIA\0AAAAAAAAAAAAAAA", 20), std::string(5000, 'A')}) {
    EXPECT_EQ(*site.accounts->find(claim(bad)), nullptr);
  }
  EXPECT_EQ(site.accounts->root_credentials(kAccount).error().code, ErrorCode::kNotFound);
}

TEST(AccountStore, AnAccountIsMarkedDirtyForEveryPeerInTheSameCommit) {
  Site home(kHome, {kElsewhere, *Region::parse("us-west-2")});
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

TEST(AccountStore, AnotherRegionTakesTheAccountUnderItsOwnKey) {
  Site home(kHome, {kElsewhere});
  Site replica(kElsewhere);
  const auto made = home.accounts->create("security", kAccount);
  replica.take_from(home);
  const auto credential = *replica.accounts->find(claim(made->access_key_id.text()));
  ASSERT_NE(credential, nullptr);
  EXPECT_TRUE(credential->secret_access_key().equals(made->secret_access_key));
  EXPECT_EQ(replica.accounts->list()->at(0).name, "security");
  const std::string row = access_key_key(made->access_key_id.text());
  EXPECT_NE((*replica.store->get(row))->value, (*home.store->get(row))->value);
}

TEST(AccountStore, AccountsAreMadeAtHomeOnly) {
  Site replica(kElsewhere);
  const auto refused = replica.accounts->create("security", kAccount);
  EXPECT_EQ(refused.error().code, ErrorCode::kServiceUnavailable);
  EXPECT_NE(refused.error().message.find("us-east-1"), std::string::npos);
  EXPECT_EQ(replica.accounts->close(kAccount).error().code, ErrorCode::kServiceUnavailable);
  ASSERT_TRUE(replica.home->adopt(*replica.home->claim()).ok());
  EXPECT_TRUE(replica.accounts->create("security", kAccount).ok());
}

// The old home had made an account that nobody else saw, and the new one another one of the same name.
TEST(AccountStore, ANameThatAnotherAccountHasNowIsThatOnes) {
  Site home(kHome, {kElsewhere});
  Site other(kElsewhere);
  const AccountId unseen = *AccountId::parse("999999999999");
  const auto lost = home.accounts->create("security", unseen);
  ASSERT_TRUE(other.home->adopt(*other.home->claim()).ok());
  ASSERT_TRUE(other.accounts->create("security", kAccount).ok());
  home.take_from(other);
  ASSERT_TRUE(home.receiver->drop(state_of_account(unseen), *other.home->claim()).ok());
  EXPECT_EQ(home.accounts->list()->size(), 1u);
  EXPECT_FALSE(*home.accounts->exists(unseen));
  EXPECT_EQ(*home.accounts->find(claim(lost->access_key_id.text())), nullptr);
  EXPECT_EQ((*home.store->get(account_name_key("security")))->value, kAccount.text());
}

TEST(AccountStore, WhatIsNoAccountIsNotTaken) {
  Site site;
  const auto refusal = [&site](const home::StateRow& row) {
    const auto arrived = site.states->arriving(state_of_account(kAccount), row);
    return arrived.ok() ? std::string("none") : std::string(error_name(arrived.error().code));
  };
  const auto row = [](std::string name, const std::string& account_name, int secrets) {
    StoredAccount account;
    account.name = account_name;
    account.root_access_key = *AccessKeyId::parse("AKIAIOSFODNN7EXAMPLE");
    home::StateRow made{std::move(name), encode(account), {}};
    for (int i = 0; i < secrets; ++i)
      made.secrets.push_back(SecretBytes::copy_of("secret"));
    return made;
  };
  EXPECT_EQ(refusal(row("", "security", 1)), "none");
  EXPECT_EQ(refusal(row("x", "security", 1)), "Corrupt");
  EXPECT_EQ(refusal(row("", "a/b", 1)), "Corrupt");
  EXPECT_EQ(refusal(row("", "security", 0)), "Corrupt");
  EXPECT_EQ(refusal({"", "\xff", {}}), "Corrupt");
}

TEST(AccountStore, AClosedAccountStaysAndItsKeyIsUnknown) {
  Site home(kHome, {kElsewhere});
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
  Site home(kHome, {kElsewhere});
  Site replica(kElsewhere);
  const auto made = home.accounts->create("security", kAccount);
  replica.take_from(home);
  ASSERT_NE(*replica.accounts->find(claim(made->access_key_id.text())), nullptr);
  ASSERT_TRUE(home.accounts->close(kAccount).ok());
  const auto rows = *home.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(*Region::parse("eu-west-1"))));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(store::OutboxMark::parse(rows[0].value)->generation, 2u);
  replica.take_from(home);
  EXPECT_EQ(*replica.accounts->find(claim(made->access_key_id.text())), nullptr);
  EXPECT_EQ(*replica.accounts->status(kAccount), AccountStatus::kSuspended);
}

TEST(AccountStore, NoRowHoldsASecretAccessKey) {
  Site site;
  const auto made = site.accounts->create("security", kAccount);
  for (const store::Row& row : *site.store->scan({.begin = "", .end = ""})) {
    EXPECT_EQ(row.value.find(made->secret_access_key.view(kTest)), std::string::npos);
  }
}

}  // namespace
}  // namespace coffer::iam
