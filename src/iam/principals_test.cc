#include "iam/principals.h"

#include <gtest/gtest.h>

#include "seal/root_key.h"
#include "store/memory_store.h"
#include "store/testing/temp_directory.h"

namespace coffer::iam {
namespace {

using Kind = policy::PrincipalName::Kind;

class PrincipalsTest : public ::testing::Test {
 protected:
  PrincipalsTest() {
    const std::string file = directory_ / "root.key";
    EXPECT_TRUE(seal::RootKey::generate_file(file, random_).ok());
    const seal::SealOptions options{
        .root_key = [file](const crypto::ScryptParameters&) { return seal::RootKey::from_file(file); },
        .region = "us-east-1"};
    region_key_.emplace(*seal::RegionKey::open(*store_, options, random_));
    accounts_.emplace(AccountStore::Parts{*store_, *region_key_, random_, clock_, {}});
    EXPECT_TRUE(accounts_->create("first", AccountId::parse("123456789012")).ok());
  }

  bool exists(policy::PrincipalMember member, std::string_view text) {
    const auto name = policy::parse_principal_name(member, text);
    return name && *Principals(*accounts_).exists(*name);
  }

  store::testing::TempDirectory directory_;
  SeededRandom random_{7};
  ManualClock clock_{Time()};
  std::unique_ptr<store::Store> store_ = store::make_memory_store();
  std::optional<seal::RegionKey> region_key_;
  std::optional<AccountStore> accounts_;
};

// A policy that names somebody who does not exist would open the secret for whoever gets that name later.
TEST_F(PrincipalsTest, AccountsOfTheDeploymentExistAndNobodyElse) {
  constexpr auto kAws = policy::PrincipalMember::kAws;
  EXPECT_TRUE(exists(kAws, "123456789012"));
  EXPECT_TRUE(exists(kAws, "arn:aws:iam::123456789012:root"));
  EXPECT_FALSE(exists(kAws, "210987654321"));
  EXPECT_FALSE(exists(kAws, "arn:aws:iam::210987654321:root"));
  EXPECT_FALSE(exists(kAws, "arn:aws:iam::123456789012:user/alice"));
  EXPECT_FALSE(exists(kAws, "arn:aws:iam::123456789012:role/reader"));
  EXPECT_FALSE(exists(kAws, "arn:aws:sts::123456789012:assumed-role/reader/session"));
}

}  // namespace
}  // namespace coffer::iam
