#include "iam/identity_store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/policies.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::group_ref;
using testing::IdentitySite;
using testing::kAccount;
using testing::policy_ref;
using testing::user_ref;

TEST(IdentityStore, AChangeThatDoesNothingIsNone) {
  IdentitySite site;
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "alice"}).ok());
  const store::Revision before = site.store->revision();
  EXPECT_TRUE(update_user(site.identity_store, user_ref("alice"), {.name = "alice", .path = "/"}).ok());
  EXPECT_TRUE(site.identity_store.change(kAccount, [](IdentityChange&) { return Result<void>(); }).ok());
  EXPECT_EQ(site.store->revision(), before);
}

TEST(IdentityStore, ARefusedChangeWritesNothing) {
  IdentitySite site;
  const store::Revision before = site.store->revision();
  const auto refused = site.identity_store.change(kAccount, [](IdentityChange& change) -> Result<void> {
    User user;
    user.name = "alice";
    change.put(user);
    return Error{ErrorCode::kLimitExceeded, "no"};
  });
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(site.store->revision(), before);
}

// As if another node of the region had committed between the look at the account and the commit.
TEST(IdentityStore, AChangeBeginsAnewWhenAnotherCameFirst) {
  IdentitySite site;
  IdentityStore other(site.identity_store.parts());
  int attempts = 0;
  const auto changed = site.identity_store.change(kAccount, [&](IdentityChange& change) -> Result<void> {
    if (++attempts == 1) COFFER_TRY(create_user(other, kAccount, {.name = "first"}));
    User user;
    user.name = "second";
    user.path = "/";
    user.unique_id = "AIDAABCDEFGHIJKLMNOPQ";
    change.put(user);
    return {};
  });
  ASSERT_TRUE(changed.ok());
  EXPECT_EQ(attempts, 2);
  EXPECT_NE(site.snapshot()->user("first"), nullptr);
  EXPECT_NE(site.snapshot()->user("second"), nullptr);
  EXPECT_EQ(site.snapshot()->generation(), 2u);
}

TEST(IdentityStore, AChangeThatIsAlwaysTooLateSaysSo) {
  IdentitySite site;
  IdentityStore other(site.identity_store.parts());
  int attempts = 0;
  const auto changed = site.identity_store.change(kAccount, [&](IdentityChange& change) -> Result<void> {
    COFFER_TRY(create_user(other, kAccount, {.name = "user-" + std::to_string(++attempts)}));
    change.set_alias("never");
    return {};
  });
  EXPECT_EQ(changed.error().code, ErrorCode::kConcurrentModification);
  EXPECT_EQ(site.snapshot()->entities().alias, "");
}

// Attaching reads the policy and writes the user, deleting reads the users and writes the policy: neither touches the
// row of the other, and yet one of them must lose.
TEST(IdentityStore, APolicyIsNotDeletedWhileItIsBeingAttached) {
  IdentitySite site;
  IdentityStore other(site.identity_store.parts());
  const std::string arn = "arn:aws:iam::123456789012:policy/p";
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "alice"}).ok());
  for (int round = 0; round < 40; ++round) {
    ASSERT_TRUE(create_policy(site.identity_store, kAccount, {.name = "p", .text = allowing("kms:*")}).ok());
    Result<void> attached, deleted;
    std::thread attacher([&] { attached = attach_policy(site.identity_store, user_ref("alice"), arn); });
    std::thread deleter([&] { deleted = delete_policy(other, policy_ref(arn)); });
    attacher.join();
    deleter.join();
    ASSERT_NE(attached.ok(), deleted.ok());
    const bool is_attached = !site.entities().user("alice")->attached_policies.empty();
    EXPECT_EQ(is_attached, attached.ok());
    EXPECT_EQ(site.snapshot()->managed_policy(arn) != nullptr, attached.ok());
    if (!attached.ok()) continue;
    ASSERT_TRUE(detach_policy(site.identity_store, user_ref("alice"), arn).ok());
    ASSERT_TRUE(delete_policy(site.identity_store, policy_ref(arn)).ok());
  }
}

TEST(IdentityStore, OfManyWhoMakeTheSameUserOneSucceeds) {
  IdentitySite site;
  IdentityStore other(site.identity_store.parts());
  std::atomic<int> made{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      IdentityStore& store = i % 2 == 0 ? site.identity_store : other;
      const auto user = create_user(store, kAccount, {.name = i < 4 ? "alice" : "ALICE"});
      if (user.ok()) ++made;
      if (!user.ok() && user.error().code != ErrorCode::kEntityAlreadyExists) made += 100;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(site.entities().users.size(), 1u);
}

}  // namespace
}  // namespace coffer::iam
