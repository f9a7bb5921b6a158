// A secret of one account, and a role of another that reads it when secret policy, identity policy and key policy
// agree.
#pragma once

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "iam/attachments.h"
#include "iam/roles.h"
#include "iam/users.h"
#include "kms/grants.h"
#include "kms/key_details.h"
#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {

inline const std::string kOwner = "123456789012";
inline const std::string kReader = "210987654321";
inline const std::string kRoleArn = "arn:aws:iam::210987654321:role/apps/app";
inline const AccountId kOwnerId = *AccountId::parse(kOwner);
inline const AccountId kReaderId = *AccountId::parse(kReader);
inline constexpr const char* kToken = R"("ClientRequestToken": "00000000-0000-0000-0000-00000000000)";

// As a text in JSON, quotes included.
std::string escaped(const std::string& text);
// A member of an answer that is a text.
std::string text_member(const std::string& json, const std::string& name);

inline std::string statement(const std::string& members) {
  return R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", )" + members + "}]}";
}

class CrossAccount : public ::testing::Test {
 protected:
  CrossAccount() {
    role_id_ = make_role();
    key_ = must(world_.rooms(kHome).keyring.create_key(kOwnerId, "shared"));
    key_arn_ = kms::key_arn(*Region::parse(kHome), key_);
    arn_ = make_secret("shared", key_arn_);
  }

  std::string make_role() {
    return must(iam::create_role(world_.identities(kHome), kReaderId,
                                 {.name = "app",
                                  .path = "/apps/",
                                  .trust_policy = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                                      "Principal": {"AWS": "210987654321"}, "Action": "sts:AssumeRole"}})"}))
        .unique_id;
  }

  std::string make_secret(const std::string& name, const std::string& key) {
    const Answer answer =
        owner("CreateSecret", R"({"Name": ")" + name + R"(", "SecretString": "hunter2", )" + kToken + "1\"" +
                                  (key.empty() ? "" : R"(, "KmsKeyId": ")" + key + "\"") + "}");
    EXPECT_EQ(answer.message, "");
    return text_member(answer.output, "ARN");
  }

  auth::Caller role() const {
    return {.account = kReaderId,
            .kind = auth::PrincipalKind::kRoleSession,
            .arn = "arn:aws:sts::210987654321:assumed-role/app/session",
            .access_key = {},
            .user_id = role_id_ + ":session"};
  }

  Answer owner(std::string_view operation, const std::string& input) {
    return world_.call(kHome, root_of(kOwner), operation, input);
  }
  Answer reader(std::string_view operation, const std::string& input) {
    return world_.call(kHome, role(), operation, input);
  }
  Answer read() { return reader("GetSecretValue", R"({"SecretId": ")" + arn_ + "\"}"); }
  // "Code: message", or the value.
  static std::string outcome(const Answer& answer) {
    if (answer.status != 200) return answer.error + ": " + answer.message;
    return text_member(answer.output, "SecretString");
  }

  void set_secret_policy(const std::string& members) {
    EXPECT_EQ(
        owner("PutResourcePolicy", R"({"SecretId": "shared", "ResourcePolicy": )" + escaped(statement(members)) + "}")
            .message,
        "");
  }
  void set_identity_policy(const std::string& text) {
    must(iam::put_inline_policy(world_.identities(kHome), {kReaderId, iam::EntityKind::kRole, "app"},
                                {.name = "read", .text = text}));
  }
  void set_key_policy(const std::string& statements) {
    const Rooms& rooms = world_.rooms(kHome);
    const std::string text = R"({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*",
        "Principal": {"AWS": "123456789012"}, "Resource": "*"})" +
                             statements + "]}";
    const kms::KeyPolicy policy = must(kms::accept_key_policy(text, {rooms.principals, rooms.identities}));
    must(kms::put_policy(rooms.keyring, key_, policy));
  }

  void allow_in_secret() {
    set_secret_policy(R"("Principal": {"AWS": ")" + kRoleArn +
                      R"("}, "Action": "secretsmanager:GetSecretValue", "Resource": "*")");
  }
  void allow_in_identity() {
    set_identity_policy(R"({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": ")" +
                        arn_ + R"("},
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": ")" +
                        key_arn_ + R"("}]})");
  }
  void allow_in_key(const std::string& condition = "") {
    set_key_policy(R"(, {"Effect": "Allow", "Principal": {"AWS": ")" + kRoleArn +
                   R"("}, "Action": "kms:Decrypt", "Resource": "*")" + condition + "}");
  }
  // Of an operation with the key, to the role or whom the ARN names.
  kms::GrantName grant(kms::GrantOperation operation, const kms::GrantConstraints& constraints = {},
                       const std::string& grantee = kRoleArn) {
    const kms::GrantReceipt made = must(world_.grants(kHome).create({.key = key_,
                                                                     .grantee = grantee,
                                                                     .retiring = std::nullopt,
                                                                     .issuer = kOwnerId,
                                                                     .name = "",
                                                                     .operations = {operation},
                                                                     .constraints = constraints}));
    return {key_, made.id};
  }
  void retire(const kms::GrantName& name) { must(world_.grants(kHome).remove(name)); }
  // Nothing about keys.
  void allow_reading_in_identity() {
    set_identity_policy(statement(R"("Action": "secretsmanager:*", "Resource": "*")"));
  }
  void allow_everywhere() {
    allow_in_secret();
    allow_in_identity();
    allow_in_key();
  }

  SeededRandom random_{11};
  World world_{random_};
  std::string role_id_;
  kms::KeyName key_;
  std::string key_arn_;
  std::string arn_;
};

inline constexpr const char* kNoKey = "AccessDeniedException: Access to KMS is not allowed";

}  // namespace coffer::secretsmanager::testing
