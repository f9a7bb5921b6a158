#include "iam/principals.h"

#include <gtest/gtest.h>

#include "iam/roles.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::IdentitySite;
using testing::kAccount;

class PrincipalsTest : public ::testing::Test {
 protected:
  bool exists(std::string_view text) {
    const auto name = policy::parse_principal_name(policy::PrincipalMember::kAws, text);
    return name && *site_.principals.exists(*name);
  }

  IdentitySite site_;
};

// A policy that names somebody who does not exist would open the secret for whoever gets that name later.
TEST_F(PrincipalsTest, AccountsOfTheDeploymentExistAndNobodyElse) {
  EXPECT_TRUE(exists("123456789012"));
  EXPECT_TRUE(exists("arn:aws:iam::123456789012:root"));
  EXPECT_FALSE(exists("999999999999"));
  EXPECT_FALSE(exists("arn:aws:iam::999999999999:root"));
  EXPECT_FALSE(exists("arn:aws:iam::123456789012:user/alice"));
  EXPECT_FALSE(exists("arn:aws:iam::123456789012:role/reader"));
  EXPECT_FALSE(exists("arn:aws:sts::123456789012:assumed-role/reader/session"));
}

TEST_F(PrincipalsTest, UsersAndRolesExistUnderTheirFullNames) {
  const User alice = *create_user(site_.identity_store, kAccount, {.name = "alice", .path = "/x/"});
  const Role reader =
      *create_role(site_.identity_store, kAccount,
                   {.name = "reader", .path = "/y/", .trust_policy = testing::trusting("123456789012")});
  EXPECT_TRUE(exists("arn:aws:iam::123456789012:user/x/alice"));
  EXPECT_FALSE(exists("arn:aws:iam::123456789012:user/alice"));
  EXPECT_FALSE(exists("arn:aws:iam::123456789012:user/x/Alice"));
  EXPECT_FALSE(exists("arn:aws:iam::210987654321:user/x/alice"));
  EXPECT_FALSE(exists("arn:aws:iam::123456789012:role/x/alice"));
  EXPECT_TRUE(exists("arn:aws:iam::123456789012:role/y/reader"));
  EXPECT_TRUE(exists("arn:aws:sts::123456789012:assumed-role/reader/any-session"));
  EXPECT_FALSE(exists("arn:aws:sts::123456789012:assumed-role/Reader/any-session"));
  EXPECT_TRUE(exists("arn:aws:sts::123456789012:federated-user/anybody"));
  EXPECT_TRUE(exists(alice.unique_id));
  EXPECT_TRUE(exists(reader.unique_id));
  ASSERT_TRUE(delete_user(site_.identity_store, testing::user_ref("alice")).ok());
  EXPECT_FALSE(exists("arn:aws:iam::123456789012:user/x/alice"));
  EXPECT_FALSE(exists(alice.unique_id));
}

}  // namespace
}  // namespace coffer::iam
