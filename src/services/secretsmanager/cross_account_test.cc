// What the product exists for: a secret of one account, read by a role of another. Three policies must agree: the
// secret's, the role's own, the key's, in whose place there may be a grant.
#include "services/secretsmanager/testing/cross_account.h"

namespace coffer::secretsmanager::testing {
namespace {

// All eight combinations. The caller is outside of the owner's organization, so it is not told which policy is missing.
TEST_F(CrossAccount, AllThreePoliciesMustAgree) {
  const std::string refused_by_secret =
      "AccessDeniedException: User: arn:aws:sts::210987654321:assumed-role/app/session is not authorized to perform: "
      "secretsmanager:GetSecretValue on resource: " +
      arn_;
  const std::string refused_by_key = "AccessDeniedException: Access to KMS is not allowed";
  for (int combination = 0; combination < 8; ++combination) {
    const bool secret = (combination & 1) != 0;
    const bool identity = (combination & 2) != 0;
    const bool key = (combination & 4) != 0;
    SCOPED_TRACE(std::string(secret ? "secret " : "") + (identity ? "identity " : "") + (key ? "key" : ""));
    secret
        ? allow_in_secret()
        : set_secret_policy(R"("Principal": {"AWS": "123456789012"}, "Action": "secretsmanager:*", "Resource": "*")");
    identity ? allow_in_identity() : set_identity_policy(statement(R"("Action": "sqs:*", "Resource": "*")"));
    key ? allow_in_key() : set_key_policy("");
    const std::string expected = !secret || !identity ? refused_by_secret : !key ? refused_by_key : "hunter2";
    EXPECT_EQ(outcome(read()), expected);
  }
}

TEST_F(CrossAccount, TheKeyNeedsTheRolesOwnPolicyToo) {
  allow_everywhere();
  set_identity_policy(statement(R"("Action": "secretsmanager:*", "Resource": "*")"));
  EXPECT_EQ(outcome(read()), "AccessDeniedException: Access to KMS is not allowed");
}

TEST_F(CrossAccount, ANameIsLookedForInTheCallersAccount) {
  allow_everywhere();
  EXPECT_EQ(reader("GetSecretValue", R"({"SecretId": "shared"})").error, "AccessDeniedException");
  set_identity_policy(statement(R"("Action": ["secretsmanager:*", "kms:*"], "Resource": "*")"));
  EXPECT_EQ(outcome(reader("GetSecretValue", R"({"SecretId": "shared"})")),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret.");
  EXPECT_EQ(outcome(read()), "hunter2");
}

// Without the six characters an ARN could come to mean another secret than the one that was shared.
TEST_F(CrossAccount, AnArnWithoutItsSuffixIsNoNameForOthers) {
  allow_everywhere();
  const std::string partial = arn_.substr(0, arn_.size() - 7);
  EXPECT_EQ(reader("GetSecretValue", R"({"SecretId": ")" + partial + "\"}").error, "AccessDeniedException");
}

TEST_F(CrossAccount, WhoMayReadMayNotWrite) {
  allow_everywhere();
  EXPECT_EQ(
      reader("PutSecretValue", R"({"SecretId": ")" + arn_ + R"(", "SecretString": "x", )" + kToken + "2\"}").error,
      "AccessDeniedException");
  EXPECT_EQ(reader("DeleteSecret", R"({"SecretId": ")" + arn_ + "\"}").error, "AccessDeniedException");
  EXPECT_EQ(reader("DescribeSecret", R"({"SecretId": ")" + arn_ + "\"}").error, "AccessDeniedException");
}

TEST_F(CrossAccount, WhatIsTakenAwayIsGoneAtTheNextRequest) {
  const std::string nobody = R"("Principal": {"AWS": "123456789012"}, "Action": "secretsmanager:*", "Resource": "*")";
  for (int policy = 0; policy < 3; ++policy) {
    allow_everywhere();
    EXPECT_EQ(outcome(read()), "hunter2");
    if (policy == 0) set_secret_policy(nobody);
    if (policy == 1) set_identity_policy(statement(R"("Action": "sqs:*", "Resource": "*")"));
    if (policy == 2) set_key_policy("");
    EXPECT_EQ(read().error, "AccessDeniedException") << policy;
  }
}

// The policies name the role that there was: whoever makes a role of that name later is somebody else.
TEST_F(CrossAccount, ARoleThatIsMadeAnewDoesNotInherit) {
  allow_everywhere();
  must(iam::delete_inline_policy(world_.identities(kHome), {kReaderId, iam::EntityKind::kRole, "app"}, "read"));
  must(iam::delete_role(world_.identities(kHome), {kReaderId, iam::EntityKind::kRole, "app"}));
  const std::string policy = owner("GetResourcePolicy", R"({"SecretId": "shared"})").output;
  EXPECT_EQ(policy.find(kRoleArn), policy.npos) << policy;
  EXPECT_NE(policy.find(role_id_), policy.npos) << policy;
  role_id_ = make_role();
  allow_in_identity();
  EXPECT_EQ(read().error, "AccessDeniedException");
  allow_in_secret();
  allow_in_key();
  EXPECT_EQ(outcome(read()), "hunter2");
}

TEST_F(CrossAccount, TheOwnersDefaultKeyIsForNobodyElse) {
  arn_ = make_secret("other", "");
  EXPECT_EQ(owner("PutResourcePolicy",
                  R"({"SecretId": "other", "ResourcePolicy": )" +
                      escaped(statement(
                          R"("Principal": {"AWS": "210987654321"}, "Action": "secretsmanager:*", "Resource": "*")")) +
                      "}")
                .message,
            "");
  set_identity_policy(statement(R"("Action": ["secretsmanager:*", "kms:*"], "Resource": "*")"));
  const std::string refused =
      "InvalidRequestException: You can't access a secret from a different AWS account if you encrypt the secret with "
      "the default KMS service key.";
  EXPECT_EQ(outcome(read()), refused);
  EXPECT_EQ(
      outcome(reader("PutSecretValue", R"({"SecretId": ")" + arn_ + R"(", "SecretString": "x", )" + kToken + "2\"}")),
      refused);
  EXPECT_EQ(reader("DescribeSecret", R"({"SecretId": ")" + arn_ + "\"}").message, "");
}

// UpdateSecret may bring another key along: it must not bring values out from under the default key.
TEST_F(CrossAccount, NobodyElseMovesValuesAwayFromTheDefaultKey) {
  arn_ = make_secret("other", "");
  EXPECT_EQ(owner("PutResourcePolicy",
                  R"({"SecretId": "other", "ResourcePolicy": )" +
                      escaped(statement(
                          R"("Principal": {"AWS": "210987654321"}, "Action": "secretsmanager:*", "Resource": "*")")) +
                      "}")
                .message,
            "");
  set_identity_policy(statement(R"("Action": ["secretsmanager:*", "kms:*"], "Resource": "*")"));
  set_key_policy(R"(, {"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "kms:*", "Resource": "*"})");
  EXPECT_EQ(
      reader("UpdateSecret", R"({"SecretId": ")" + arn_ + R"(", "KmsKeyId": ")" + key_arn_ + R"(", )" + kToken + "3\"}")
          .message,
      "");
  EXPECT_EQ(read().error, "InvalidRequestException") << "the value is where it was";
  EXPECT_EQ(
      reader("PutSecretValue", R"({"SecretId": ")" + arn_ + R"(", "SecretString": "new", )" + kToken + "4\"}").message,
      "");
  EXPECT_EQ(outcome(read()), "new");
}

// A key of one's own account by its id, another account's only by its ARN.
TEST_F(CrossAccount, AKeyIdMeansAKeyOfTheCaller) {
  arn_ = make_secret("by-id", key_.id);
  EXPECT_EQ(owner("PutResourcePolicy",
                  R"({"SecretId": "by-id", "ResourcePolicy": )" +
                      escaped(statement(
                          R"("Principal": {"AWS": "210987654321"}, "Action": "secretsmanager:*", "Resource": "*")")) +
                      "}")
                .message,
            "");
  set_identity_policy(statement(R"("Action": ["secretsmanager:*", "kms:*"], "Resource": "*")"));
  set_key_policy(R"(, {"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "kms:*", "Resource": "*"})");
  EXPECT_EQ(outcome(read()), "hunter2");
  EXPECT_EQ(
      reader("PutSecretValue", R"({"SecretId": ")" + arn_ + R"(", "SecretString": "x", )" + kToken + "2\"}").error,
      "EncryptionFailure");
}

// Nobody but the caller's account could ever read what it sealed.
TEST_F(CrossAccount, TheCallersDefaultKeyIsForNoSecretOfOthers) {
  set_secret_policy(R"("Principal": {"AWS": "210987654321"}, "Action": "secretsmanager:*", "Resource": "*")");
  set_identity_policy(statement(R"("Action": ["secretsmanager:*", "kms:*"], "Resource": "*")"));
  set_key_policy(R"(, {"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "kms:*", "Resource": "*"})");
  for (const std::string key :
       {"", "alias/aws/secretsmanager", "arn:aws:kms:us-east-1:210987654321:alias/aws/secretsmanager"}) {
    const std::string input = R"({"SecretId": ")" + arn_ + R"(", "KmsKeyId": ")" + key + R"(", )" + kToken + "5\"}";
    EXPECT_EQ(
        outcome(reader("UpdateSecret", input)),
        "InvalidRequestException: You can't access a secret from a different AWS account if you encrypt the secret "
        "with the default KMS service key.");
  }
  EXPECT_EQ(outcome(read()), "hunter2");
}

// The caller's account and the secret's are two, the key's is a third: each of its policies counts.
TEST_F(CrossAccount, AKeyOfAThirdAccountCountsWithThePoliciesOfAllThree) {
  const AccountId third = *AccountId::parse("345678901234");
  const Rooms& rooms = world_.rooms(kHome);
  const kms::KeyName key = must(rooms.keyring.create_key(third, "of a third account"));
  const std::string key_arn = kms::key_arn(*Region::parse(kHome), key);
  const auto let = [&](const std::string& reader) {
    const std::string text = R"({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "kms:*", "Principal": {"AWS": "345678901234"}, "Resource": "*"},
        {"Effect": "Allow", "Action": ["kms:GenerateDataKey", "kms:Decrypt"], "Principal": {"AWS": "123456789012"},
         "Resource": "*", "Condition": {"StringEquals": {"kms:CallerAccount": "123456789012"}}})" +
                             reader + "]}";
    must(kms::put_policy(rooms.keyring, key, must(kms::accept_key_policy(text, {rooms.principals, rooms.identities}))));
  };
  const std::string lets_role =
      R"(, {"Effect": "Allow", "Principal": {"AWS": ")" + kRoleArn + R"("}, "Action": "kms:Decrypt", "Resource": "*"})";
  let(lets_role);
  arn_ = make_secret("third", key_arn);
  const auto set_policy_of_secret = [&](const std::string& principal) {
    const std::string text = statement(R"("Principal": {"AWS": ")" + principal +
                                       R"("}, "Action": "secretsmanager:GetSecretValue", "Resource": "*")");
    EXPECT_EQ(owner("PutResourcePolicy", R"({"SecretId": "third", "ResourcePolicy": )" + escaped(text) + "}").message,
              "");
  };
  const std::string reads_secret = R"({"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"})";
  const std::string uses_key = R"({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ")" + key_arn + "\"}";
  const auto set_policy_of_role = [&](const std::string& statements) {
    set_identity_policy(R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}");
  };
  const std::string refused_by_secret =
      "AccessDeniedException: User: arn:aws:sts::210987654321:assumed-role/app/session is not authorized to perform: "
      "secretsmanager:GetSecretValue on resource: " +
      arn_;
  const std::string refused_by_key = "AccessDeniedException: Access to KMS is not allowed";
  set_policy_of_secret(kRoleArn);
  set_policy_of_role(reads_secret + ", " + uses_key);
  EXPECT_EQ(outcome(read()), "hunter2");

  let("");
  EXPECT_EQ(outcome(read()), refused_by_key);
  const access::ExplanationPointer denial = world_.denials(kHome).back();
  EXPECT_EQ(denial->resource, key_arn);
  EXPECT_EQ(denial->resource_account, third);
  ASSERT_EQ(denial->changes.size(), 1u);
  EXPECT_EQ(denial->changes[0].account, third);
  let(lets_role);
  set_policy_of_role(reads_secret);
  EXPECT_EQ(outcome(read()), refused_by_key);
  set_policy_of_role(uses_key);
  EXPECT_EQ(outcome(read()), refused_by_secret);
  set_policy_of_role(reads_secret + ", " + uses_key);
  set_policy_of_secret("123456789012");
  EXPECT_EQ(outcome(read()), refused_by_secret);
  set_policy_of_secret(kRoleArn);
  EXPECT_EQ(outcome(read()), "hunter2");
}

TEST_F(CrossAccount, TheKeyPolicySeesThroughWhomAndForWhatItIsUsed) {
  allow_everywhere();
  const auto with = [this](const std::string& condition) {
    allow_in_key(R"(, "Condition": {"StringEquals": {)" + condition + "}}");
    return read().status;
  };
  EXPECT_EQ(with(R"("kms:ViaService": "secretsmanager.us-east-1.amazonaws.com")"), 200);
  EXPECT_EQ(with(R"("kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com")"), 400);
  EXPECT_EQ(with(R"("kms:CallerAccount": "210987654321")"), 200);
  EXPECT_EQ(with(R"("kms:CallerAccount": "123456789012")"), 400);
  EXPECT_EQ(with(R"("kms:EncryptionContext:SecretARN": ")" + arn_ + "\""), 200);
  EXPECT_EQ(with(R"("kms:EncryptionContext:SecretARN": ")" + arn_ + "x\""), 400);
  EXPECT_EQ(with(R"("kms:EncryptionContext:SecretVersionId": "00000000-0000-0000-0000-000000000001")"), 200);
  EXPECT_EQ(with(R"("aws:ViaAWSService": "true")"), 200);
}

// Of the account itself: a user whom the secret's policy names needs nothing else but the key.
TEST_F(CrossAccount, TheOwnAccountsUsersAreDecidedOnToo) {
  const iam::Role role = must(iam::create_role(
      world_.identities(kHome), kOwnerId,
      {.name = "own",
       .trust_policy = statement(R"("Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole")")}));
  const auth::Caller caller{.account = kOwnerId,
                            .kind = auth::PrincipalKind::kRoleSession,
                            .arn = "arn:aws:sts::123456789012:assumed-role/own/s",
                            .access_key = {},
                            .user_id = role.unique_id + ":s"};
  const auto read_as = [&] { return world_.call(kHome, caller, "GetSecretValue", R"({"SecretId": "shared"})"); };
  EXPECT_EQ(outcome(read_as()),
            "AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/own/s is not authorized to perform: "
            "secretsmanager:GetSecretValue on resource: " +
                arn_ + " because no identity-based policy allows the secretsmanager:GetSecretValue action");
  set_secret_policy(
      R"("Principal": {"AWS": "arn:aws:iam::123456789012:role/own"}, "Action": "secretsmanager:GetSecretValue", "Resource": "*")");
  EXPECT_EQ(outcome(read_as()), "AccessDeniedException: Access to KMS is not allowed");
  set_key_policy(
      R"(, {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/own"}, "Action": "kms:Decrypt", "Resource": "*"})");
  EXPECT_EQ(outcome(read_as()), "hunter2");
}

// --- explanations ---------------------------------------------------------------------------------------------------

// What `coffer explain` says must be enough: each account does its part, as often as it takes.
TEST_F(CrossAccount, WhoDoesWhatTheExplanationsSayCanReadTheSecret) {
  std::string secret, identity, key;
  for (int round = 1; round <= 2; ++round) {
    ASSERT_NE(read().status, 200);
    const access::ExplanationPointer denial = world_.denials(kHome).back();
    EXPECT_EQ(denial->action, round == 1 ? "secretsmanager:GetSecretValue" : "kms:Decrypt");
    ASSERT_EQ(denial->changes.size(), 2u);
    for (const access::Change& change : denial->changes) {
      const bool is_readers = change.account == kReaderId;
      std::string& statements = is_readers ? identity : round == 1 ? secret : key;
      statements += (statements.empty() && round == 1 ? "" : ", ") + change.statement;
    }
    const auto document = [](const std::string& statements) {
      return R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}";
    };
    EXPECT_EQ(
        owner("PutResourcePolicy", R"({"SecretId": "shared", "ResourcePolicy": )" + escaped(document(secret)) + "}")
            .message,
        "");
    set_identity_policy(document(identity));
    set_key_policy(key);
  }
  EXPECT_EQ(outcome(read()), "hunter2");
}

TEST_F(CrossAccount, ADenialOfTheKeySaysForWhatItWasNeeded) {
  allow_in_secret();
  allow_in_identity();
  EXPECT_EQ(outcome(read()), "AccessDeniedException: Access to KMS is not allowed");
  const access::ExplanationPointer denial = world_.denials(kHome).back();
  EXPECT_EQ(denial->caller, role().arn);
  EXPECT_EQ(denial->resource, key_arn_);
  ASSERT_EQ(denial->steps.size(), 2u);
  EXPECT_EQ(denial->steps[0].action, "secretsmanager:GetSecretValue");
  EXPECT_EQ(denial->steps[0].resource, arn_);
  EXPECT_EQ(denial->steps[1].action, "kms:Decrypt");
}

// The error is not one of missing permissions, and is explained all the same.
TEST_F(CrossAccount, ADefaultKeyIsExplainedToo) {
  arn_ = make_secret("by-default", "");
  EXPECT_EQ(owner("PutResourcePolicy", R"({"SecretId": "by-default", "ResourcePolicy": )" +
                                           escaped(statement(R"("Principal": {"AWS": ")" + kReader +
                                                             R"("}, "Action": "secretsmanager:*", "Resource": "*")")) +
                                           "}")
                .message,
            "");
  set_identity_policy(statement(R"("Action": "*", "Resource": "*")"));
  for (const bool writes : {false, true}) {
    const Answer answer =
        writes ? reader("PutSecretValue", R"({"SecretId": ")" + arn_ + R"(", "SecretString": "x", )" + kToken + "2\"}")
               : read();
    EXPECT_EQ(answer.error, "InvalidRequestException") << answer.message;
    const std::vector<access::ExplanationPointer> denials = world_.denials(kHome);
    ASSERT_EQ(denials.size(), writes ? 2u : 1u);
    EXPECT_EQ(denials.back()->action, writes ? "kms:GenerateDataKey" : "kms:Decrypt");
    ASSERT_FALSE(denials.back()->for_caller.notes.empty());
    EXPECT_TRUE(denials.back()->for_caller.notes.back().ends_with("Only a customer managed key can be shared."));
  }
}

// Whether a key exists is its owner's business, and every refusal has a decision id.
TEST_F(CrossAccount, AKeyThatIsNotThereIsExplainedToItsOwner) {
  set_identity_policy(statement(R"("Action": "*", "Resource": "*")"));
  const std::string absent = "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000";
  const Answer answer = reader("CreateSecret", R"({"Name": "mine", "KmsKeyId": ")" + absent + "\", " + kToken + "2\"}");
  EXPECT_EQ(outcome(answer), "AccessDeniedException: Access to KMS is not allowed");
  const std::vector<access::ExplanationPointer> denials = world_.denials(kHome);
  ASSERT_EQ(denials.size(), 1u);
  EXPECT_EQ(denials[0]->resource, absent);
  EXPECT_TRUE(denials[0]->for_caller.notes.empty());
  ASSERT_EQ(denials[0]->for_resource.notes.size(), 1u);
  EXPECT_EQ(denials[0]->for_resource.notes[0], "There is nothing called " + absent + " in account 123456789012.");
}

// Here it is no secret's key, and what it is, is its owner's business.
TEST_F(CrossAccount, TheDefaultKeyCannotBeTakenForAnotherSecret) {
  set_identity_policy(statement(R"("Action": "*", "Resource": "*")"));
  make_secret("by-default", "");
  const std::string alias = "arn:aws:kms:us-east-1:123456789012:alias/aws/secretsmanager";
  const Answer answer = reader("CreateSecret", R"({"Name": "mine", "KmsKeyId": ")" + alias + "\", " + kToken + "2\"}");
  EXPECT_EQ(outcome(answer), "AccessDeniedException: Access to KMS is not allowed");
  ASSERT_EQ(world_.denials(kHome).size(), 1u);
  const access::ExplanationPointer denial = world_.denials(kHome)[0];
  EXPECT_TRUE(denial->for_caller.notes.empty());
  ASSERT_EQ(denial->for_resource.notes.size(), 1u);
  EXPECT_TRUE(denial->for_resource.notes[0].starts_with("The key is AWS managed: ")) << denial->for_resource.notes[0];
}

// A role of the owner that may do everything with secrets, and with keys what the test says.
class OwnRole : public CrossAccount {
 protected:
  OwnRole() {
    own_ = must(iam::create_role(
        world_.identities(kHome), kOwnerId,
        {.name = "own",
         .trust_policy = statement(R"("Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole")")}));
  }
  void let(const std::string& text) {
    must(iam::put_inline_policy(world_.identities(kHome), {kOwnerId, iam::EntityKind::kRole, "own"},
                                {.name = "all", .text = text}));
  }
  Answer own(std::string_view operation, const std::string& input) {
    const auth::Caller caller{.account = kOwnerId,
                              .kind = auth::PrincipalKind::kRoleSession,
                              .arn = "arn:aws:sts::123456789012:assumed-role/own/s",
                              .access_key = {},
                              .user_id = own_.unique_id + ":s"};
    return world_.call(kHome, caller, operation, input);
  }
  iam::Role own_;
};

// Otherwise whoever may not read could bring a value under the default key of another region, and read it there.
TEST_F(OwnRole, ReplicatingIsReading) {
  const std::string replicate = R"({"SecretId": "shared", "AddReplicaRegions": [{"Region": "us-west-2"}]})";
  let(statement(R"("Action": ["secretsmanager:*", "kms:GenerateDataKey"], "Resource": "*")"));
  EXPECT_EQ(outcome(own("ReplicateSecretToRegions", replicate)), "AccessDeniedException: Access to KMS is not allowed");
  let(statement(R"("Action": ["secretsmanager:*", "kms:Decrypt"], "Resource": "*")"));
  EXPECT_EQ(own("ReplicateSecretToRegions", replicate).message, "");
}

// An empty KmsKeyId asks for the default key, and must not slip by a policy that demands another.
TEST_F(OwnRole, AnEmptyKeyIdIsTheDefaultKeyForPoliciesToo) {
  let(R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},
      {"Effect": "Deny", "Action": "secretsmanager:UpdateSecret", "Resource": "*",
       "Condition": {"ArnNotEqualsIfExists": {"secretsmanager:KmsKeyArn": ")" +
      key_arn_ + R"("}}}]})");
  const auto update = [&](const std::string& key) {
    return own("UpdateSecret", R"({"SecretId": "shared", "KmsKeyId": ")" + key + R"(", )" + kToken + "5\"}").error;
  };
  EXPECT_EQ(update(key_arn_), "");
  EXPECT_EQ(update("alias/aws/secretsmanager"), "AccessDeniedException");
  EXPECT_EQ(update(""), "AccessDeniedException");
}

// A guess at a value is answered only to who may make the secret that there is.
TEST_F(OwnRole, ARepeatedCreateIsDecidedOnTheSecretThatThereIs) {
  const std::string create = R"({"Name": "shared", "SecretString": "hunter2", )" + std::string(kToken) +
                             R"(1", "KmsKeyId": ")" + key_arn_ + "\"}";
  let(statement(R"("Action": "*", "Resource": "*")"));
  EXPECT_EQ(own("CreateSecret", create).error, "");
  set_secret_policy(R"("Principal": {"AWS": "123456789012"}, "Action": "secretsmanager:*", "Resource": "*"},
      {"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::123456789012:role/own"},
       "Action": "secretsmanager:CreateSecret", "Resource": "*")");
  EXPECT_EQ(own("CreateSecret", create).error, "ResourceExistsException");
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
