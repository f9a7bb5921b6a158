#include "iam/account_alias.h"

#include <gtest/gtest.h>

#include "iam/testing/identity_site.h"

namespace coffer::iam {
namespace {

using testing::IdentitySite;
using testing::kAccount;
using testing::kOther;

TEST(AccountAlias, AnAliasIsUniqueInTheDeploymentAndOneForEachAccount) {
  IdentitySite site;
  IdentityStore& store = site.identity_store;
  ASSERT_TRUE(create_account_alias(store, kAccount, "security").ok());
  ASSERT_TRUE(create_account_alias(store, kAccount, "security").ok()) << "it has it already";
  EXPECT_EQ(create_account_alias(store, kOther, "security").error().message,
            "The account alias security already exists.");
  ASSERT_TRUE(create_account_alias(store, kAccount, "vault").ok());
  EXPECT_EQ(site.snapshot()->entities().alias, "vault");
  EXPECT_TRUE(create_account_alias(store, kOther, "security").ok()) << "the old one is free";
  EXPECT_EQ(delete_account_alias(store, kAccount, "security").error().code, ErrorCode::kNoSuchEntity);
  ASSERT_TRUE(delete_account_alias(store, kAccount, "vault").ok());
  EXPECT_EQ(site.snapshot()->entities().alias, "");
  EXPECT_EQ(delete_account_alias(store, kAccount, "").error().code, ErrorCode::kNoSuchEntity);
}

TEST(AccountAlias, OnlyAliasesOfTheDocumentedFormAreTaken) {
  IdentitySite site;
  for (const std::string& bad :
       {std::string("ab"), std::string(64, 'a'), std::string("-abc"), std::string("abc-"), std::string("a--b"),
        std::string("Abc"), std::string("123456789012"), std::string("a\0bc", 4)}) {
    EXPECT_EQ(create_account_alias(site.identity_store, kAccount, bad).error().code, ErrorCode::kValidation) << bad;
  }
  EXPECT_TRUE(create_account_alias(site.identity_store, kAccount, "a-1-b").ok());
}

}  // namespace
}  // namespace coffer::iam
