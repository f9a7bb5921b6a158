#include "iam/identity_rows.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace coffer::iam {
namespace {

const AccountId kAccount = *AccountId::parse("123456789012");

// Every member is something else, so that one that is lost or swapped is seen.
User some_user() {
  User user;
  user.name = "Alice";
  user.path = "/a/";
  user.unique_id = "AIDAABCDEFGHIJKLMNOPQ";
  user.created = Time(Duration(1));
  user.inline_policies = {{"p", "text p"}, {"q", "text q"}};
  user.attached_policies = {"arn:1", "arn:2"};
  user.boundary = "arn:3";
  user.tags = {{"k", "v"}, {"empty", ""}};
  user.groups = {"AGPAABCDEFGHIJKLMNOPQ"};
  user.access_keys = {{*AccessKeyId::parse("AKIAABCDEFGHIJKLMNOP"), AccessKeyStatus::kInactive, Time(Duration(2))}};
  return user;
}

TEST(IdentityRows, AUserIsReadAsItWasWritten) {
  const User user = some_user();
  const auto read = decode_user(encode(user, 7));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(encode(*read, 7), encode(user, 7));
  EXPECT_EQ(read->name, "Alice");
  EXPECT_EQ(read->inline_policies, user.inline_policies);
  EXPECT_EQ(read->tags, user.tags);
  EXPECT_EQ(read->access_keys.at(0).status, AccessKeyStatus::kInactive);
  EXPECT_EQ(read->access_keys.at(0).created, Time(Duration(2)));
  EXPECT_NE(encode(user, 8), encode(user, 7)) << "the generation is part of the record";
}

TEST(IdentityRows, ARoleAndAPolicyAreReadAsTheyWereWritten) {
  Role role;
  role.name = "r";
  role.path = "/";
  role.description = "d";
  role.trust_policy = "trust";
  role.trust_bindings = {{"arn:x", "AIDAABCDEFGHIJKLMNOPQ"}};
  role.max_session_duration = std::chrono::hours(2);
  const auto read_role = decode_role(encode(role, 1));
  ASSERT_TRUE(read_role.ok());
  EXPECT_EQ(read_role->trust_bindings, role.trust_bindings);
  EXPECT_EQ(read_role->trust_policy, "trust");
  EXPECT_EQ(read_role->max_session_duration, std::chrono::hours(2));
  EXPECT_EQ(read_role->description, "d");

  ManagedPolicy policy;
  policy.name = "p";
  policy.path = "/";
  policy.versions = {{1, "one", Time(Duration(1))}, {3, "three", Time(Duration(3))}};
  policy.default_version = 3;
  policy.last_version = 4;
  policy.updated = Time(Duration(9));
  const auto read_policy = decode_policy(encode(policy, 1));
  ASSERT_TRUE(read_policy.ok());
  EXPECT_EQ(read_policy->current().text, "three");
  EXPECT_EQ(read_policy->last_version, 4u);
  EXPECT_EQ(read_policy->updated, Time(Duration(9)));
  policy.default_version = 2;
  EXPECT_EQ(decode_policy(encode(policy, 1)).error().code, ErrorCode::kCorrupt) << "no version is in force";
}

TEST(IdentityRows, WhatIsNoSuchRecordIsDamage) {
  const std::string user = encode(some_user(), 1);
  EXPECT_EQ(decode_group(user).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_role(user).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_policy(user).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_provider(user).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_user("").error().code, ErrorCode::kCorrupt);
  // Whatever the bytes, reading them ends with a user or an error.
  SeededRandom random(11);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = user;
    for (uint32_t bits = 1 + random.uniform(4); bits > 0; --bits)
      damaged[random.uniform(static_cast<uint32_t>(damaged.size()))] ^= static_cast<char>(1 << random.uniform(7));
    const auto read = decode_user(damaged);
    if (!read.ok()) {
      EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
    }
  }
}

TEST(IdentityRows, KeysOfOneAccountLieTogetherAndTellTheirKind) {
  const std::string own = account_key(kAccount);
  const std::string user = entity_key(kAccount, EntityKind::kUser, "Alice");
  EXPECT_TRUE(user.starts_with(own));
  EXPECT_EQ(user, entity_key(kAccount, EntityKind::kUser, "aLICE"));
  EXPECT_EQ(account_of_key(user), kAccount.text());
  EXPECT_EQ(account_of_key(own), kAccount.text());
  EXPECT_EQ(kind_of_key(user), EntityKind::kUser);
  EXPECT_EQ(kind_of_key(own), std::nullopt);
  EXPECT_EQ(account_of_key(unique_id_key("AIDAABCDEFGHIJKLMNOPQ")), std::nullopt) << "of another family";
  EXPECT_EQ(account_of_key(alias_key("vault")), std::nullopt);
}

}  // namespace
}  // namespace coffer::iam
