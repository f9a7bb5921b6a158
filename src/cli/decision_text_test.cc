#include "cli/decision_text.h"

#include <gtest/gtest.h>

#include "wire/json.h"

namespace coffer::cli {
namespace {

std::string text_of(std::string_view json) {
  wire::Document document;
  EXPECT_TRUE(wire::parse_json(json, {}, document).ok());
  return decisions_text(document.root());
}

// The case in which people get lost, as the owner of secret and key reads it.
TEST(DecisionsText, AKeyPolicyThatDoesNotShareTheKey) {
  EXPECT_EQ(text_of(R"({"Decisions": [{
  "DecisionId": "7d0c2f4e-2b6f-4c57-8f5e-0a1b2c3d4e5f", "Time": 1795516200.123,
  "Caller": "arn:aws:sts::222222222222:assumed-role/reader/app", "CallerAccount": "222222222222",
  "Action": "kms:Decrypt",
  "Resource": "arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012",
  "ResourceAccount": "111111111111",
  "Message": "User: arn:aws:sts::222222222222:assumed-role/reader/app is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012",
  "Steps": [
   {"Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf",
    "Opinions": [
     {"Policies": "resource policy of the secret", "Account": "111111111111", "Verdict": "Allows", "InTheWay": false, "Statements": []},
     {"Policies": "identity policies", "Account": "222222222222", "Verdict": "Allows", "InTheWay": false, "Statements": []}]},
   {"Action": "kms:Decrypt",
    "Resource": "arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012",
    "Opinions": [
     {"Policies": "key policy", "Account": "111111111111", "Verdict": "Silent", "InTheWay": true,
      "Statements": ["statement \"Enable IAM User Permissions\" does not apply: Principal does not name the caller, Condition StringEquals aws:PrincipalOrgID does not hold"]},
     {"Policies": "identity policies", "Account": "222222222222", "Verdict": "Allows", "InTheWay": false, "Statements": []}]}],
  "Reasons": ["no resource-based policy allows the action"],
  "Changes": [{"Account": "111111111111",
    "Where": "the key policy of arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012",
    "What": "Add the statement", "Details": [],
    "Statement": "{\"Effect\": \"Allow\", \"Principal\": {\"AWS\": \"arn:aws:iam::222222222222:role/reader\"}, \"Action\": \"kms:Decrypt\", \"Resource\": \"*\", \"Condition\": {\"StringEquals\": {\"kms:ViaService\": \"secretsmanager.us-east-1.amazonaws.com\"}}}"}],
  "Notes": ["The key is disabled: whoever is allowed to cannot use it until it is enabled."]}]})"),
            R"(Decision 7d0c2f4e-2b6f-4c57-8f5e-0a1b2c3d4e5f  2026-11-24T10:30:00Z

  caller    arn:aws:sts::222222222222:assumed-role/reader/app
  denied    kms:Decrypt
  on        arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012
  message   User: arn:aws:sts::222222222222:assumed-role/reader/app is not authorized to perform:
            kms:Decrypt on resource:
            arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012

Who has a say

  secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf
    resource policy of the secret  111111111111  allows
    identity policies              222222222222  allows

  kms:Decrypt on arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012
    key policy                     111111111111  does not allow  <- missing
        statement "Enable IAM User Permissions" does not apply: Principal does not name the caller,
            Condition StringEquals aws:PrincipalOrgID does not hold
    identity policies              222222222222  allows

Missing

  key policy of account 111111111111 must allow kms:Decrypt

What to change

  1. In account 111111111111, the key policy of
     arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012
     Add the statement:

     {
       "Effect": "Allow",
       "Principal": {"AWS": "arn:aws:iam::222222222222:role/reader"},
       "Action": "kms:Decrypt",
       "Resource": "*",
       "Condition": {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}
     }

To know

  The key is disabled: whoever is allowed to cannot use it until it is enabled.
)");
}

TEST(DecisionsText, ADenyIsInTheWayAndNotMissing) {
  const std::string text = text_of(R"({"Decisions": [{"DecisionId": "1", "Time": 0, "Action": "x:Y",
  "Steps": [{"Action": "x:Y", "Resource": "*", "Opinions": [
   {"Policies": "identity policies", "Account": "222222222222", "Verdict": "Denies", "Remark": "", "InTheWay": true, "Statements": ["P statement 0"]},
   {"Policies": "resource policy", "Account": "111111111111", "Verdict": "Allows", "Remark": "to the caller's account", "InTheWay": false, "Statements": []}]}],
  "Changes": [{"Account": "222222222222", "Where": "an identity policy of ann", "What": "Let its Deny not cover this request", "Details": ["P statement 0"]}]}]})");
  EXPECT_EQ(text, R"(Decision 1  1970-01-01T00:00:00Z

  denied    x:Y

Who has a say

  x:Y on *
    identity policies  222222222222  denies  <- in the way
        P statement 0
    resource policy    111111111111  allows to the caller's account

Missing

  identity policies of account 222222222222 must not deny x:Y

What to change

  1. In account 222222222222, an identity policy of ann
     Let its Deny not cover this request:
        P statement 0
)");
}

// When no policy can help, the reason is all there is to say.
TEST(DecisionsText, WithoutAnythingToChangeThereIsTheReason) {
  EXPECT_EQ(text_of(R"({"Decisions": [{"DecisionId": "1", "Time": 0,
      "Reasons": ["KMS does not offer the action to other accounts", "more"]}]})"),
            R"(Decision 1  1970-01-01T00:00:00Z


Why

  KMS does not offer the action to other accounts
)");
}

// A name that means nothing has no ARN to tell whose it would be.
TEST(DecisionsText, ANameHasItsAccountBesideIt) {
  EXPECT_EQ(
      text_of(
          R"({"Decisions": [{"DecisionId": "1", "Time": 0, "Resource": "db", "ResourceAccount": "111111111111"}]})"),
      "Decision 1  1970-01-01T00:00:00Z\n\n  on        db of account 111111111111\n");
}

TEST(DecisionsText, SeveralDecisionsFollowEachOther) {
  const std::string text =
      text_of(R"({"Decisions": [{"DecisionId": "1", "Action": "x:Y"}, {"DecisionId": "1-2", "Action": "x:Z"}]})");
  EXPECT_NE(text.find("x:Y\n\nDecision 1-2"), text.npos) << text;
}

// Another version's answer must not end the program.
TEST(DecisionsText, WhatIsNotAsExpectedIsLeftOut) {
  for (const char* const json : {"{}", "[]", R"({"Decisions": 1})", R"({"Decisions": []})"})
    EXPECT_EQ(text_of(json), "") << json;
  EXPECT_TRUE(text_of(R"({"Decisions": [1, {"Time": 1e300, "Steps": [2, {"Opinions": [3, {"Statements": [4]}]}],
      "Reasons": [5], "Changes": [6, {"Statement": "no JSON", "Details": [7]}], "Notes": [8]}]})")
                  .find("no JSON\n") != std::string::npos);
}

}  // namespace
}  // namespace coffer::cli
