#include "kms/key.h"

#include <gtest/gtest.h>

namespace coffer::kms {
namespace {

const AccountId kCaller = *AccountId::parse("123456789012");
const Region kRegion = *Region::parse("us-east-1");
constexpr std::string_view kId = "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0";

// "key" or "alias", account and text; "none", or the message of the error.
std::string parsed(std::string_view key_id) {
  const auto reference = parse_key_reference(key_id, kCaller, kRegion);
  if (!reference.ok()) {
    EXPECT_EQ(reference.error().code, ErrorCode::kInvalidParameter);
    return reference.error().message;
  }
  if (!*reference) return "none";
  const std::string kind = (*reference)->kind == KeyReference::Kind::kKey ? "key " : "alias ";
  return kind + (*reference)->account.text() + " " + (*reference)->text;
}

TEST(KeyReference, IdsAndAliasesAreTheCallersAndArnsSayWhose) {
  EXPECT_EQ(parsed(kId), "key 123456789012 " + std::string(kId));
  EXPECT_EQ(parsed("mrk-0f1e2d3c4b5a496887768594a3b2c1d0"), "key 123456789012 mrk-0f1e2d3c4b5a496887768594a3b2c1d0");
  EXPECT_EQ(parsed("alias/app/db_1-X"), "alias 123456789012 alias/app/db_1-X");
  EXPECT_EQ(parsed("alias/aws/secretsmanager"), "alias 123456789012 alias/aws/secretsmanager");
  EXPECT_EQ(parsed("arn:aws:kms:us-east-1:210987654321:key/" + std::string(kId)),
            "key 210987654321 " + std::string(kId));
  EXPECT_EQ(parsed("arn:aws:kms:us-east-1:210987654321:alias/app"), "alias 210987654321 alias/app");
  const KeyName key{*AccountId::parse("210987654321"), std::string(kId)};
  EXPECT_EQ(parsed(key_arn(kRegion, key)), "key 210987654321 " + std::string(kId));
}

TEST(KeyReference, AnArnOfAnotherRegionOrServiceIsRefusedWithTheTextOfAws) {
  const std::string invalid = "The operation failed because of an invalid KMS key: Invalid arn";
  EXPECT_EQ(parsed("arn:aws:kms:us-west-2:123456789012:key/" + std::string(kId)), invalid + " us-west-2");
  EXPECT_EQ(parsed("arn:aws:kms:us-west-2:123456789012:alias/aws/secretsmanager"), invalid + " us-west-2");
  for (const std::string_view bad :
       {"arn:", "arn:aws:kms:us-east-1", "arn:aws:s3:us-east-1:123456789012:key/0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0",
        "arn:aws-cn:kms:us-east-1:123456789012:alias/a", "arn:aws:kms::123456789012:alias/a",
        "arn:aws:kms:<script>:123456789012:alias/a", "arn:aws:kms:us-east-1:12345678901:alias/a",
        "arn:aws:kms:us-east-1::alias/a", "arn:aws:kms:us-east-1:123456789012:0f1e2d3c-4b5a-4968-8776-8594a3b2c1d0",
        "arn:aws:kms:us-east-1:123456789012:grant/a"})
    EXPECT_EQ(parsed(bad), invalid) << bad;
}

// What goes through becomes part of a row's key.
TEST(KeyReference, WhatCannotBeTheNameOfAKeyIsNone) {
  using std::string_literals::operator""s;
  for (const std::string& bad : {""s,
                                 "alias/"s,
                                 "alias"s,
                                 "Alias/app"s,
                                 "app"s,
                                 "alias/app db"s,
                                 "alias/app:db"s,
                                 "alias/a\0b"s,
                                 "alias/\xc3\xa4"s,
                                 "alias/" + std::string(251, 'a'),
                                 "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d"s,
                                 "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d00"s,
                                 "0F1E2D3C-4B5A-4968-8776-8594A3B2C1D0"s,
                                 "0f1e2d3c04b5a-4968-8776-8594a3b2c1d0"s,
                                 "0f1e2d3c-4b5a-4968-8776-8594a3b2c1d\0"s,
                                 "mrk-0f1e2d3c4b5a496887768594a3b2c1d"s,
                                 "mrk-0f1e2d3c4b5a-968877-8594a3b2c1d0"s,
                                 "MRK-0f1e2d3c4b5a496887768594a3b2c1d0"s,
                                 "mrk-0F1e2d3c4b5a496887768594a3b2c1d0"s,
                                 "arn:aws:kms:us-east-1:123456789012:key/"s,
                                 "arn:aws:kms:us-east-1:123456789012:key/alias/app"s,
                                 "arn:aws:kms:us-east-1:123456789012:alias/"s})
    EXPECT_EQ(parsed(bad), "none") << bad;
  EXPECT_NE(parsed("alias/" + std::string(250, 'a')), "none");
}

}  // namespace
}  // namespace coffer::kms
