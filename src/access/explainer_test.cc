// The stories that operators get lost in, as each of the two accounts reads them.
#include "access/explainer.h"

#include <gtest/gtest.h>

#include "access/key_resource.h"
#include "access/testing/scene.h"

namespace coffer::access::testing {
namespace {

constexpr std::string_view kMayRead =
    R"({"Sid": "Read", "Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"})";
constexpr std::string_view kMayDecrypt =
    R"({"Sid": "Use", "Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"})";
constexpr std::string_view kAccountDecides =
    R"({"Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
        "Action": "kms:*", "Resource": "*"})";
constexpr std::string_view kOtherMayDecrypt =
    R"({"Sid": "Shared", "Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "kms:Decrypt",
        "Resource": "*"})";

// `text` with $KEY, $SECRET and $VIA replaced.
std::string filled(std::string text) {
  const std::pair<std::string_view, std::string> names[] = {
      {"$KEY", std::string(kKey)},
      {"$SECRET", std::string(kSecret)},
      {"$VIA", R"("Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}})"}};
  for (const auto& [name, value] : names) {
    for (size_t at = text.find(name); at != text.npos; at = text.find(name))
      text.replace(at, name.size(), value);
  }
  return text;
}

class ExplainerTest : public ::testing::Test {
 protected:
  Scene scene_;
};

// --- a secret of one account, read by a role of another -----------------------------------------------------------

TEST_F(ExplainerTest, TheKeyPolicyIsMissing) {
  scene_.role_session_of(kOther);
  scene_.identity("Reader", kMayRead);
  scene_.identity("Keys", kMayDecrypt);
  scene_.decrypts_with(customer_key(kAccountDecides));
  const Explanation explanation = scene_.explain();
  EXPECT_EQ(seen_by(kOther, explanation), filled(R"(secretsmanager:GetSecretValue $SECRET
  resource policy of the secret of 111111111111: allows
  identity policies of 222222222222: allows
kms:Decrypt $KEY
! key policy of 111111111111: does not allow
  identity policies of 222222222222: allows
    Keys statement "Use"
111111111111, the key policy of $KEY: Add the statement
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/reader"}, "Action": "kms:Decrypt", "Resource": "*", $VIA}
)"));
  EXPECT_EQ(seen_by(kOwner, explanation), filled(R"(secretsmanager:GetSecretValue $SECRET
  resource policy of the secret of 111111111111: allows
  identity policies of 222222222222: allows
kms:Decrypt $KEY
! key policy of 111111111111: does not allow
    statement "Enable IAM User Permissions" does not apply: Principal does not name the caller
  identity policies of 222222222222: allows
111111111111, the key policy of $KEY: Add the statement
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/reader"}, "Action": "kms:Decrypt", "Resource": "*", $VIA}
)"));
}

TEST_F(ExplainerTest, TheIdentityPolicyForTheKeyIsMissing) {
  scene_.role_session_of(kOther);
  scene_.identity("Reader", kMayRead);
  scene_.decrypts_with(customer_key(kOtherMayDecrypt));
  EXPECT_EQ(seen_by(kOther, scene_.explain()), filled(R"(secretsmanager:GetSecretValue $SECRET
  resource policy of the secret of 111111111111: allows
  identity policies of 222222222222: allows
kms:Decrypt $KEY
  key policy of 111111111111: allows to the caller's account
! identity policies of 222222222222: does not allow
222222222222, an identity policy of arn:aws:iam::222222222222:role/teams/reader: Add the statement
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "$KEY", $VIA}
)"));
}

TEST_F(ExplainerTest, BothSidesOfTheKeyAreMissing) {
  scene_.role_session_of(kOther);
  scene_.decrypts_with(customer_key(kAccountDecides));
  const Explanation explanation = scene_.explain();
  ASSERT_EQ(explanation.changes.size(), 2u);
  EXPECT_EQ(explanation.changes[0].account, kOwner);
  EXPECT_EQ(explanation.changes[1].account, kOther);
}

// A third account has the key: the secret's owner has no part in this decision, and its say is told all the same.
TEST_F(ExplainerTest, TheKeyOfAThirdAccount) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  constexpr std::string_view kTheirs = "arn:aws:secretsmanager:us-east-1:333333333333:secret:db-AbCdEf";
  scene_.decrypts_with(customer_key(kAccountDecides), kTheirs);
  const Explanation explanation = scene_.explain();
  EXPECT_FALSE(explanation.concerns(*AccountId::parse("333333333333")));
  ASSERT_EQ(explanation.steps.size(), 2u);
  EXPECT_EQ(explanation.steps[0].resource, kTheirs);
  EXPECT_EQ(explanation.steps[0].opinions[0].account.text(), "333333333333");
}

// Which policy cannot help must be said before anybody writes it.
TEST_F(ExplainerTest, TheDefaultKeyCannotBeShared) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  scene_.decrypts_with(default_key());
  const std::string expected =
      filled(R"(111111111111, the secret $SECRET: Encrypt it with a customer managed key (UpdateSecret with KmsKeyId)
111111111111, the key policy of that key: Add the statement
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/reader"}, "Action": "kms:Decrypt", "Resource": "*", $VIA}
222222222222, an identity policy of arn:aws:iam::222222222222:role/teams/reader: Add the statement
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "arn:aws:kms:us-east-1:111111111111:key/*", "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com", "kms:EncryptionContext:SecretARN": "$SECRET"}}}
The secret is encrypted with aws/secretsmanager, the default key of account 111111111111, which other accounts cannot use whatever policies say. Only a customer managed key can be shared.
)");
  const Explanation explanation = scene_.explain();
  for (const AccountId& account : {kOther, kOwner}) {
    const std::string text = seen_by(account, explanation);
    EXPECT_TRUE(text.ends_with(expected)) << text;
    EXPECT_EQ(text.find("\n! "), text.npos) << "no policy is in the way: " << text;
    EXPECT_EQ(told_to(account, explanation).remarks.reasons[0],
              "the secret's key is a default key, which cannot be shared");
  }
}

TEST_F(ExplainerTest, OnlyTheOwnerIsToldTheStateOfItsKey) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  scene_.decrypts_with(customer_key(kAccountDecides, kms::KeyState::kDisabled));
  const Explanation explanation = scene_.explain();
  constexpr std::string_view kNote = "The key is disabled: whoever is allowed to cannot use it until it is enabled.\n";
  EXPECT_TRUE(seen_by(kOwner, explanation).ends_with(kNote));
  EXPECT_EQ(seen_by(kOther, explanation).find("disabled"), std::string::npos);
}

// Whether a key exists must not be found out from outside.
TEST_F(ExplainerTest, AKeyThatIsNotThereLooksToOthersLikeOneThatIs) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  scene_.decrypts_with(customer_key(kAccountDecides));
  const std::string there = seen_by(kOther, scene_.explain());
  scene_.resource = absent_key_resource(*Region::parse("us-east-1"), {kms::KeyReference::Kind::kKey, kOwner,
                                                                      std::string(kKey.substr(kKey.rfind('/') + 1))});
  const Explanation explanation = scene_.explain();
  EXPECT_EQ(seen_by(kOther, explanation), there);
  const std::string owner = seen_by(kOwner, explanation);
  EXPECT_TRUE(owner.ends_with("There is nothing called " + std::string(kKey) + " in account 111111111111.\n")) << owner;
  EXPECT_NE(owner.find("! key policy of 111111111111: does not allow\n    there is none\n"), owner.npos) << owner;
}

// KMS's own operations decide on it like on anything without a policy.
TEST_F(ExplainerTest, AskedDirectlyAKeyThatIsNotThereLooksTheSameToo) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  scene_.decrypts_with(customer_key(kAccountDecides));
  scene_.via = api::Via::kClient;
  const std::string there = seen_by(kOther, scene_.explain());
  scene_.resource = {.name = std::string(kKey), .account = kOwner};
  const Explanation explanation = scene_.explain();
  EXPECT_EQ(seen_by(kOther, explanation), there);
  EXPECT_NE(seen_by(kOwner, explanation).find("There is nothing called "), std::string::npos);
}

TEST_F(ExplainerTest, AnAliasItselfIsNoKey) {
  scene_.user_of(kOwner);
  scene_.action = "kms:CreateAlias";
  scene_.resource = {.name = "arn:aws:kms:us-east-1:111111111111:alias/new", .account = kOwner};
  EXPECT_EQ(seen_by(kOwner, scene_.explain()), R"(kms:CreateAlias arn:aws:kms:us-east-1:111111111111:alias/new
! identity policies of 111111111111: does not allow
111111111111, an identity policy of arn:aws:iam::111111111111:user/ann: Add the statement
    {"Effect": "Allow", "Action": "kms:CreateAlias", "Resource": "arn:aws:kms:us-east-1:111111111111:alias/new"}
)");
}

TEST_F(ExplainerTest, TheSecretsPolicyIsMissingAndTheKeyComesNext) {
  scene_.role_session_of(kOther);
  scene_.identity("Reader", kMayRead);
  scene_.reads_secret("");
  const Explanation explanation = scene_.explain();
  EXPECT_EQ(seen_by(kOwner, explanation), filled(R"(secretsmanager:GetSecretValue $SECRET
! resource policy of the secret of 111111111111: does not allow
    there is none
  identity policies of 222222222222: allows
111111111111, the resource policy of $SECRET: Add the statement
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/reader"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
Once this is allowed, Secrets Manager asks KMS as the same caller for kms:Decrypt with the secret's key: that takes a statement in the key policy, and one in an identity policy of the caller. The default key aws/secretsmanager cannot be shared.
)"));
  const std::string caller = seen_by(kOther, explanation);
  EXPECT_EQ(caller.find("there is none"), caller.npos) << "whether the secret has a policy is the owner's business";
  EXPECT_NE(caller.find("    Reader statement \"Read\"\n"), caller.npos) << caller;
}

TEST_F(ExplainerTest, ASecretOfAnotherAccountMustBeNamedInFull) {
  scene_.role_session_of(kOther);
  scene_.identity("Reader", kMayRead);
  scene_.reads_secret("");
  scene_.resource = {.name = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db", .account = kOwner};
  constexpr std::string_view kNote =
      "A secret of another account is found by its full ARN only, which ends in a hyphen and six characters.\n";
  EXPECT_NE(seen_by(kOther, scene_.explain()).find(kNote), std::string::npos);
}

// The caller's boundary and session let the secret be read, too, or the key would not have been asked for.
TEST_F(ExplainerTest, WhatLimitsTheCallerIsPartOfTheChain) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  scene_.boundary("Limit", kMayRead);
  scene_.session(kMayDecrypt);
  scene_.decrypts_with(customer_key(kOtherMayDecrypt));
  EXPECT_EQ(seen_by(kOther, scene_.explain()), filled(R"(secretsmanager:GetSecretValue $SECRET
  resource policy of the secret of 111111111111: allows
  identity policies of 222222222222: allows
  permissions boundary of 222222222222: allows
  session policies of 222222222222: allows
kms:Decrypt $KEY
  key policy of 111111111111: allows to the caller's account
  identity policies of 222222222222: allows
    Keys statement "Use"
! permissions boundary of 222222222222: does not allow
  session policies of 222222222222: allows
    the session policy statement "Use"
222222222222, the permissions boundary of arn:aws:iam::222222222222:role/teams/reader: Add the statement
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "$KEY", $VIA}
)"));
}

// --- inside of one account ----------------------------------------------------------------------------------------

TEST_F(ExplainerTest, AStatementThatComesNearIsNamedWithWhatFailed) {
  scene_.user_of(kOwner);
  scene_.identity("Reader", R"({"Sid": "Tagged", "Effect": "Allow", "Action": "secretsmanager:Get*",
      "Resource": "arn:aws:secretsmanager:us-east-1:111111111111:secret:app-*",
      "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}})");
  scene_.reads_secret("");
  EXPECT_EQ(seen_by(kOwner, scene_.explain()), filled(R"(secretsmanager:GetSecretValue $SECRET
! identity policies of 111111111111: does not allow
    Reader statement "Tagged" does not apply: Resource does not match, Condition StringEquals aws:ResourceTag/team does not hold
111111111111, an identity policy of arn:aws:iam::111111111111:user/ann: Add the statement
    {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "$SECRET"}
)"));
}

TEST_F(ExplainerTest, InOneAccountTheSecretsStepIsOneLine) {
  scene_.user_of(kOwner);
  scene_.decrypts_with(customer_key(kAccountDecides));
  EXPECT_EQ(seen_by(kOwner, scene_.explain()), filled(R"(secretsmanager:GetSecretValue $SECRET
  the account's policies of 111111111111: allows
kms:Decrypt $KEY
  key policy of 111111111111: allows to the caller's account
    statement "Enable IAM User Permissions"
! identity policies of 111111111111: does not allow
111111111111, an identity policy of arn:aws:iam::111111111111:user/ann: Add the statement
    {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "$KEY", $VIA}
)"));
}

TEST_F(ExplainerTest, ANameThatMeansNothingIsSaidToMeanNothing) {
  scene_.user_of(kOwner);
  scene_.identity("Reader", R"({"Effect": "Allow", "Action": "secretsmanager:*",
      "Resource": "arn:aws:secretsmanager:us-east-1:111111111111:secret:*"})");
  scene_.reads_secret("");
  scene_.resource = {.name = "db", .account = kOwner};
  EXPECT_EQ(seen_by(kOwner, scene_.explain()), R"(secretsmanager:GetSecretValue db
  identity policies of 111111111111: does not allow
    Reader statement 0 does not apply: Resource does not match
There is nothing called db in account 111111111111. What is not there has no ARN, so that only a statement for Resource "*" covers it.
)");
}

// What CreateSecret is about does not exist yet, and that is no news.
TEST_F(ExplainerTest, WhatIsAboutToBeMadeIsNotMissed) {
  scene_.user_of(kOwner);
  scene_.reads_secret("");
  scene_.action = "secretsmanager:CreateSecret";
  scene_.resource = {.name = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-??????", .account = kOwner};
  const Explanation explanation = scene_.explain();
  EXPECT_TRUE(explanation.for_caller.notes.empty());
  ASSERT_EQ(explanation.changes.size(), 1u);
  EXPECT_NE(explanation.changes[0].statement.find(
                R"("Resource": "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-??????")"),
            std::string::npos);
}

// --- denials --------------------------------------------------------------------------------------------------------

TEST_F(ExplainerTest, ADenyIsNamedToItsOwnAccountOnly) {
  scene_.role_session_of(kOther);
  scene_.identity("Keys", kMayDecrypt);
  scene_.service_control({R"({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"})",
                          R"({"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"},
                             {"Sid": "NoKeys", "Effect": "Deny", "Action": "kms:*", "Resource": "*"})"});
  scene_.decrypts_with(customer_key(R"({"Sid": "NotThem", "Effect": "Deny", "Principal": {"AWS": "222222222222"},
                                        "Action": "kms:Decrypt", "Resource": "*"})"));
  const Explanation explanation = scene_.explain();
  EXPECT_EQ(seen_by(kOther, explanation), filled(R"(secretsmanager:GetSecretValue $SECRET
  resource policy of the secret of 111111111111: allows
  identity policies of 222222222222: allows
kms:Decrypt $KEY
  service control policies, level 0 of 222222222222: allows
    Level0 statement "All"
! service control policies, level 1 of 222222222222: denies
    Level1 statement "NoKeys"
! key policy of 111111111111: denies
  identity policies of 222222222222: allows
    Keys statement "Use"
222222222222, a service control policy of level 1: Let its Deny not cover this request
    Level1 statement "NoKeys"
111111111111, the key policy of $KEY: Let its Deny not cover this request
111111111111, the key policy of $KEY: Add the statement
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/teams/reader"}, "Action": "kms:Decrypt", "Resource": "*", $VIA}
)"));
  const std::string owner = seen_by(kOwner, explanation);
  EXPECT_EQ(owner.find("NoKeys"), owner.npos) << owner;
  EXPECT_NE(owner.find("Let its Deny not cover this request\n    statement \"NotThem\""), owner.npos) << owner;
}

// Names of statements of the other account must not come in through the reasons either.
TEST_F(ExplainerTest, ReasonsAreThoseOfTheReader) {
  scene_.role_session_of(kOther);
  scene_.identity("TheirSecretName", R"({"Sid": "TheirSid", "Effect": "Deny", "Action": "kms:*", "Resource": "*"})");
  scene_.decrypts_with(customer_key(kAccountDecides));
  const Explanation explanation = scene_.explain();
  const auto joined = [](const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
      all += text + "\n";
    return all;
  };
  const std::string caller = joined(told_to(kOther, explanation).remarks.reasons);
  const std::string owner = joined(told_to(kOwner, explanation).remarks.reasons);
  EXPECT_NE(caller.find("TheirSid"), caller.npos) << caller;
  EXPECT_EQ(caller.find("Enable IAM"), caller.npos) << caller;
  EXPECT_EQ(owner.find("TheirS"), owner.npos) << owner;
  EXPECT_NE(owner.find("Enable IAM User Permissions"), owner.npos) << owner;
}

TEST_F(ExplainerTest, ManyStatementsAreCounted) {
  scene_.user_of(kOwner);
  std::string statements;
  for (int i = 0; i < 50; ++i)
    statements.append(i == 0 ? "" : ",").append(R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"})");
  scene_.identity("Long", statements);
  scene_.reads_secret("");
  const Explanation explanation = scene_.explain();
  const Opinion& opinion = explanation.steps.back().opinions.front();
  ASSERT_EQ(opinion.statements.size(), 21u);
  EXPECT_EQ(opinion.statements.back(), "and 30 more");
}

// --- what only some changes can help --------------------------------------------------------------------------------

TEST_F(ExplainerTest, NoPolicyOpensWhatKmsKeepsToTheAccount) {
  scene_.role_session_of(kOther);
  scene_.identity("All", R"({"Effect": "Allow", "Action": "*", "Resource": "*"})");
  scene_.resource =
      key_resource(*Region::parse("us-east-1"),
                   customer_key(R"({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"})"));
  scene_.action = "kms:DisableKey";
  const Explanation explanation = scene_.explain();
  EXPECT_TRUE(explanation.changes.empty());
  EXPECT_EQ(explanation.for_caller.reasons[0], "KMS does not offer the action to other accounts");
}

TEST_F(ExplainerTest, ThePolicyOfAnAwsManagedKeyCannotBeChanged) {
  scene_.user_of(kOwner);
  scene_.identity("All", R"({"Effect": "Allow", "Action": "*", "Resource": "*"})");
  scene_.resource = key_resource(*Region::parse("us-east-1"), default_key());
  scene_.action = "kms:Decrypt";
  const Explanation explanation = scene_.explain();
  EXPECT_TRUE(explanation.changes.empty());
  ASSERT_EQ(explanation.for_caller.notes.size(), 1u);
  EXPECT_TRUE(explanation.for_caller.notes[0].starts_with("The key is AWS managed: "))
      << explanation.for_caller.notes[0];
}

// Tried one after the other, they would cost the operator two rounds.
TEST_F(ExplainerTest, ATrialOfAKeyTakesBothActions) {
  scene_.user_of(kOwner);
  scene_.decrypts_with(customer_key(kAccountDecides), kSecret, "RequestToValidateKeyAccess");
  scene_.action = "kms:GenerateDataKey";
  const Explanation explanation = scene_.explain();
  ASSERT_EQ(explanation.changes.size(), 1u);
  EXPECT_NE(explanation.changes[0].statement.find(R"("Action": ["kms:Decrypt", "kms:GenerateDataKey"])"),
            std::string::npos)
      << explanation.changes[0].statement;
}

TEST_F(ExplainerTest, AFederatedUserNeedsASessionPolicy) {
  scene_.user_of(kOwner);
  scene_.identity("All", R"({"Effect": "Allow", "Action": "*", "Resource": "*"})");
  scene_.caller.kind = auth::PrincipalKind::kFederatedUser;
  scene_.principal = {.kind = policy::PrincipalKind::kFederatedUser,
                      .arn = "arn:aws:sts::111111111111:federated-user/fred",
                      .account = "111111111111",
                      .parent_arn = "arn:aws:iam::111111111111:user/ann"};
  scene_.reads_secret("");
  EXPECT_EQ(seen_by(kOwner, scene_.explain()), filled(R"(secretsmanager:GetSecretValue $SECRET
  identity policies of 111111111111: allows
    All statement 0
! session policies of 111111111111: does not allow
    there is none
111111111111, the session policy of arn:aws:sts::111111111111:federated-user/fred: Add the statement, for a new session
    {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "$SECRET"}
)"));
}

}  // namespace
}  // namespace coffer::access::testing
