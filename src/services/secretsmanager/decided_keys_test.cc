// A KmsKeyId may mean another key from one moment to the next. The key that was decided on seals; and nothing is made
// for somebody who is then refused.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <utility>

#include "iam/attachments.h"
#include "iam/users.h"
#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

const std::string kAccount = "123456789012";
const AccountId kOwner = *AccountId::parse(kAccount);
constexpr std::string_view kAlias = "alias/moving";
constexpr std::string_view kVersions[] = {"00000000-0000-0000-0000-000000000001",
                                          "00000000-0000-0000-0000-000000000002"};

class DecidedKeys : public ::testing::Test {
 protected:
  kms::Keyring& keyring() { return world_.rooms(kHome).keyring; }
  kms::KeyName make_key(std::string_view alias = "") {
    const kms::KeyName key = must(keyring().create_key(kOwner, ""));
    if (!alias.empty()) name(alias, key);
    return key;
  }
  void name(std::string_view alias, const kms::KeyName& key) { must(keyring().put_alias(kOwner, alias, key)); }
  static std::string arn(const kms::KeyName& key) { return kms::key_arn(*Region::parse(kHome), key); }

  // Once, before the first decision on that action.
  void before_decision_on(std::string_view action, const std::function<void()>& happens) {
    world_.at_decision = [this, action, happens](const api::AccessQuestion& question, api::ConditionKeys&) {
      if (question.action != action) return;
      const auto once = std::exchange(world_.at_decision, nullptr);
      happens();
    };
  }

  std::string call(const auth::Caller& caller, std::string_view operation, const boost::json::value& input) {
    const Answer answer = world_.call(kHome, caller, operation, boost::json::serialize(input));
    return answer.status == 200 ? "" : answer.error + ": " + answer.message;
  }
  // The ARN of the key that sealed the version; empty: the default key.
  std::string sealed_by(std::string_view version) {
    const secrets::SecretPointer secret = must(world_.secrets(kHome).find(kOwner, "a"));
    return secret->secret.version(*VersionId::parse(version))->kms_key_arn;
  }
  static boost::json::object value(size_t number) {
    return {{"SecretString", "s3cr3t"}, {"ClientRequestToken", kVersions[number]}};
  }
  static boost::json::object with(boost::json::object first, const boost::json::object& second) {
    for (const auto& [key, member] : second)
      first.insert_or_assign(key, member);
    return first;
  }
  void make_secret(const std::string& kms_key_id) {
    EXPECT_EQ(call(root_of(kAccount), "CreateSecret", with(value(0), {{"Name", "a"}, {"KmsKeyId", kms_key_id}})), "");
  }

  auth::Caller user(const std::string& policy) {
    iam::IdentityStore& identities = world_.identities(kHome);
    auth::Caller caller = user_of(kAccount);
    caller.user_id = must(iam::create_user(identities, kOwner, {.name = "alice"})).unique_id;
    must(iam::put_inline_policy(identities, {kOwner, iam::EntityKind::kUser, "alice"},
                                {.name = "inline", .text = policy}));
    return caller;
  }
  bool has_default_key() { return must(keyring().default_key_arn(kOwner)).has_value(); }

  SeededRandom random_{5};
  World world_{random_};
};

TEST_F(DecidedKeys, AValueIsSealedWithTheKeyThatItsAliasMeantWhenItWasDecided) {
  const kms::KeyName decided = make_key(kAlias);
  const kms::KeyName later = make_key();
  make_secret(std::string(kAlias));
  before_decision_on("kms:GenerateDataKey", [&] { name(kAlias, later); });
  EXPECT_EQ(call(root_of(kAccount), "PutSecretValue", with(value(1), {{"SecretId", "a"}})), "");
  EXPECT_EQ(must(keyring().find_alias(kOwner, kAlias))->info.name, later);
  EXPECT_EQ(sealed_by(kVersions[1]), arn(decided));
}

// The whole way: from the condition on the key's ARN to the value that is sealed.
TEST_F(DecidedKeys, ANewSecretHasTheKeyThatTheFirstDecisionKnew) {
  const kms::KeyName decided = make_key(kAlias);
  const kms::KeyName later = make_key();
  const auth::Caller alice = user(R"({"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "secretsmanager:CreateSecret", "Resource": "*",
       "Condition": {"StringEquals": {"secretsmanager:KmsKeyArn": ")" +
                                  arn(decided) + R"("}}},
      {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}]})");
  before_decision_on("secretsmanager:CreateSecret", [&] { name(kAlias, later); });
  const boost::json::object request = with(value(0), {{"Name", "a"}, {"KmsKeyId", kAlias}});
  EXPECT_EQ(call(alice, "CreateSecret", request), "");
  EXPECT_EQ(sealed_by(kVersions[0]), arn(decided));
  const std::string again = call(alice, "CreateSecret", with(value(0), {{"Name", "b"}, {"KmsKeyId", kAlias}}));
  EXPECT_TRUE(again.starts_with("AccessDeniedException: ")) << again << ": the alias means another key by now";
}

TEST_F(DecidedKeys, AnotherKeyIsTheOneThatTheFirstDecisionKnew) {
  const kms::KeyName decided = make_key(kAlias);
  const kms::KeyName later = make_key();
  make_secret("");
  for (const std::string_view action :
       {"secretsmanager:UpdateSecret", "kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt"}) {
    SCOPED_TRACE(action);
    name(kAlias, decided);
    before_decision_on(action, [&] { name(kAlias, later); });
    EXPECT_EQ(call(root_of(kAccount), "UpdateSecret",
                   {{"SecretId", "a"}, {"ClientRequestToken", kVersions[1]}, {"KmsKeyId", kAlias}}),
              "");
    EXPECT_EQ(sealed_by(kVersions[0]), arn(decided));
    EXPECT_EQ(call(root_of(kAccount), "UpdateSecret",
                   {{"SecretId", "a"}, {"ClientRequestToken", kVersions[1]}, {"KmsKeyId", ""}}),
              "");
  }
}

TEST_F(DecidedKeys, NoDefaultKeyIsMadeForWhoIsRefused) {
  const auth::Caller nobody = user_of(kAccount);
  for (const std::string_view key : {"", "alias/aws/secretsmanager"}) {
    const boost::json::object request = with(value(0), {{"Name", "a"}, {"KmsKeyId", key}});
    EXPECT_TRUE(call(nobody, "CreateSecret", request).starts_with("AccessDeniedException: "));
    EXPECT_FALSE(has_default_key()) << key;
  }
  const auth::Caller alice = user(R"({"Version": "2012-10-17", "Statement": [
      {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"},
      {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]})");
  for (const std::string_view key : {"", "alias/aws/secretsmanager"}) {
    const boost::json::object request = with(value(0), {{"Name", "a"}, {"KmsKeyId", key}});
    EXPECT_EQ(call(alice, "CreateSecret", request), "AccessDeniedException: Access to KMS is not allowed");
    EXPECT_FALSE(has_default_key()) << key;
  }
  EXPECT_EQ(call(alice, "CreateSecret", {{"Name", "a"}, {"ClientRequestToken", kVersions[0]}}), "")
      << "without a value";
  EXPECT_EQ(call(alice, "PutSecretValue", with(value(0), {{"SecretId", "a"}})),
            "AccessDeniedException: Access to KMS is not allowed");
  EXPECT_FALSE(has_default_key());

  EXPECT_EQ(call(root_of(kAccount), "PutSecretValue", with(value(0), {{"SecretId", "a"}})), "");
  EXPECT_TRUE(has_default_key());
}

// A condition on the key must be able to hold before there is one.
TEST_F(DecidedKeys, TheDefaultKeyIsDecidedOnByTheArnThatItWillHave) {
  const auth::Caller alice = user(R"({"Version": "2012-10-17", "Statement": {
      "Effect": "Allow", "Action": "secretsmanager:CreateSecret", "Resource": "*",
      "Condition": {"ArnLike": {"secretsmanager:KmsKeyArn": ")" +
                                  arn(must(keyring().default_key(kOwner))->info.name) + R"("}}}})");
  EXPECT_EQ(call(alice, "CreateSecret", with(value(0), {{"Name", "a"}, {"KmsKeyId", "alias/aws/secretsmanager"}})), "");
  EXPECT_TRUE(has_default_key());
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
