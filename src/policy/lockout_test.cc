// How a deny covers callers who are not root; root is in tests/policies/lockout.json.
#include "policy/lockout.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

const AccountId kAccount = *AccountId::parse("111111111111");
constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf";
constexpr std::string_view kUser = "arn:aws:iam::111111111111:user/ann";
constexpr std::string_view kSession = "arn:aws:sts::111111111111:assumed-role/reader/ann";

bool locks_out(std::string_view member, std::string_view principal, std::string_view caller) {
  std::string text = R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*",")";
  text.append(member).append(R"(":{"AWS":")").append(principal).append("\"}}}");
  const auto document = parse_document(text, DocumentKind::kSecretPolicy);
  EXPECT_TRUE(document.ok()) << text;
  return policy::locks_out(*document, {caller, kAccount, false}, kSecret);
}

TEST(Lockout, ADenyNamesTheCallerOrWhatTheCallerBelongsTo) {
  EXPECT_TRUE(locks_out("Principal", "*", kUser));
  EXPECT_TRUE(locks_out("Principal", "111111111111", kUser));
  EXPECT_TRUE(locks_out("Principal", kUser, kUser));
  EXPECT_TRUE(locks_out("Principal", kSession, kSession));
  EXPECT_TRUE(locks_out("Principal", "arn:aws:iam::111111111111:role/reader", kSession));
  EXPECT_TRUE(locks_out("Principal", "arn:aws:iam::111111111111:role/path/reader", kSession));
  EXPECT_FALSE(locks_out("Principal", "222222222222", kUser));
  EXPECT_FALSE(locks_out("Principal", "arn:aws:iam::111111111111:user/bob", kUser));
  EXPECT_FALSE(locks_out("Principal", "arn:aws:iam::111111111111:role/read", kSession));
  EXPECT_FALSE(locks_out("Principal", "arn:aws:iam::111111111111:role/ann", kSession));
  EXPECT_FALSE(locks_out("Principal", "arn:aws:iam::222222222222:role/reader", kSession));
  EXPECT_FALSE(locks_out("Principal", "arn:aws:iam::111111111111:role/reader", kUser));
  EXPECT_FALSE(locks_out("Principal", "AIDACKCEVSQ6C2EXAMPLE", kUser));
}

TEST(Lockout, ADenyForAllButSomeSparesWhoeverMayBeOneOfThem) {
  EXPECT_FALSE(locks_out("NotPrincipal", kUser, kUser));
  EXPECT_FALSE(locks_out("NotPrincipal", "111111111111", kUser));
  EXPECT_FALSE(locks_out("NotPrincipal", "arn:aws:iam::111111111111:role/reader", kSession));
  EXPECT_FALSE(locks_out("NotPrincipal", "AIDACKCEVSQ6C2EXAMPLE", kUser));
  EXPECT_TRUE(locks_out("NotPrincipal", "arn:aws:iam::111111111111:user/bob", kUser));
}

}  // namespace
}  // namespace coffer::policy
