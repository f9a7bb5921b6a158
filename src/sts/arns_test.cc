#include "sts/arns.h"

#include <gtest/gtest.h>

namespace coffer::sts {
namespace {

TEST(Arns, OfSessionsHaveNoPath) {
  const AccountId account = *AccountId::parse("123456789012");
  EXPECT_EQ(assumed_role_arn(account, "reader", "deploy"), "arn:aws:sts::123456789012:assumed-role/reader/deploy");
  EXPECT_EQ(federated_user_arn(account, "bob"), "arn:aws:sts::123456789012:federated-user/bob");
}

TEST(Arns, OfRolesNameAccountAndRole) {
  for (const char* arn : {"arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/a/b/reader"}) {
    const auto role = parse_role_arn(arn);
    ASSERT_TRUE(role) << arn;
    EXPECT_EQ(role->account.text(), "123456789012");
    EXPECT_EQ(role->name, "reader");
  }
}

TEST(Arns, OfAnythingElseAreNoRoles) {
  for (const char* arn : {"", "reader", "arn:aws:iam::123456789012:user/reader", "arn:aws:iam::123456789012:role/",
                          "arn:aws:iam::123456789012:role", "arn:aws:iam::123456789012:role/path/",
                          "arn:aws:iam::12345678901:role/reader", "arn:aws:iam:us-east-1:123456789012:role/reader",
                          "arn:aws:sts::123456789012:role/reader", "arn:aws-cn:iam::123456789012:role/reader",
                          "arn:aws:iam::*:role/reader"}) {
    EXPECT_FALSE(parse_role_arn(arn)) << arn;
  }
}

}  // namespace
}  // namespace coffer::sts
