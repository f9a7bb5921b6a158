#include "policy/authorizer.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

const AccountId kOurs = *AccountId::parse("111111111111");
const AccountId kTheirs = *AccountId::parse("222222222222");
constexpr std::string_view kRoot = "arn:aws:iam::111111111111:root";
constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:222222222222:secret:db-AbCdEf";

TEST(Authorizer, TheRootOfTheOwningAccountMayDoEverything) {
  EXPECT_TRUE(authorize({{kRoot, kOurs, true}, "secretsmanager:DeleteSecret", "arn:x", kOurs}).ok());
}

// Until policies are evaluated nobody else may act, not even inside the account.
TEST(Authorizer, EveryOtherPrincipalIsRefusedWithTheTextOfAws) {
  const auto user =
      authorize({{"arn:aws:iam::111111111111:user/ann", kOurs, false}, "secretsmanager:GetSecretValue", "db", kOurs});
  ASSERT_FALSE(user.ok());
  EXPECT_EQ(user.error().code, ErrorCode::kAccessDenied);
  EXPECT_EQ(user.error().message,
            "User: arn:aws:iam::111111111111:user/ann is not authorized to perform: secretsmanager:GetSecretValue on "
            "resource: db because no identity-based policy allows the secretsmanager:GetSecretValue action");
  const auto stranger = authorize({{kRoot, kOurs, true}, "secretsmanager:GetSecretValue", kSecret, kTheirs});
  ASSERT_FALSE(stranger.ok());
  EXPECT_TRUE(stranger.error().message.ends_with(
      "because no resource-based policy allows the secretsmanager:GetSecretValue action"));
}

TEST(Authorizer, OperationsWithoutAResourceNameNone) {
  const auto refused =
      authorize({{"arn:aws:iam::111111111111:user/ann", kOurs, false}, "secretsmanager:ListSecrets", "*", kOurs});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message.find("on resource"), std::string::npos);
}

}  // namespace
}  // namespace coffer::policy
