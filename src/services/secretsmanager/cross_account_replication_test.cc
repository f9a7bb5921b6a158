// Who must be allowed what before a secret's values go to another account: when the two secrets are linked, and at
// every copy.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "iam/attachments.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "kms/key_details.h"
#include "secrets/secret_rows.h"
#include "services/secretsmanager/common_requester.h"
#include "services/secretsmanager/cross_account_permission.h"
#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

const std::string kPrimary = "123456789012";
const std::string kReplica = "210987654321";
const AccountId kPrimaryId = *AccountId::parse(kPrimary);
const AccountId kReplicaId = *AccountId::parse(kReplica);
const std::string kRoleArn = "arn:aws:iam::123456789012:role/copier";

std::string escaped(const std::string& text) {
  return boost::json::serialize(boost::json::value(text));
}

std::string policy(const std::string& statements) {
  return R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}";
}

std::string allow(const std::string& actions, const std::string& resource = "*") {
  return R"({"Effect": "Allow", "Action": )" + actions + R"(, "Resource": ")" + resource + "\"}";
}

std::string arn_in(const Answer& answer) {
  EXPECT_EQ(answer.message, "");
  return std::string(boost::json::parse(answer.output).at("ARN").as_string());
}

class CrossAccountReplication : public ::testing::Test {
 protected:
  CrossAccountReplication() {
    user_.user_id = must(iam::create_user(world_.identities(kHome), kPrimaryId, {.name = "alice"})).unique_id;
    key_ = must(world_.rooms(kHome).keyring.create_key(kReplicaId, "of the replica"));
    key_arn_ = kms::key_arn(*Region::parse(kHome), key_);
    let_in(R"("123456789012")");
    primary_ = arn_in(root("CreateSecret", R"({"Name": "db", "SecretString": "1", )" + token(1) + "}"));
    replica_ = arn_in(world_.call(kHome, root_of(kReplica), "CreateSecret",
                                  R"({"Name": "copy", "KmsKeyId": ")" + key_.id + R"(", "CrossAccountPrimaryARN": ")" +
                                      primary_ + R"(", )" + token(9) + "}"));
  }

  static std::string token(int number) {
    return R"("ClientRequestToken": "00000000-0000-0000-0000-00000000000)" + std::to_string(number) + "\"";
  }

  Answer root(std::string_view operation, const std::string& input) {
    return world_.call(kHome, root_of(kPrimary), operation, input);
  }
  Answer associate(const auth::Caller& caller, const std::string& more = "") {
    return world_.call(kHome, caller, "AssociateCrossAccountReplica",
                       R"({"SecretId": "db", "ReplicaRestriction": "NoRestriction", "CrossAccountReplicaARN": ")" +
                           replica_ + "\"" + more + "}");
  }
  std::string put(const auth::Caller& caller, int number) {
    return world_
        .call(kHome, caller, "PutSecretValue",
              R"({"SecretId": "db", "SecretString": ")" + std::to_string(number) + "\", " + token(number) + "}")
        .message;
  }
  // The StatusMessage when it failed.
  std::string copy() { return world_.copy_across(kPrimaryId, "db", kHome).message; }
  std::string copied() {
    const Answer answer = world_.call(kHome, root_of(kReplica), "GetSecretValue", R"({"SecretId": "copy"})");
    return answer.status == 200 ? std::string(boost::json::parse(answer.output).at("SecretString").as_string())
                                : answer.error;
  }

  // The replica's key: its owner, and whom it lets encrypt.
  void let_in(const std::string& principals) {
    const Rooms& rooms = world_.rooms(kHome);
    const std::string text = policy(
        R"({"Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "kms:*", "Resource": "*"},
           {"Effect": "Allow", "Principal": {"AWS": )" +
        principals + R"(}, "Action": "kms:Encrypt", "Resource": "*"})");
    must(
        kms::put_policy(rooms.keyring, key_, must(kms::accept_key_policy(text, {rooms.principals, rooms.identities}))));
  }
  void let_user(const std::string& statements) {
    must(iam::put_inline_policy(world_.identities(kHome), {kPrimaryId, iam::EntityKind::kUser, "alice"},
                                {.name = "work", .text = policy(statements)}));
  }
  void let_role(const std::string& statements) {
    must(iam::put_inline_policy(world_.identities(kHome), {kPrimaryId, iam::EntityKind::kRole, "copier"},
                                {.name = "work", .text = policy(statements)}));
  }
  void make_role(const std::string& service, const std::string& condition = "") {
    must(iam::create_role(world_.identities(kHome), kPrimaryId,
                          {.name = "copier",
                           .path = "/",
                           .trust_policy = policy(R"({"Effect": "Allow", "Principal": {"Service": ")" + service +
                                                  R"("}, "Action": "sts:AssumeRole")" + condition + "}")}));
  }
  static std::string as_role() { return R"(, "ReplicationRoleARN": ")" + kRoleArn + "\""; }

  SeededRandom random_{3};
  World world_{random_};
  auth::Caller user_ = user_of(kPrimary);
  kms::KeyName key_;
  std::string key_arn_;
  std::string primary_;
  std::string replica_;
};

// Each of them alone is missing in turn.
TEST_F(CrossAccountReplication, TheCallerNeedsEveryPermission) {
  const std::vector<std::string> needed = {
      allow(R"("secretsmanager:AssociateCrossAccountReplica")", primary_),
      allow(R"("secretsmanager:GetSecretValue")", primary_),
      allow(R"("secretsmanager:AcceptCrossAccountReplication")", replica_),
      allow(R"("kms:Encrypt")", key_arn_),
  };
  for (size_t missing = 0; missing < needed.size(); ++missing) {
    std::string rest;
    for (size_t i = 0; i < needed.size(); ++i) {
      if (i != missing) rest += (rest.empty() ? "" : ", ") + needed[i];
    }
    let_user(rest);
    const Answer answer = associate(user_);
    EXPECT_EQ(answer.error, "AccessDeniedException") << missing;
    const size_t action = needed[missing].find("\"Action\": \"") + 11;
    const std::string name = needed[missing].substr(action, needed[missing].find('"', action) - action);
    EXPECT_NE(answer.message.find("not authorized to perform: " + name), std::string::npos) << answer.message;
  }
  let_user(needed[0] + ", " + needed[1] + ", " + needed[2] + ", " + needed[3]);
  EXPECT_EQ(associate(user_).message, "");
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(copied(), "1");
}

TEST_F(CrossAccountReplication, ThePrimarysCustomerKeyMustAllowDecrypt) {
  const kms::KeyName own = must(world_.rooms(kHome).keyring.create_key(kPrimaryId, "of the primary"));
  ASSERT_EQ(root("UpdateSecret", R"({"SecretId": "db", "KmsKeyId": ")" + own.id + R"(", )" + token(2) + "}").message,
            "");
  let_user(allow(R"("secretsmanager:*")") + ", " + allow(R"("kms:Encrypt")"));
  EXPECT_EQ(associate(user_).message,
            "arn:aws:iam::123456789012:user/alice is not authorized to perform: kms:Decrypt on resource: " +
                kms::key_arn(*Region::parse(kHome), own));
}

// Without a role, whoever changes the primary is the one who copies it.
TEST_F(CrossAccountReplication, ACopyIsMadeAsWhoeverChangedThePrimary) {
  ASSERT_EQ(associate(root_of(kPrimary)).message, "");
  ASSERT_EQ(copy(), "");
  let_user(allow(R"("secretsmanager:PutSecretValue")"));
  ASSERT_EQ(put(user_, 2), "");
  EXPECT_EQ(copy(),
            "Replication failed: arn:aws:iam::123456789012:user/alice is not authorized to perform: kms:Encrypt on "
            "resource: " +
                key_arn_);
  EXPECT_EQ(copied(), "1");
  let_user(allow(R"(["secretsmanager:PutSecretValue", "kms:Encrypt"])"));
  ASSERT_EQ(put(user_, 3), "");
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(copied(), "3");
}

// Tags do not travel: who changes them sends nobody's value in his own name.
TEST_F(CrossAccountReplication, WhoChangesWhatDoesNotTravelSendsNothing) {
  ASSERT_EQ(associate(root_of(kPrimary)).message, "");
  ASSERT_EQ(put(root_of(kPrimary), 2), "");
  let_user(allow(R"("secretsmanager:TagResource")"));
  ASSERT_EQ(
      world_.call(kHome, user_, "TagResource", R"({"SecretId": "db", "Tags": [{"Key": "k", "Value": "v"}]})").message,
      "");
  EXPECT_EQ(copy(), "") << "as root, who wrote it";
  EXPECT_EQ(copied(), "2");
}

TEST_F(CrossAccountReplication, AGrantOnTheReplicasKeyIsAsGoodAsItsPolicy) {
  make_role("secretsmanager.amazonaws.com");
  let_role(allow(R"("kms:Decrypt")"));
  let_in(R"("210987654321")");
  const Answer refused = associate(root_of(kPrimary), as_role());
  EXPECT_NE(refused.message.find("kms:Encrypt"), std::string::npos) << refused.message;
  must(world_.grants(kHome).create({.key = key_,
                                    .grantee = kRoleArn,
                                    .retiring = std::nullopt,
                                    .issuer = kReplicaId,
                                    .name = "",
                                    .operations = {kms::GrantOperation::kEncrypt},
                                    .constraints = {}}));
  EXPECT_EQ(associate(root_of(kPrimary), as_role()).message, "");
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(copied(), "1");
}

// What was looked at may be older than what the primary says of it.
TEST_F(CrossAccountReplication, ACopyIsUpToDateByWhatIsInIt) {
  ASSERT_EQ(associate(root_of(kPrimary)).message, "");
  ASSERT_EQ(copy(), "");
  const auto read = [this] {
    return world_.call(kHome, root_of(kReplica), "GetSecretValue", R"({"SecretId": "copy"})");
  };
  EXPECT_EQ(read().lag, std::optional<api::CopyLag>(std::in_place, Duration(0)));
  must(world_.secrets(kHome).update(kReplicaId, "copy", [](const secrets::SecretView& view) {
    secrets::Change change;
    change.secret = view.secret;
    change.secret.versions.front().stages.push_back("older");
    return Result(std::optional(std::move(change)));
  }));
  EXPECT_EQ(read().status, 200);
  EXPECT_EQ(read().lag, std::optional<api::CopyLag>(std::in_place));
}

TEST_F(CrossAccountReplication, ACopyIsReadWhateverHappensToItsPrimary) {
  ASSERT_EQ(associate(root_of(kPrimary)).message, "");
  ASSERT_EQ(copy(), "");
  must(world_.store(kHome).commit(
      {.preconditions = {}, .puts = {{secrets::record_key(kPrimaryId, "db"), "rubbish"}}, .deletes = {}}));
  EXPECT_EQ(root("GetSecretValue", R"({"SecretId": "db"})").status, 500);
  const Answer read = world_.call(kHome, root_of(kReplica), "GetSecretValue", R"({"SecretId": "copy"})");
  EXPECT_EQ(read.status, 200) << read.message;
  EXPECT_EQ(read.lag, std::optional<api::CopyLag>(std::in_place));
}

// What a user was allowed when it changed the primary does not count when it is gone at the time of the copy.
TEST_F(CrossAccountReplication, APermissionThatIsTakenAwayBeforeTheCopyIsMissed) {
  ASSERT_EQ(associate(root_of(kPrimary)).message, "");
  let_user(allow(R"(["secretsmanager:PutSecretValue", "kms:Encrypt"])"));
  ASSERT_EQ(put(user_, 2), "");
  let_user(allow(R"("secretsmanager:PutSecretValue")"));
  EXPECT_NE(copy(), "");
  EXPECT_EQ(copied(), "ResourceNotFoundException");
}

// What a session's policies leave of a permission is not known any more when the copy is made.
TEST_F(CrossAccountReplication, ALimitedSessionDoesNotCopyWithMoreThanItHad) {
  ASSERT_EQ(associate(root_of(kPrimary)).message, "");
  let_user(allow(R"(["secretsmanager:PutSecretValue", "kms:Encrypt"])"));
  auth::Caller limited = user_;
  auto session = std::make_shared<auth::Session>();
  session->policy_arns.push_back("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
  limited.session = session;
  EXPECT_TRUE(requester_of(limited).is_limited);
  EXPECT_FALSE(requester_of(user_).is_limited);
  ASSERT_EQ(put(limited, 2), "");
  EXPECT_NE(copy().find("Name a ReplicationRoleARN"), std::string::npos);
  ASSERT_EQ(put(user_, 3), "");
  EXPECT_EQ(copy(), "");
}

// It would be associated, and then every copy refused.
TEST_F(CrossAccountReplication, ALimitedSessionIsToldAtOnceThatItCannotCopy) {
  let_user(allow(R"(["secretsmanager:*", "kms:Encrypt", "iam:PassRole"])"));
  auth::Caller limited = user_;
  auto session = std::make_shared<auth::Session>();
  session->policy_arns.push_back("arn:aws:iam::aws:policy/SecretsManagerReadWrite");
  limited.session = session;
  const Answer refused = associate(limited);
  EXPECT_EQ(refused.error, "AccessDeniedException");
  EXPECT_NE(refused.message.find("Name a ReplicationRoleARN"), std::string::npos) << refused.message;
  const Answer described = root("DescribeSecret", R"({"SecretId": "db"})");
  EXPECT_EQ(described.output.find("CrossAccountReplicas"), std::string::npos) << described.output;
}

// With a role it is the role that copies, whatever the session of the caller is.
TEST_F(CrossAccountReplication, ALimitedSessionMayNameARole) {
  make_role("secretsmanager.amazonaws.com");
  let_role(allow(R"(["kms:Encrypt", "kms:Decrypt"])"));
  let_in(escaped(kRoleArn));
  let_user(allow(R"(["secretsmanager:*", "iam:PassRole"])"));
  auth::Caller limited = user_;
  auto session = std::make_shared<auth::Session>();
  session->mfa = session->issued;
  limited.session = session;
  EXPECT_EQ(associate(limited).error, "AccessDeniedException");
  EXPECT_EQ(associate(limited, as_role()).message, "");
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(copied(), "1");
}

// A customer key of the primary that is named by nothing but its id in the version, whatever its alias means by now.
TEST_F(CrossAccountReplication, TheKeyOfAVersionIsItsOwnWhateverAliasesMean) {
  const Rooms& rooms = world_.rooms(kHome);
  const kms::KeyName first = must(rooms.keyring.create_key(kPrimaryId, "first"));
  const kms::KeyName second = must(rooms.keyring.create_key(kPrimaryId, "second"));
  const auto name = [&](const kms::KeyName& key) {
    EXPECT_TRUE(rooms.keyring.put_alias(kPrimaryId, "alias/db", key).ok());
  };
  name(first);
  ASSERT_EQ(root("UpdateSecret", R"({"SecretId": "db", "KmsKeyId": "alias/db", )" + token(2) + "}").message, "");
  name(second);
  let_user(allow(R"("secretsmanager:*")") + ", " + allow(R"("kms:Encrypt")") + ", " +
           allow(R"("kms:Decrypt")", kms::key_arn(*Region::parse(kHome), second)));
  EXPECT_EQ(associate(user_).message,
            "arn:aws:iam::123456789012:user/alice is not authorized to perform: kms:Decrypt on resource: " +
                kms::key_arn(*Region::parse(kHome), first));
  let_user(allow(R"("secretsmanager:*")") + ", " + allow(R"("kms:Encrypt")") + ", " +
           allow(R"("kms:Decrypt")", kms::key_arn(*Region::parse(kHome), first)));
  EXPECT_EQ(associate(user_).message, "");
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(copied(), "1");
}

TEST_F(CrossAccountReplication, ARoleCopiesWhoeverChangedThePrimary) {
  make_role("secretsmanager.amazonaws.com");
  let_role(allow(R"(["kms:Encrypt", "kms:Decrypt"])"));
  let_in(escaped(kRoleArn));
  ASSERT_EQ(associate(root_of(kPrimary), as_role()).message, "");
  EXPECT_EQ(copy(), "");
  let_user(allow(R"("secretsmanager:PutSecretValue")"));
  ASSERT_EQ(put(user_, 2), "");
  EXPECT_EQ(copy(), "");
  EXPECT_EQ(copied(), "2");
  const Answer described = root("DescribeSecret", R"({"SecretId": "db"})");
  const auto entry = boost::json::parse(described.output).at("CrossAccountReplicas").at(0);
  EXPECT_EQ(entry.at("ReplicationRoleARN").as_string(), kRoleArn);
  EXPECT_EQ(entry.at("ReplicationStatus").as_string(), "InSync");
  // The role is asked at every copy.
  let_role(allow(R"("kms:Decrypt")"));
  ASSERT_EQ(put(user_, 3), "");
  EXPECT_EQ(copy(),
            "Replication failed: arn:aws:sts::123456789012:assumed-role/copier/SecretsManagerReplication is not "
            "authorized to perform: kms:Encrypt on resource: " +
                key_arn_);
}

TEST_F(CrossAccountReplication, ARoleMustTrustTheService) {
  make_role("lambda.amazonaws.com");
  let_role(allow(R"("kms:*")"));
  let_in(escaped(kRoleArn));
  const Answer answer = associate(root_of(kPrimary), as_role());
  EXPECT_EQ(answer.error, "AccessDeniedException");
  EXPECT_EQ(answer.message,
            "secretsmanager.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: " + kRoleArn);
}

// Against confused deputies, roles name the secret, or the account, that they work for.
TEST_F(CrossAccountReplication, ARoleMayNameTheSecretThatItCopies) {
  make_role(
      "secretsmanager.amazonaws.com",
      R"(, "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}, "ArnEquals": {"aws:SourceArn": ")" +
          primary_ + "\"}}");
  let_role(allow(R"("kms:*")"));
  let_in(escaped(kRoleArn));
  EXPECT_EQ(associate(root_of(kPrimary), as_role()).message, "");
  EXPECT_EQ(copy(), "");
}

TEST_F(CrossAccountReplication, ARoleOfAnotherSecretCopiesNothing) {
  make_role("secretsmanager.amazonaws.com", R"(, "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:x:::y"}})");
  let_role(allow(R"("kms:*")"));
  let_in(escaped(kRoleArn));
  EXPECT_EQ(associate(root_of(kPrimary), as_role()).error, "AccessDeniedException");
}

// Otherwise whoever may associate could use any role of the account.
TEST_F(CrossAccountReplication, TheRoleMustBeOneThatTheCallerMayPass) {
  make_role("secretsmanager.amazonaws.com");
  let_role(allow(R"("kms:*")"));
  let_in(escaped(kRoleArn));
  let_user(allow(R"("secretsmanager:*")"));
  EXPECT_NE(
      associate(user_, as_role()).message.find("not authorized to perform: iam:PassRole on resource: " + kRoleArn),
      std::string::npos);
  const std::string to_lambda =
      R"({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}})";
  let_user(allow(R"("secretsmanager:*")") + ", " + to_lambda);
  EXPECT_EQ(associate(user_, as_role()).error, "AccessDeniedException");
  let_user(allow(R"(["secretsmanager:*", "iam:PassRole"])"));
  EXPECT_EQ(associate(user_, as_role()).message, "") << "the keys are the role's to use, not the caller's";
}

// Creating and stopping change the policies of the replica, which is a permission of its own; the condition key tells
// which policy.
TEST_F(CrossAccountReplication, TheManagedPolicyIsAPermissionOfItsOwn) {
  auth::Caller bob = user_of(kReplica);
  bob.arn = "arn:aws:iam::210987654321:user/bob";
  bob.user_id = must(iam::create_user(world_.identities(kHome), kReplicaId, {.name = "bob"})).unique_id;
  const auto let_bob = [&](const std::string& statements) {
    must(iam::put_inline_policy(world_.identities(kHome), {kReplicaId, iam::EntityKind::kUser, "bob"},
                                {.name = "work", .text = policy(statements)}));
  };
  const std::string managed_only =
      R"("Condition": {"StringEquals": {"secretsmanager:PolicyName": "cross-account-replication"}})";
  const auto create = [&] {
    return world_.call(kHome, bob, "CreateSecret",
                       R"({"Name": "copy2", "KmsKeyId": ")" + key_.id + R"(", "CrossAccountPrimaryARN": ")" + primary_ +
                           R"(", )" + token(8) + "}");
  };
  let_bob(allow(R"(["secretsmanager:CreateSecret", "kms:*"])"));
  EXPECT_NE(create().message.find("secretsmanager:PutResourcePolicy"), std::string::npos);
  let_bob(allow(R"(["secretsmanager:CreateSecret", "kms:*"])") +
          R"(, {"Effect": "Allow", "Action": "secretsmanager:PutResourcePolicy", "Resource": "*", )" + managed_only +
          "}");
  EXPECT_EQ(create().message, "");
  const auto stop = [&] {
    return world_.call(kHome, bob, "StopReplicationToReplica", R"({"SecretId": "copy2"})").message;
  };
  let_bob(allow(R"("secretsmanager:StopReplicationToReplica")"));
  EXPECT_NE(stop().find("secretsmanager:DeleteResourcePolicy"), std::string::npos);
  let_bob(allow(R"("secretsmanager:StopReplicationToReplica")") +
          R"(, {"Effect": "Allow", "Action": "secretsmanager:DeleteResourcePolicy", "Resource": "*", )" + managed_only +
          "}");
  EXPECT_EQ(stop(), "");
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
