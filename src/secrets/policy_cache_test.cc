#include "secrets/policy_cache.h"

#include <gtest/gtest.h>

namespace coffer::secrets {
namespace {

constexpr const char* kPolicy =
    R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue",
        "Principal": {"AWS": "arn:aws:iam::123456789012:role/reader"}, "Resource": "*"}})";

Secret with_policy(std::string policy, std::vector<policy::PrincipalBinding> bindings = {}) {
  Secret secret;
  secret.name = "a";
  secret.resource_policy = std::move(policy);
  secret.policy_bindings = std::move(bindings);
  return secret;
}

TEST(PolicyCache, ASecretWithoutAPolicyHasNone) {
  PolicyCache cache(1 << 20);
  EXPECT_EQ(*cache.compiled(Secret()), nullptr);
}

TEST(PolicyCache, SecretsWithTheSamePolicyShareIt) {
  PolicyCache cache(1 << 20);
  EXPECT_EQ(*cache.compiled(with_policy(kPolicy)), *cache.compiled(with_policy(kPolicy)));
}

// The same text means another role once the first was deleted and made again.
TEST(PolicyCache, TheSameTextWithOtherBindingsIsAnotherPolicy) {
  PolicyCache cache(1 << 20);
  const std::string arn = "arn:aws:iam::123456789012:role/reader";
  const auto first = *cache.compiled(with_policy(kPolicy, {{arn, "AROAAAAAAAAAAAAAAAAAA"}}));
  const auto second = *cache.compiled(with_policy(kPolicy, {{arn, "AROABBBBBBBBBBBBBBBBB"}}));
  ASSERT_NE(first, second);
  EXPECT_EQ(first->document().statements[0].principals->items[0].text, "AROAAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(second->document().statements[0].principals->items[0].text, "AROABBBBBBBBBBBBBBBBB");
}

TEST(PolicyCache, WhatIsNoPolicyIsDamage) {
  PolicyCache cache(1 << 20);
  EXPECT_EQ(cache.compiled(with_policy("{")).error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace coffer::secrets
