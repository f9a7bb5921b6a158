// Grants on the key of a secret that is shared: they count as its policy does.
#include "services/secretsmanager/testing/cross_account.h"

namespace coffer::secretsmanager::testing {
namespace {

TEST_F(CrossAccount, AGrantOnTheKeyIsAsGoodAsItsPolicy) {
  allow_in_secret();
  allow_reading_in_identity();
  EXPECT_EQ(outcome(read()), kNoKey);
  const kms::GrantName encrypts = grant(kms::GrantOperation::kEncrypt);
  EXPECT_EQ(outcome(read()), kNoKey) << "another operation";
  const kms::GrantName decrypts = grant(kms::GrantOperation::kDecrypt);
  EXPECT_EQ(outcome(read()), "hunter2");
  retire(decrypts);
  EXPECT_EQ(outcome(read()), kNoKey);
}

TEST_F(CrossAccount, AGrantToAnAccountIsWorthSomethingWithAnIdentityPolicy) {
  allow_in_secret();
  allow_reading_in_identity();
  grant(kms::GrantOperation::kDecrypt, {}, "arn:aws:iam::210987654321:root");
  EXPECT_EQ(outcome(read()), kNoKey);
  allow_in_identity();
  EXPECT_EQ(outcome(read()), "hunter2");
}

TEST_F(CrossAccount, AGrantMayBeForOneSecretOnly) {
  allow_in_secret();
  allow_reading_in_identity();
  const auto read_with = [&](const kms::GrantConstraints& constraints) {
    const kms::GrantName name = grant(kms::GrantOperation::kDecrypt, constraints);
    const std::string got = outcome(read());
    retire(name);
    return got;
  };
  const kms::ContextPairs secret = {{"SecretARN", arn_}};
  const kms::ContextPairs version = {{"SecretARN", arn_}, {"SecretVersionId", "00000000-0000-0000-0000-000000000001"}};
  EXPECT_EQ(read_with({.context_equals = std::nullopt, .context_subset = secret}), "hunter2");
  EXPECT_EQ(read_with({.context_equals = std::nullopt, .context_subset = {{{"SecretARN", arn_ + "x"}}}}), kNoKey);
  EXPECT_EQ(read_with({.context_equals = version, .context_subset = std::nullopt}), "hunter2");
  EXPECT_EQ(read_with({.context_equals = secret, .context_subset = std::nullopt}), kNoKey)
      << "the context has the version, too";
}

TEST_F(CrossAccount, AGrantDoesNotHelpAgainstADeny) {
  allow_in_secret();
  grant(kms::GrantOperation::kDecrypt);
  set_identity_policy(R"({"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"},
      {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}]})");
  EXPECT_EQ(outcome(read()), kNoKey);
}

TEST_F(CrossAccount, AGrantCountsInTheAccountOfTheKeyToo) {
  const std::string user_id = must(iam::create_user(world_.identities(kHome), kOwnerId, {.name = "ann"})).unique_id;
  must(iam::put_inline_policy(
      world_.identities(kHome), {kOwnerId, iam::EntityKind::kUser, "ann"},
      {.name = "secrets", .text = statement(R"("Action": "secretsmanager:*", "Resource": "*")")}));
  const std::string ann = "arn:aws:iam::123456789012:user/ann";
  const auth::Caller caller{
      .account = kOwnerId, .kind = auth::PrincipalKind::kUser, .arn = ann, .access_key = {}, .user_id = user_id};
  const auto put = [&](const std::string& token) {
    return world_
        .call(kHome, caller, "PutSecretValue",
              R"({"SecretId": "shared", "SecretString": "correct horse", )" + (kToken + token) + "\"}")
        .error;
  };
  const auto get = [&] { return outcome(world_.call(kHome, caller, "GetSecretValue", R"({"SecretId": "shared"})")); };
  EXPECT_EQ(get(), kNoKey);
  EXPECT_EQ(put("2"), "AccessDeniedException");
  const kms::GrantName seals = grant(kms::GrantOperation::kGenerateDataKey, {}, ann);
  EXPECT_EQ(put("2"), "");
  EXPECT_EQ(get(), kNoKey);
  grant(kms::GrantOperation::kDecrypt, {}, ann);
  EXPECT_EQ(get(), "correct horse");
  retire(seals);
  EXPECT_EQ(put("3"), "AccessDeniedException");
}
}  // namespace
}  // namespace coffer::secretsmanager::testing
