// How many identities an account may have, at the last one that fits. Users are in users_test.cc.
#include "iam/quotas.h"

#include <gtest/gtest.h>

#include "iam/groups.h"
#include "iam/lookups.h"
#include "iam/policies.h"
#include "iam/providers.h"
#include "iam/roles.h"
#include "iam/testing/identity_site.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::IdentitySite;
using testing::kAccount;
using testing::kOther;
using testing::trusting;

class QuotasTest : public ::testing::Test {
 protected:
  // So many entities at once, as one change: one for each would take its time.
  template <class Make>
  void fill(size_t count, const Make& make) {
    const auto filled = site_.identity_store.change(kAccount, [&](IdentityChange& change) -> Result<void> {
      for (size_t i = 0; i < count; ++i) {
        auto entity = make();
        entity.name = "filled-" + std::to_string(i);
        change.put(entity);
      }
      return {};
    });
    ASSERT_TRUE(filled.ok()) << filled.error().message;
  }
  // "ok", or the refusal.
  template <class Made>
  static std::string outcome(const Result<Made>& made) {
    return made.ok() ? "ok" : std::string(error_name(made.error().code)) + ": " + made.error().message;
  }
  int64_t summary(std::string_view name) {
    for (const auto& [key, value] : account_summary(*site_.snapshot()))
      if (key == name) return value;
    return -1;
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
};

TEST_F(QuotasTest, AnAccountHas300Groups) {
  fill(kGroupsPerAccount - 1, [] {
    Group group;
    group.path = "/";
    return group;
  });
  EXPECT_EQ(outcome(create_group(store_, kAccount, {.name = "last"})), "ok");
  EXPECT_EQ(outcome(create_group(store_, kAccount, {.name = "more"})),
            "LimitExceededException: Cannot exceed quota for GroupsPerAccount: 300");
  EXPECT_EQ(summary("Groups"), summary("GroupsQuota"));
  EXPECT_EQ(outcome(create_group(store_, kOther, {.name = "more"})), "ok");
}

TEST_F(QuotasTest, AnAccountHas1000Roles) {
  const std::string trust = trusting("123456789012");
  fill(kRolesPerAccount - 1, [&] {
    Role role;
    role.path = "/";
    role.trust_policy = trust;
    return role;
  });
  EXPECT_EQ(outcome(create_role(store_, kAccount, {.name = "last", .trust_policy = trust})), "ok");
  EXPECT_EQ(outcome(create_role(store_, kAccount, {.name = "more", .trust_policy = trust})),
            "LimitExceededException: Cannot exceed quota for RolesPerAccount: 1000");
  EXPECT_EQ(summary("Roles"), summary("RolesQuota"));
}

TEST_F(QuotasTest, AnAccountHas1500Policies) {
  const std::string text = allowing("kms:*");
  fill(kPoliciesPerAccount - 1, [&] {
    ManagedPolicy policy;
    policy.path = "/";
    policy.versions = {{1, text, {}}};
    return policy;
  });
  EXPECT_EQ(outcome(create_policy(store_, kAccount, {.name = "last", .text = text})), "ok");
  EXPECT_EQ(outcome(create_policy(store_, kAccount, {.name = "more", .text = text})),
            "LimitExceededException: Cannot exceed quota for PoliciesPerAccount: 1500");
  EXPECT_EQ(summary("Policies"), summary("PoliciesQuota"));
}

TEST_F(QuotasTest, AnAccountHas100Providers) {
  fill(kProvidersPerAccount - 1, [] { return OidcProvider(); });
  EXPECT_EQ(outcome(create_provider(store_, kAccount, {.url = "https://last.example"})), "ok");
  EXPECT_EQ(outcome(create_provider(store_, kAccount, {.url = "https://more.example"})),
            "LimitExceededException: Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100");
}

TEST_F(QuotasTest, AProviderHas100ClientsAnd5Thumbprints) {
  const std::vector<std::string> clients(kClientIdsPerProvider + 1, "client");
  EXPECT_EQ(outcome(create_provider(store_, kAccount, {.url = "https://a.example", .client_ids = clients})),
            "LimitExceededException: Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100");
  const std::vector<std::string> thumbprints(kThumbprintsPerProvider + 1, std::string(40, 'a'));
  EXPECT_EQ(outcome(create_provider(store_, kAccount, {.url = "https://a.example", .thumbprints = thumbprints})),
            "InvalidInputException: Thumbprint list must contain fewer than 5 entries.");
}

}  // namespace
}  // namespace coffer::iam
