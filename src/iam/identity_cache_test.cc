#include "iam/identity_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/policies.h"
#include "iam/roles.h"
#include "iam/tags.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::IdentitySite;
using testing::kAccount;
using testing::kOther;
using testing::role_ref;
using testing::trusting;
using testing::user_ref;

constexpr std::string_view kRoot = "arn:aws:iam::123456789012:root";

TEST(IdentityCache, AnAccountWithoutIdentitiesHasAnEmptySnapshot) {
  IdentitySite site;
  const SnapshotPointer snapshot = site.snapshot(*AccountId::parse("999999999999"));
  ASSERT_NE(snapshot, nullptr);
  EXPECT_EQ(snapshot->generation(), 0u);
  EXPECT_EQ(snapshot->user("alice"), nullptr);
  EXPECT_EQ(snapshot->by_unique_id("AIDAABCDEFGHIJKLMNOPQ"), nullptr);
  EXPECT_NE(snapshot->managed_policy("arn:aws:iam::aws:policy/AdministratorAccess"), nullptr);
}

TEST(IdentityCache, ASnapshotStaysUntilItsAccountChanges) {
  IdentitySite site;
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "alice"}).ok());
  const SnapshotPointer before = site.snapshot();
  ASSERT_TRUE(create_user(site.identity_store, kOther, {.name = "bob"}).ok());
  EXPECT_EQ(site.snapshot(), before) << "a change of another account";
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "carol"}).ok());
  EXPECT_NE(site.snapshot(), before);
  EXPECT_EQ(site.snapshot()->generation(), before->generation() + 1);
  EXPECT_EQ(before->user("carol"), nullptr) << "who holds the old one sees no change";
}

// A change of one entity must not cost as much as all of them.
TEST(IdentityCache, WhatDidNotChangeIsNotCompiledAgain) {
  IdentitySite site;
  IdentityStore& store = site.identity_store;
  for (const char* name : {"alice", "bob"}) {
    ASSERT_TRUE(create_user(store, kAccount, {.name = name}).ok());
    ASSERT_TRUE(put_inline_policy(store, user_ref(name), {"p", allowing("kms:Decrypt")}).ok());
    ASSERT_TRUE(put_inline_policy(store, user_ref(name), {"q", allowing("kms:Encrypt")}).ok());
  }
  ASSERT_TRUE(create_role(store, kAccount, {.name = "r", .trust_policy = trusting(kRoot)}).ok());
  const SnapshotPointer before = site.snapshot();
  ASSERT_TRUE(tag_entity(store, user_ref("alice"), {{"a", "b"}}).ok());
  ASSERT_TRUE(put_inline_policy(store, user_ref("alice"), {"q", allowing("kms:Sign")}).ok());
  ASSERT_TRUE(update_role(store, role_ref("r"), {.description = "x", .max_session_duration = {}}).ok());
  const SnapshotPointer after = site.snapshot();
  EXPECT_EQ(after->user("bob")->policies, before->user("bob")->policies);
  EXPECT_EQ(after->user("alice")->policies[0], before->user("alice")->policies[0])
      << "by its text, in a row that changed";
  EXPECT_NE(after->user("alice")->policies[1], before->user("alice")->policies[1]);
  EXPECT_EQ(after->role("r")->trust, before->role("r")->trust);
}

TEST(IdentityCache, PoliciesOfAnOldSnapshotStayAsLongAsItDoes) {
  IdentitySite site;
  IdentityStore& store = site.identity_store;
  ASSERT_TRUE(create_user(store, kAccount, {.name = "alice"}).ok());
  ASSERT_TRUE(put_inline_policy(store, user_ref("alice"), {"p", allowing("kms:Decrypt")}).ok());
  const SnapshotPointer before = site.snapshot();
  ASSERT_TRUE(delete_inline_policy(store, user_ref("alice"), "p").ok());
  ASSERT_TRUE(delete_user(store, user_ref("alice")).ok());
  ASSERT_EQ(site.snapshot()->user("alice"), nullptr);
  EXPECT_EQ(before->user("alice")->policies[0]->source().name, "p");
}

// What it forbids is not known: a Deny must not be lost because a later Coffer wrote what this one does not read.
TEST(IdentityCache, APolicyThatIsNotUnderstoodDeniesEverything) {
  IdentitySite site;
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "alice"}).ok());
  User alice = *site.entities().user("alice");
  alice.inline_policies = {{"p", R"({"Version":"2030-01-01"})"}};
  alice.boundary = "arn:aws:iam::123456789012:policy/gone";
  ASSERT_TRUE(site.identity_store
                  .change(kAccount,
                          [&](IdentityChange& change) -> Result<void> {
                            change.put(alice);
                            return {};
                          })
                  .ok());
  const SnapshotPointer snapshot = site.snapshot();
  const Identity& identity = *snapshot->user("alice");
  ASSERT_EQ(identity.policies.size(), 1u);
  ASSERT_EQ(identity.boundary.size(), 1u);
  for (const policy::CompiledPolicy* policy : {identity.policies[0], identity.boundary[0]}) {
    const policy::Statement& statement = policy->document().statements.at(0);
    EXPECT_EQ(statement.effect, policy::Effect::kDeny);
    EXPECT_EQ(statement.actions.items.at(0).text(), "*");
    EXPECT_TRUE(statement.resources->items.at(0).matches_everything());
  }
}

TEST(IdentityCache, ADamagedRowIsReported) {
  IdentitySite site;
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "alice"}).ok());
  store::Transaction damage;
  damage.puts = {{entity_key(kAccount, EntityKind::kUser, "bob"), "\xff\xff"}};
  ASSERT_TRUE(site.store->commit(std::move(damage)).ok());
  EXPECT_EQ(site.cache.snapshot(kAccount).error().code, ErrorCode::kCorrupt);
}

TEST(IdentityCache, WhoLooksAfterACommitSeesItFromAnyThread) {
  IdentitySite site;
  std::atomic<uint64_t> committed{0};
  std::atomic<bool> stop{false};
  std::atomic<int> stale{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const uint64_t at_least = committed;
        if (site.snapshot()->generation() < at_least) ++stale;
      }
    });
  }
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "user-" + std::to_string(i)}).ok());
    ++committed;
  }
  stop = true;
  for (std::thread& reader : readers)
    reader.join();
  EXPECT_EQ(stale, 0);
}

}  // namespace
}  // namespace coffer::iam
