// Which texts a key takes for its policy, what it has when nobody gave one, and whom that lets do what.
#include "kms/key_policy.h"

#include <gtest/gtest.h>

#include "kms/key_details.h"
#include "kms/testing/keyring_fixture.h"
#include "kms/testing/test_directories.h"
#include "policy/evaluator.h"

namespace coffer::kms::testing {
namespace {

std::string statement(std::string_view principal, std::string_view rest = "") {
  return R"({"Effect": "Allow", "Principal": )" + std::string(principal) + R"(, "Action": "kms:*", "Resource": "*")" +
         std::string(rest) + "}";
}
std::string document(const std::string& statements) {
  return R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}";
}
const std::string kAccountStatement = statement(R"({"AWS": "123456789012"})");

class KeyPolicyTest : public KeyringTest {
 protected:
  // "ok", or code and text of the refusal.
  std::string accepted(const std::string& text) {
    const auto policy = accept_key_policy(text, directories_.both());
    if (policy.ok()) return "ok";
    return std::string(error_name(policy.error().code)) + ": " + policy.error().message;
  }
  void put(const std::string& text) {
    const auto policy = accept_key_policy(text, directories_.both());
    ASSERT_TRUE(policy.ok());
    ASSERT_TRUE(put_policy(keyring_, key_, *policy).ok());
  }

  struct Call {
    policy::RequestPrincipal caller;
    std::string_view action;
    std::string_view via_service = "";
    bool identity_allows = true;
  };
  bool may(const KeyName& key, const Call& call) {
    static const policy::CompiledPolicy everything(*policy::parse_document(
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})", policy::DocumentKind::kIdentityPolicy));
    const policy::CompiledPolicy* const all[] = {&everything};
    policy::RequestContext context;
    policy::add_principal_keys(call.caller, context);
    context.add("kms:CallerAccount", call.caller.account);
    if (!call.via_service.empty()) context.add("kms:ViaService", call.via_service);
    policy::PolicySet policies;
    if (call.identity_allows) policies.identity = all;
    const KeyPointer found = *keyring_.find(key);
    policies.resource = found->policy.get();
    policies.resource_rule = policy::ResourceRule::kKeyPolicy;
    const std::string arn = key_arn(kRegion, key);
    return policy::evaluate({.principal = call.caller,
                             .action = call.action,
                             .resource = arn,
                             .resource_account = key.account.text(),
                             .resource_organization = {},
                             .context = context},
                            policies)
        .allowed();
  }

  TestDirectories directories_;
  const KeyName key_ = make_key();
};

TEST_F(KeyPolicyTest, AKeyWithoutOneLeavesItToTheAccount) {
  const auto text = get_policy(keyring_, key_, directories_);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, default_key_policy(kAccount));
  EXPECT_TRUE(text->find("\"AWS\" : \"arn:aws:iam::123456789012:root\"") != text->npos);
  EXPECT_EQ(accepted(*text), "ok") << "it can be put back";
  EXPECT_TRUE(may(key_, {kRoot, "kms:PutKeyPolicy"}));
  EXPECT_TRUE(may(key_, {kAnn, "kms:Decrypt"}));
  EXPECT_FALSE(may(key_, {kAnn, "kms:Decrypt", "", false}));
  EXPECT_FALSE(may(key_, {kBob, "kms:Decrypt"}));
}

// Its key serves everybody who may use the secret, and nothing else.
TEST_F(KeyPolicyTest, TheDefaultKeyIsForSecretsManagerOnly) {
  const KeyName own = *key_of(seal_by_default(kAccount), kAccount);
  constexpr std::string_view kService = "secretsmanager.us-east-1.amazonaws.com";
  EXPECT_EQ(*get_policy(keyring_, own, directories_), managed_key_policy(kAccount, kRegion));
  for (const std::string_view action : {"kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"}) {
    EXPECT_TRUE(may(own, {kAnn, action, kService, false})) << action;
    EXPECT_FALSE(may(own, {kAnn, action})) << action;
    EXPECT_FALSE(may(own, {kRoot, action})) << action;
    EXPECT_FALSE(may(own, {kAnn, action, "secretsmanager.eu-west-1.amazonaws.com"})) << action;
    EXPECT_FALSE(may(own, {kBob, action, kService})) << action;
  }
  EXPECT_TRUE(may(own, {kRoot, "kms:DescribeKey"}));
  EXPECT_TRUE(may(own, {kAnn, "kms:GetKeyPolicy"}));
  for (const std::string_view action :
       {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:TagResource"})
    EXPECT_FALSE(may(own, {kRoot, action})) << action;
}

TEST_F(KeyPolicyTest, WhatIsNoKeyPolicyIsRefusedWithTheTextOfAws) {
  const std::string syntax = "MalformedPolicyDocumentException: Syntax errors in policy.";
  const std::string principals =
      "MalformedPolicyDocumentException: Policy contains a statement with one or more invalid principals.";
  EXPECT_EQ(accepted(document(kAccountStatement)), "ok");
  EXPECT_EQ(accepted("{"), "MalformedPolicyDocumentException: This policy contains invalid Json");
  EXPECT_EQ(accepted("{}"), syntax);
  EXPECT_EQ(accepted(document(R"({"Effect": "allow", "Principal": "*", "Action": "kms:*"})")), syntax);
  EXPECT_EQ(accepted(document(R"({"Effect": "Allow", "Action": "kms:*", "Resource": "*"})")),
            "MalformedPolicyDocumentException: Policy contains a statement with no principal.");
  for (const std::string_view bad :
       {R"({"AWS": "arn:aws:iam::123456789012:user/nobody"})", R"({"AWS": "arn:aws:iam::123456789012:user/*"})",
        R"({"AWS": "arn:aws:iam::123456789012:group/admins"})", R"({"AWS": "999999999999"})", R"({"AWS": "ann"})",
        R"({"AWS": "AIDADELETEDDELETEDDEL"})", R"({"CanonicalUser": "x"})",
        R"({"Federated": "cognito-identity.amazonaws.com"})"})
    EXPECT_EQ(accepted(document(kAccountStatement + ", " + statement(bad))), principals) << bad;
  directories_.is_late = true;
  EXPECT_EQ(
      accepted(document(kAccountStatement + ", " + statement(R"({"AWS": "arn:aws:iam::123456789012:user/ann"})"))),
      principals)
      << "deleted in between: bound to nobody, the name would count";
  directories_.is_broken = true;
  EXPECT_EQ(accepted(document(kAccountStatement)), "Io: the disk is gone") << "which is not: invalid principals";
}

TEST_F(KeyPolicyTest, OneThatIsTooLongIsRefused) {
  const std::string start = R"({"Id": ")";
  const std::string end = R"(", "Statement": )" + kAccountStatement + "}";
  const size_t room = kMaxKeyPolicySize - start.size() - end.size();
  EXPECT_EQ(accepted(start + std::string(room, 'x') + end), "ok");
  EXPECT_TRUE(accepted(start + std::string(room + 1, 'x') + end).starts_with("LimitExceededException"));
}

// True for everybody who leaves the key out.
TEST_F(KeyPolicyTest, ForAllValuesOfWhatTheCallerChoosesIsRefused) {
  for (const std::string_view key : {"kms:EncryptionContext:app", "aws:RequestTag/team", "KMS:encryptioncontext:x"}) {
    const std::string condition =
        R"(, "Condition": {"ForAllValues:StringEquals": {")" + std::string(key) + R"(": "a"}})";
    EXPECT_TRUE(accepted(document(kAccountStatement + ", " + statement("\"*\"", condition)))
                    .starts_with("MalformedPolicyDocumentException: OverlyPermissiveCondition"))
        << key;
  }
  EXPECT_EQ(
      accepted(document(kAccountStatement + ", " +
                        statement("\"*\"", R"(, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}})"))),
      "ok");
}

TEST_F(KeyPolicyTest, APolicyDecidesFromItsCommitOn) {
  put(document(statement(R"({"AWS": ["arn:aws:iam::210987654321:user/bob", "arn:aws:iam::123456789012:user/ann"]})")));
  EXPECT_TRUE(may(key_, {kAnn, "kms:Decrypt", "", false}));
  EXPECT_TRUE(may(key_, {kBob, "kms:Decrypt"}));
  EXPECT_FALSE(may(key_, {kBob, "kms:Decrypt", "", false})) << "its own account must allow it, too";
  EXPECT_FALSE(may(key_, {kBob, "kms:DisableKey"})) << "not across accounts";
  EXPECT_FALSE(may(key_, {kRoot, "kms:Decrypt"}));
  put(document(kAccountStatement));
  EXPECT_FALSE(may(key_, {kBob, "kms:Decrypt"}));
  EXPECT_TRUE(may(key_, {kRoot, "kms:Decrypt"}));
  Keyring restarted({*store_, region_key_, random_, clock_, kRegion});
  EXPECT_EQ(*get_policy(restarted, key_, directories_), document(kAccountStatement));
}

// Whoever gets a deleted user's name later is not meant.
TEST_F(KeyPolicyTest, AUserIsMeantAndNotItsName) {
  const std::string text = document(statement(R"({"AWS": "arn:aws:iam::123456789012:user/ann"})"));
  put(text);
  EXPECT_EQ(*get_policy(keyring_, key_, directories_), text);
  directories_.by_id.erase("AIDAANNANNANNANNANNAN");
  directories_.by_id["AIDANEWANNNEWANNNEWAN"] = kAnn.arn;
  policy::RequestPrincipal new_ann = kAnn;
  new_ann.user_id = "AIDANEWANNNEWANNNEWAN";
  EXPECT_FALSE(may(key_, {new_ann, "kms:Decrypt"}));
  EXPECT_TRUE(may(key_, {kAnn, "kms:Decrypt"}));
  EXPECT_EQ(*get_policy(keyring_, key_, directories_), document(statement(R"({"AWS": "AIDAANNANNANNANNANNAN"})")));
}

TEST_F(KeyPolicyTest, AStoredPolicyThatCannotHaveBeenAcceptedIsDamage) {
  StoredKey stored = *decode_key(key_, (*store_->get(key_row(key_)))->value);
  stored.policy.text = "{";
  put_row(key_row(key_), encode_key(stored));
  EXPECT_EQ(outcome(keyring_.find(key_)), "Corrupt");
}

}  // namespace
}  // namespace coffer::kms::testing
