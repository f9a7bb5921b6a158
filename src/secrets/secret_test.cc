#include "secrets/secret.h"

#include <gtest/gtest.h>

namespace coffer::secrets {
namespace {

const AccountId kCaller = *AccountId::parse("123456789012");
const AccountId kOther = *AccountId::parse("210987654321");
const Region kRegion = *Region::parse("us-east-1");
constexpr std::string_view kInvalidName =
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!";
constexpr std::string_view kNotFound = "Secrets Manager can't find the specified secret.";
constexpr std::string_view kArn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:";

struct Parsed {
  std::string text;
  AccountId account;
  std::string name;
  std::optional<std::string> suffix;
};

// Names, full ARNs and partial ARNs all arrive in the same member; the last two rows of each kind are AWS's trap: a
// name that ends in a hyphen and six letters or digits cannot be found by its partial ARN.
TEST(ParseSecretId, UnderstandsNamesAndFullAndPartialArns) {
  const std::string arn(kArn);
  const Parsed cases[] = {
      {"db/password", kCaller, "db/password", std::nullopt},
      {"A-z_0+=.@!/", kCaller, "A-z_0+=.@!/", std::nullopt},
      {"test-secret", kCaller, "test-secret", std::nullopt},
      {"name-a1b2c3", kCaller, "name-a1b2c3", std::nullopt},
      {arn + "db/password-AbC123", kCaller, "db/password", "AbC123"},
      {arn + "db/password", kCaller, "db/password", std::nullopt},
      {arn + "name-a1b2", kCaller, "name-a1b2", std::nullopt},
      {arn + "name-a1b2c3-", kCaller, "name-a1b2c3-", std::nullopt},
      {arn + "name-a1b2_3", kCaller, "name-a1b2_3", std::nullopt},
      {arn + "abc123", kCaller, "abc123", std::nullopt},
      {arn + "test-secret", kCaller, "test", "secret"},
      {arn + "name-a1b2c3", kCaller, "name", "a1b2c3"},
      {arn + "name-a1b2c3-XyZ789", kCaller, "name-a1b2c3", "XyZ789"},
      {"arn:aws:secretsmanager:us-east-1:210987654321:secret:theirs-AbC123", kOther, "theirs", "AbC123"},
  };
  for (const Parsed& expected : cases) {
    const auto id = parse_secret_id(expected.text, kCaller, kRegion);
    ASSERT_TRUE(id.ok()) << expected.text << ": " << id.error().message;
    EXPECT_EQ(id->account, expected.account) << expected.text;
    EXPECT_EQ(id->name, expected.name) << expected.text;
    EXPECT_EQ(id->suffix, expected.suffix) << expected.text;
    EXPECT_EQ(id->given, expected.text);
  }
}

// What cannot be a secret here is refused before anything is looked up; nothing that gets through can hold a NUL, which
// would forge a row's key.
TEST(ParseSecretId, RefusesWhatNamesNoSecretOfThisRegion) {
  const std::string arn(kArn);
  struct Refused {
    std::string text;
    ErrorCode code;
    std::string_view message;
  };
  const std::string_view no_arn = "The SecretId is not a valid ARN of a secret.";
  const Refused cases[] = {
      {"", ErrorCode::kValidation, kInvalidName},
      {"two words", ErrorCode::kValidation, kInvalidName},
      {"star*", ErrorCode::kValidation, kInvalidName},
      {"what?", ErrorCode::kValidation, kInvalidName},
      {"br]acket", ErrorCode::kValidation, kInvalidName},
      {"back\\slash", ErrorCode::kValidation, kInvalidName},
      {"a:b", ErrorCode::kValidation, kInvalidName},
      {"\xc3\xa4", ErrorCode::kValidation, kInvalidName},
      {std::string("nul\0", 4), ErrorCode::kValidation, kInvalidName},
      {arn + std::string("nul\0-AbC123", 11), ErrorCode::kValidation, kInvalidName},
      {arn + "star*", ErrorCode::kValidation, kInvalidName},
      {"arn:", ErrorCode::kInvalidParameter, no_arn},
      {"arn:aws:secretsmanager:us-east-1:123456789012", ErrorCode::kInvalidParameter, no_arn},
      {"arn:aws:secretsmanager:us-east-1:12345:secret:x-AbC123", ErrorCode::kInvalidParameter, no_arn},
      {"arn:aws:secretsmanager:us-east-1:123456789012:policy:x", ErrorCode::kInvalidParameter, no_arn},
      {"arn:aws:kms:us-east-1:123456789012:secret:x-AbC123", ErrorCode::kInvalidParameter, no_arn},
      {"arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbC123", ErrorCode::kResourceNotFound, kNotFound},
      {"arn:aws-cn:secretsmanager:us-east-1:123456789012:secret:x-AbC123", ErrorCode::kResourceNotFound, kNotFound},
      {arn + "-AbC123", ErrorCode::kResourceNotFound, kNotFound},
      {arn, ErrorCode::kResourceNotFound, kNotFound},
  };
  for (const Refused& expected : cases) {
    const auto id = parse_secret_id(expected.text, kCaller, kRegion);
    ASSERT_FALSE(id.ok()) << expected.text;
    EXPECT_EQ(id.error().code, expected.code) << expected.text;
    EXPECT_EQ(id.error().message, expected.message) << expected.text;
  }
}

// CreateSecret is where a name enters; a name that gets in must be one that every other operation accepts.
TEST(CheckName, AllowsOneTo512OfTheAllowedCharacters) {
  EXPECT_TRUE(check_name("a").ok());
  EXPECT_TRUE(check_name("rds!cluster-/_+=.@Z9").ok());
  EXPECT_TRUE(check_name(std::string(512, 'n')).ok());
  for (const std::string& name : {std::string(), std::string(513, 'n'), std::string("a b"), std::string("a\0b", 3)}) {
    const auto checked = check_name(name);
    ASSERT_FALSE(checked.ok()) << name;
    EXPECT_EQ(checked.error().code, ErrorCode::kValidation);
  }
  EXPECT_EQ(check_name("a b").error().message, kInvalidName);
}

// Policies and clients take ARNs apart; the text must be AWS's to the letter.
TEST(Secret, KnowsItsArnInEveryRegion) {
  Secret secret;
  secret.account = kCaller;
  secret.name = "db/password";
  secret.suffix = "AbC123";
  EXPECT_EQ(secret.arn(kRegion), std::string(kArn) + "db/password-AbC123");
  EXPECT_EQ(secret.arn(*Region::parse("eu-west-1")),
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db/password-AbC123");
}

TEST(Secret, FindsVersionsByIdAndByLabel) {
  const VersionId first = *VersionId::parse(std::string(32, '1'));
  const VersionId second = *VersionId::parse(std::string(32, '2'));
  Secret secret;
  secret.versions = {{first, {"AWSPREVIOUS"}, {}, ValueKind::kString, 1}, {second, {"AWSCURRENT", "x"}, {}, {}, 2}};
  EXPECT_EQ(secret.version(first), &secret.versions[0]);
  EXPECT_EQ(secret.version_with("x"), &secret.versions[1]);
  EXPECT_EQ(secret.version_with("y"), nullptr);
  EXPECT_EQ(secret.version(*VersionId::parse(std::string(32, '3'))), nullptr);
}

}  // namespace
}  // namespace coffer::secrets
