#include "organizations/organization_cache.h"

#include <atomic>
#include <thread>

#include "organizations/snapshot_contents.h"
#include "organizations/tags.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

using testing::Levels;
using testing::OrganizationTest;

class OrganizationCacheTest : public OrganizationTest {};

TEST_F(OrganizationCacheTest, AnAccountInNoOrganizationHasAPlaceWithoutOne) {
  const PlacePointer nowhere = place("999999999999");
  ASSERT_NE(nowhere, nullptr);
  EXPECT_TRUE(nowhere->organization.empty());
  EXPECT_TRUE(nowhere->paths.empty());
  EXPECT_TRUE(nowhere->service_control.empty());
  EXPECT_FALSE(nowhere->is_management);
  EXPECT_EQ(must(cache_.snapshot_of(account("999999999999"))), nullptr);
  EXPECT_EQ(must(cache_.snapshot(*OrganizationId::parse("o-0000000000"))), nullptr);
}

TEST_F(OrganizationCacheTest, ThePathLeadsFromTheOrganizationThroughTheUnits) {
  const NodeId outer = unit(root(), "outer");
  const NodeId inner = unit(outer, "inner");
  member("222222222222");
  member("333333333333", inner);
  const std::string base = id().text() + "/" + root().text() + "/";
  EXPECT_EQ(place("222222222222")->paths, std::vector<std::string>{base});
  EXPECT_EQ(place("333333333333")->paths, std::vector<std::string>{base + outer.text() + "/" + inner.text() + "/"});
  EXPECT_EQ(place("333333333333")->organization, id().text());
  EXPECT_EQ(place("111111111111")->paths, std::vector<std::string>{base});
}

// Empty lists: nobody is limited by a type that does not count.
TEST_F(OrganizationCacheTest, APolicyTypeThatIsNotEnabledHasNoLevels) {
  member("222222222222");
  EXPECT_TRUE(place("222222222222")->service_control.empty());
  enable(PolicyType::kServiceControl);
  EXPECT_EQ(names(place("222222222222")->service_control), (Levels{{"FullAWSAccess"}, {"FullAWSAccess"}}));
  EXPECT_TRUE(place("222222222222")->resource_control.empty());
  enable(PolicyType::kResourceControl);
  EXPECT_EQ(names(place("222222222222")->resource_control), (Levels{{"RCPFullAWSAccess"}, {"RCPFullAWSAccess"}}));
}

TEST_F(OrganizationCacheTest, EachLevelHasThePoliciesThatAreAttachedThere) {
  const NodeId outer = unit(root(), "outer");
  member("222222222222", outer);
  enable(PolicyType::kServiceControl);
  enable(PolicyType::kResourceControl);
  const PolicyId top = policy(PolicyType::kServiceControl, "top");
  const PolicyId middle = policy(PolicyType::kServiceControl, "middle");
  const PolicyId own = policy(PolicyType::kResourceControl, "own");
  must_do(attach_policy(changes_, id(), {top, root()}));
  must_do(attach_policy(changes_, id(), {middle, outer}));
  must_do(detach_policy(changes_, id(), {*PolicyId::parse("p-FullAWSAccess"), outer}));
  must_do(attach_policy(changes_, id(), {own, *NodeId::parse("222222222222")}));
  EXPECT_EQ(names(place("222222222222")->service_control),
            (Levels{{"FullAWSAccess", "top"}, {"middle"}, {"FullAWSAccess"}}));
  EXPECT_EQ(names(place("222222222222")->resource_control),
            (Levels{{"RCPFullAWSAccess"}, {"RCPFullAWSAccess"}, {"RCPFullAWSAccess", "own"}}));
}

TEST_F(OrganizationCacheTest, NoPolicyLimitsTheManagementAccount) {
  enable(PolicyType::kServiceControl);
  enable(PolicyType::kResourceControl);
  must_do(attach_policy(changes_, id(), {policy(PolicyType::kServiceControl, "deny"), root()}));
  const PlacePointer management = place("111111111111");
  EXPECT_TRUE(management->is_management);
  EXPECT_TRUE(management->service_control.empty());
  EXPECT_TRUE(management->resource_control.empty());
  EXPECT_EQ(management->organization, id().text());
  member("222222222222");
  EXPECT_FALSE(place("222222222222")->is_management);
}

// A place that was handed out before is used by requests that are under way.
TEST_F(OrganizationCacheTest, AChangeCountsAtOnceAndOldPlacesStayWhole) {
  const NodeId target = unit(root(), "target");
  member("222222222222", target);
  enable(PolicyType::kServiceControl);
  const PlacePointer before = place("222222222222");
  const PolicyId deny = policy(PolicyType::kServiceControl, "deny");
  must_do(attach_policy(changes_, id(), {deny, target}));
  EXPECT_EQ(names(place("222222222222")->service_control),
            (Levels{{"FullAWSAccess"}, {"FullAWSAccess", "deny"}, {"FullAWSAccess"}}));
  must_do(detach_policy(changes_, id(), {deny, target}));
  must_do(delete_policy(changes_, id(), deny));
  EXPECT_EQ(names(before->service_control), (Levels{{"FullAWSAccess"}, {"FullAWSAccess"}, {"FullAWSAccess"}}));

  must_do(remove_account(changes_, id(), account("222222222222")));
  EXPECT_TRUE(place("222222222222")->organization.empty());
  EXPECT_EQ(before->organization, id().text());
  member("222222222222");
  EXPECT_EQ(place("222222222222")->organization, id().text());
}

TEST_F(OrganizationCacheTest, WhatDidNotChangeIsNotReadAgain) {
  member("222222222222");
  enable(PolicyType::kServiceControl);
  const PolicyId deny = policy(PolicyType::kServiceControl, "deny");
  const SnapshotPointer before = snapshot();
  unit(root(), "another");
  const SnapshotPointer after = snapshot();
  ASSERT_NE(before, after);
  EXPECT_EQ(after->generation(), before->generation() + 1);
  EXPECT_EQ(after->contents().policies.at(deny).compiled, before->contents().policies.at(deny).compiled);
  EXPECT_EQ(after->node(*NodeId::parse("222222222222")), before->node(*NodeId::parse("222222222222")));
  EXPECT_EQ(snapshot(), after);
}

TEST_F(OrganizationCacheTest, OrganizationsKnowNothingOfEachOther) {
  const Organization other =
      must(create_organization(changes_, {account("444444444444"), "other", "other@example.com"}));
  enable(PolicyType::kServiceControl);
  must(join(changes_, other.id, {.account = account("555555555555"), .name = "a", .email = "a@example.com"}));
  EXPECT_EQ(place("555555555555")->organization, other.id.text());
  EXPECT_TRUE(place("555555555555")->service_control.empty());
  EXPECT_EQ(snapshot()->node(*NodeId::parse("555555555555")), nullptr);
  EXPECT_TRUE(place("444444444444")->is_management);
}

// Whoever wrote it, a document that is not understood must not open anything.
TEST_F(OrganizationCacheTest, APolicyThatIsNotUnderstoodDenies) {
  member("222222222222");
  enable(PolicyType::kServiceControl);
  const PolicyId broken = policy(PolicyType::kServiceControl, "broken");
  must_do(attach_policy(changes_, id(), {broken, root()}));
  Policy stored = *snapshot()->policy(broken);
  stored.content = "{";
  must(store_->commit({.preconditions = {}, .puts = {{row_key(id(), broken), encode(stored, 99)}}, .deletes = {}}));
  const PlacePointer limited = place("222222222222");
  const auto& document = limited->service_control.front().back()->document();
  EXPECT_EQ(document.statements.front().effect, policy::Effect::kDeny);
  EXPECT_EQ(limited->service_control.front().back()->source().name, "broken");
}

// An account whose node is lost would otherwise be one that no policy limits.
TEST_F(OrganizationCacheTest, DamageIsNoPlaceWithoutLimits) {
  member("222222222222");
  const auto damage = [&](store::Transaction transaction) { must(store_->commit(std::move(transaction))); };
  damage({.preconditions = {}, .puts = {}, .deletes = {row_key(id(), *NodeId::parse("222222222222"))}});
  EXPECT_EQ(code(cache_.place_of(account("222222222222"))), "Corrupt");
  EXPECT_EQ(place("111111111111")->organization, id().text()) << "the others have theirs";

  Node orphan;
  orphan.id = *NodeId::parse("ou-ab12-abcdefgh");
  orphan.parent = *NodeId::parse("ou-ab12-12345678");
  damage({.preconditions = {}, .puts = {{row_key(id(), orphan.id), encode(orphan, 1)}}, .deletes = {}});
  EXPECT_EQ(code(cache_.place_of(account("111111111111"))), "Corrupt");
  damage({.preconditions = {}, .puts = {}, .deletes = {row_key(id(), orphan.id)}});
  EXPECT_EQ(code(cache_.place_of(account("111111111111"))), "ok");

  damage({.preconditions = {}, .puts = {{membership_key("222222222222"), "o-0000000000"}}, .deletes = {}});
  EXPECT_EQ(code(cache_.place_of(account("222222222222"))), "Corrupt");
  damage({.preconditions = {}, .puts = {{membership_key("222222222222"), "nonsense"}}, .deletes = {}});
  EXPECT_EQ(code(cache_.place_of(account("222222222222"))), "Corrupt");
}

// Whether an account has just come or is about to go, it has one place or the other, and never an error.
TEST_F(OrganizationCacheTest, ReadersMeetAccountsThatComeAndGo) {
  enable(PolicyType::kServiceControl);
  std::atomic<bool> stops = false;
  std::atomic<int> wrong = 0;
  std::thread reader([&] {
    while (!stops) {
      const auto found = cache_.place_of(account("222222222222"));
      if (!found.ok() || (*found)->organization.empty() != (*found)->service_control.empty()) ++wrong;
    }
  });
  for (int i = 0; i < 200; ++i) {
    member("222222222222");
    if (place("222222222222")->organization.empty()) ++wrong;
    must_do(remove_account(changes_, id(), account("222222222222")));
    if (!place("222222222222")->organization.empty()) ++wrong;
  }
  stops = true;
  reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace coffer::organizations
