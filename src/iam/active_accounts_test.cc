#include "iam/active_accounts.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "crypto/system_random.h"
#include "seal/root_key.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::iam {
namespace {

const AccountId kAccount = *AccountId::parse("123456789012");

// Knows one session's key of every account, closed or not.
class Sessions final : public auth::CredentialSource {
 public:
  explicit Sessions(const AccountId& account) : account_(account) {}

  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override {
    if (!claimed.session_token) return std::shared_ptr<const auth::Credential>();
    auth::Caller caller{account_, auth::PrincipalKind::kRoleSession,
                        "arn:aws:sts::" + account_.text() + ":assumed-role/reader/me",
                        *AccessKeyId::parse(claimed.access_key_id), "AROAEXAMPLE:me"};
    return std::make_shared<const auth::Credential>(std::move(caller), SecretBytes::copy_of("secret"),
                                                    auth::KeyState::kActive);
  }

 private:
  const AccountId account_;
};

TEST(ActiveAccounts, TheSessionsOfAClosedAccountAreUnknown) {
  crypto::SystemRandom random;
  const ManualClock clock(*parse_iso_basic("20261124T000000Z"));
  const store::testing::TempDirectory directory;
  const std::string path = directory / "root.key";
  ASSERT_TRUE(seal::RootKey::generate_file(path, random).ok());
  const auto store = store::make_memory_store();
  const auto region_key = seal::RegionKey::open(
      *store,
      {.root_key = [path](const crypto::ScryptParameters&) { return seal::RootKey::from_file(path); },
       .region = "us-east-1"},
      random);
  const Region region = *Region::parse("us-east-1");
  const home::HomeRegion home({*store, random, {region}, region});
  AccountStore accounts({*store, region_key.value(), random, clock, home});
  ASSERT_TRUE(accounts.create("security", kAccount).ok());

  const Sessions sessions(kAccount);
  const ActiveAccounts active(sessions, accounts);
  const auth::ClaimedCredential claimed{"ASIAEXAMPLEEXAMPLE12", "token", clock.now()};
  EXPECT_NE(*active.find(claimed), nullptr);
  EXPECT_EQ(*active.find({"ASIAEXAMPLEEXAMPLE12", std::nullopt, clock.now()}), nullptr);
  ASSERT_TRUE(accounts.close(kAccount).ok());
  EXPECT_EQ(*active.find(claimed), nullptr);

  const Sessions strangers(*AccountId::parse("999999999999"));
  EXPECT_EQ(*ActiveAccounts(strangers, accounts).find(claimed), nullptr) << "of an account that does not exist";
}

}  // namespace
}  // namespace coffer::iam
