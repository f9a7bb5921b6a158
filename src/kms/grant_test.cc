// What a grant allows, and what its grantee may pass on.
#include "kms/grant.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "kms/testing/test_directories.h"

namespace coffer::kms::testing {
namespace {

using policy::GrantedTo;

using enum GrantOperation;

Grant make_grant(GrantOperations operations, GrantConstraints constraints = {}) {
  Grant grant;
  grant.issuer = *AccountId::parse("123456789012");
  grant.grantee = {std::string(kAnn.arn), "AIDAANNANNANNANNANNAN"};
  grant.operations = operations;
  grant.constraints = std::move(constraints);
  return grant;
}

TEST(Grant, OperationsHaveTheNamesOfTheApi) {
  const GrantOperations all = *GrantOperations::from_bits((1U << 11) - 1);
  EXPECT_EQ(all.names().size(), 11u);
  for (const std::string_view name : all.names()) {
    EXPECT_EQ(name_of(*parse_grant_operation(name)), name);
    EXPECT_EQ(operation_of_action("kms:" + std::string(name)), parse_grant_operation(name));
  }
  for (const std::string_view name : {"", "decrypt", "Sign", "GenerateMac", "PutKeyPolicy", "kms:Decrypt"})
    EXPECT_FALSE(parse_grant_operation(name)) << name;
  EXPECT_FALSE(operation_of_action("kms:DisableKey"));
  EXPECT_FALSE(operation_of_action("s3:Decrypt"));
  EXPECT_FALSE(GrantOperations::from_bits(1U << 11));
}

TEST(Grant, AllowsWhatItListsAndNothingElse) {
  const Grant grant = make_grant({kDecrypt, kDescribeKey});
  EXPECT_TRUE(allows(grant, kDecrypt, {}));
  EXPECT_TRUE(allows(grant, kDescribeKey, {}));
  EXPECT_FALSE(allows(grant, kEncrypt, {}));
  EXPECT_FALSE(allows(grant, kReEncryptFrom, {}));
}

TEST(Grant, ConstraintsAreAboutTheEncryptionContext) {
  const Grant equal = make_grant({kDecrypt, kDescribeKey}, {ContextPairs{{"a", "1"}, {"b", "2"}}, std::nullopt});
  EXPECT_TRUE(allows(equal, kDecrypt, {{"b", "2"}, {"a", "1"}}));
  EXPECT_FALSE(allows(equal, kDecrypt, {{"a", "1"}, {"b", "2"}, {"c", "3"}}));
  EXPECT_FALSE(allows(equal, kDecrypt, {{"a", "1"}}));
  EXPECT_FALSE(allows(equal, kDecrypt, {{"a", "1"}, {"b", "2 "}}));
  EXPECT_FALSE(allows(equal, kDecrypt, {{"A", "1"}, {"b", "2"}})) << "case counts";
  EXPECT_FALSE(allows(equal, kDecrypt, {}));
  EXPECT_TRUE(allows(equal, kDescribeKey, {})) << "has no context";
  const Grant subset = make_grant({kEncrypt}, {std::nullopt, ContextPairs{{"a", "1"}}});
  EXPECT_TRUE(allows(subset, kEncrypt, {{"a", "1"}}));
  EXPECT_TRUE(allows(subset, kEncrypt, {{"c", "3"}, {"a", "1"}}));
  EXPECT_FALSE(allows(subset, kEncrypt, {{"c", "3"}}));
  const Grant none_at_all = make_grant({kEncrypt}, {ContextPairs{}, std::nullopt});
  EXPECT_TRUE(allows(none_at_all, kEncrypt, {}));
  EXPECT_FALSE(allows(none_at_all, kEncrypt, {{"a", "1"}}));
}

TEST(Grant, OnlyWhatWasGrantedIsPassedOn) {
  const Grant grant = make_grant({kDecrypt, kEncrypt, kCreateGrant});
  EXPECT_TRUE(allows_to_pass_on(grant, {kDecrypt}, {}));
  EXPECT_TRUE(allows_to_pass_on(grant, {kCreateGrant}, {ContextPairs{{"a", "1"}}, std::nullopt}));
  EXPECT_FALSE(allows_to_pass_on(grant, {kDecrypt, kDescribeKey}, {}));
  EXPECT_FALSE(allows_to_pass_on(make_grant({kDecrypt}), {kDecrypt}, {}));
}

// Random constraints: whatever the stricter ones allow, the others allow, too; and they are found stricter at all.
TEST(Grant, WhatIsPassedOnAllowsNothingNew) {
  SeededRandom random(5);
  const auto pairs = [&random] {
    ContextPairs some;
    for (const std::string name : {"a", "b", "c"}) {
      if (random.uniform(2) == 0) some.emplace_back(name, random.uniform(3) == 0 ? "2" : "1");
    }
    return some;
  };
  const auto constraints = [&] {
    GrantConstraints made;
    if (random.uniform(2) == 0) made.context_equals = pairs();
    if (random.uniform(2) == 0) made.context_subset = pairs();
    return made;
  };
  int stricter = 0;
  int allowed = 0;
  for (int i = 0; i < 20'000; ++i) {
    const GrantConstraints given = constraints();
    const GrantConstraints passed_on = constraints();
    if (!passed_on.are_as_strict_as(given)) continue;
    ++stricter;
    for (int j = 0; j < 10; ++j) {
      const ContextPairs own = pairs();
      const EncryptionContext context(own.begin(), own.end());
      if (!passed_on.allow(context)) continue;
      ++allowed;
      ASSERT_TRUE(given.allow(context));
    }
  }
  EXPECT_GT(stricter, 1000);
  EXPECT_GT(allowed, 1000);
}

TEST(Grant, ARoleIsItsSessionsAndAUserOnlyItself) {
  using enum GrantedTo;
  EXPECT_EQ(granted_to({std::string(kAnn.arn), "AIDAANNANNANNANNANNAN"}, kAnn), kCaller);
  EXPECT_EQ(granted_to({std::string(kAnn.arn), "AIDAOTHEROTHEROTHEROT"}, kAnn), kNobody) << "somebody of the same name";
  EXPECT_EQ(granted_to({"arn:aws:iam::123456789012:role/app/reader", "AROAREADERREADERREADE"}, kReader), kCaller);
  EXPECT_EQ(granted_to({std::string(kReader.arn), ""}, kReader), kCaller) << "one session";
  EXPECT_EQ(granted_to({"arn:aws:sts::123456789012:assumed-role/reader/s2", ""}, kReader), kNobody);
  EXPECT_EQ(granted_to({"", ""}, policy::RequestPrincipal{}), kNobody);
}

// Who of the account may use it is for the account's own policies to say.
TEST(Grant, AnAccountIsNobodyInParticular) {
  using enum GrantedTo;
  const policy::PrincipalBinding account{root_arn("123456789012"), ""};
  for (const policy::RequestPrincipal& one : {kRoot, kAnn, kReader})
    EXPECT_EQ(granted_to(account, one), kAccount) << one.arn;
  EXPECT_EQ(granted_to(account, kBob), kNobody);
  EXPECT_EQ(granted_to(account, policy::RequestPrincipal{}), kNobody);
}

TEST(Grant, IsRetiredByWhomItNamesItsGranteeOrTheAccountThatIssuedIt) {
  using enum GrantedTo;
  Grant grant = make_grant({kDecrypt});
  grant.retiring = {std::string(kBob.arn), "AIDABOBBOBBOBBOBBOBBO"};
  EXPECT_EQ(may_retire(grant, kBob), kCaller);
  for (const policy::RequestPrincipal& one : {kRoot, kAnn, kReader})
    EXPECT_EQ(may_retire(grant, one), kAccount) << one.arn;
  EXPECT_EQ(may_retire(make_grant({kDecrypt, kRetireGrant}), kAnn), kCaller);
  grant.issuer = *AccountId::parse("210987654321");
  EXPECT_EQ(may_retire(grant, kRoot), kNobody);
  EXPECT_EQ(may_retire(grant, kAnn), kNobody);
}

}  // namespace
}  // namespace coffer::kms::testing
