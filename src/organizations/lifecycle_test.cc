#include "organizations/lifecycle.h"

#include <algorithm>

#include "organizations/account_requests.h"
#include "organizations/snapshot_contents.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

using testing::Levels;
using testing::OrganizationTest;

class LifecycleTest : public OrganizationTest {
 protected:
  // But for what the home of identities remembers of every state.
  size_t rows_left() const {
    const auto rows = must(store_->scan({.begin = "", .end = ""}));
    return static_cast<size_t>(
        std::ranges::count_if(rows, [](const store::Row& row) { return !row.key.starts_with('h'); }));
  }
};

TEST_F(LifecycleTest, AnOrganizationBeginsWithItsManagementAccountInTheRoot) {
  EXPECT_EQ(organization_.management_account, account("111111111111"));
  EXPECT_EQ(organization_.created, clock_.now());
  const Node* const node = snapshot()->node(*NodeId::parse("111111111111"));
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->parent, root());
  EXPECT_EQ(node->name, "management");
  EXPECT_EQ(node->membership->email, "root@example.com");
  EXPECT_EQ(node->membership->joined_method, JoinedMethod::kInvited);
  EXPECT_EQ(snapshot()->node(root())->name, "Root");
  EXPECT_EQ(arn_of(organization_), "arn:aws:organizations::111111111111:organization/" + id().text());
  EXPECT_EQ(arn_of(organization_, root()),
            "arn:aws:organizations::111111111111:root/" + id().text() + "/" + root().text());
}

TEST_F(LifecycleTest, AnAccountIsInOneOrganizationOnly) {
  member("222222222222");
  for (const char* one : {"111111111111", "222222222222"}) {
    EXPECT_EQ(outcome(create_organization(changes_, {account(one), "n", "n@example.com"})),
              "AlreadyInOrganizationException: The provided account is already a member of an organization.");
  }
  const Organization other = must(create_organization(changes_, {account("333333333333"), "n", "n@example.com"}));
  EXPECT_EQ(code(join(changes_, other.id, {.account = account("222222222222"), .name = "n", .email = "x@example.com"})),
            "AlreadyInOrganizationException");
  EXPECT_EQ(place("222222222222")->organization, id().text());
}

TEST_F(LifecycleTest, AllOrganizationsAreFound) {
  std::vector<OrganizationId> expected = {id()};
  for (const char* one : {"222222222222", "333333333333"})
    expected.push_back(must(create_organization(changes_, {account(one), "n", "n@example.com"})).id);
  unit(root(), "more rows");
  std::ranges::sort(expected);
  EXPECT_EQ(must(list_organizations(changes_)), expected);
}

TEST_F(LifecycleTest, AnOrganizationWithMembersIsNotDeleted) {
  member("222222222222");
  EXPECT_EQ(
      outcome(delete_organization(changes_, id())),
      "OrganizationNotEmptyException: To delete an organization you must first remove all member accounts (except "
      "the master).");
  must_do(remove_account(changes_, id(), account("222222222222")));
  EXPECT_EQ(outcome(delete_organization(changes_, id())), "ok");
  EXPECT_EQ(outcome(delete_organization(changes_, id())),
            "AWSOrganizationsNotInUseException: Your account is not a member of an organization.");
}

TEST_F(LifecycleTest, OfADeletedOrganizationNothingIsLeft) {
  unit(unit(root(), "outer"), "inner");
  policy(PolicyType::kServiceControl, "deny");
  must(begin_request(changes_, id(), {account("222222222222"), "n", "n@example.com", "r", {}}));
  EXPECT_EQ(outcome(delete_organization(changes_, id())), "ok");
  EXPECT_EQ(rows_left(), 0u);
  EXPECT_TRUE(place("111111111111")->organization.empty());
  must(create_organization(changes_, {account("111111111111"), "n", "n@example.com"}));
}

// More rows than a transaction holds.
TEST_F(LifecycleTest, AnOrganizationOfManyRowsIsDeletedInSeveralCommits) {
  enable(PolicyType::kServiceControl);
  const PolicyId attached = policy(PolicyType::kServiceControl, "attached");
  must_do(attach_policy(changes_, id(), {attached, root()}));
  Policy copy = *snapshot()->policy(attached);
  store::Transaction many;
  for (int i = 10'000; i < 12'000; ++i) {
    copy.id = *PolicyId::parse("p-000" + std::to_string(i));
    many.puts.push_back({row_key(id(), copy.id), encode(copy, 1)});
  }
  must(store_->commit(std::move(many)));
  many = {};
  for (int i = 10'000; i < 13'000; ++i) {
    AccountRequest request{.id = *RequestId::parse("car-000" + std::to_string(i)), .account = account("222222222222")};
    many.puts.push_back({row_key(id(), request.id), encode(request, 1)});
  }
  must(store_->commit(std::move(many)));
  ASSERT_EQ(snapshot()->requests().size(), 3'000u);
  const store::Revision before = store_->revision();
  EXPECT_EQ(outcome(delete_organization(changes_, id())), "ok");
  EXPECT_GT(store_->revision(), before + 1);
  EXPECT_EQ(rows_left(), 0u);
}

TEST_F(LifecycleTest, APolicyTypeIsEnabledOnceAndInTheRoot) {
  const RootPolicyType wanted{root(), PolicyType::kServiceControl};
  EXPECT_EQ(outcome(disable_policy_type(changes_, id(), wanted)),
            "PolicyTypeNotEnabledException: The specified policy type is not currently enabled.");
  EXPECT_EQ(outcome(enable_policy_type(changes_, id(), wanted)), "ok");
  EXPECT_EQ(outcome(enable_policy_type(changes_, id(), wanted)),
            "PolicyTypeAlreadyEnabledException: The specified policy type is already enabled.");
  EXPECT_EQ(outcome(enable_policy_type(changes_, id(), {*NodeId::parse("r-zzzzz"), PolicyType::kResourceControl})),
            "RootNotFoundException: You specified a root that doesn't exist.");
  EXPECT_FALSE(snapshot()->organization().is_enabled(PolicyType::kResourceControl));
}

TEST_F(LifecycleTest, DisablingAPolicyTypeDetachesAllPoliciesOfIt) {
  member("222222222222");
  enable(PolicyType::kServiceControl);
  enable(PolicyType::kResourceControl);
  const PolicyId deny = policy(PolicyType::kServiceControl, "deny");
  const PolicyId resource = policy(PolicyType::kResourceControl, "resource");
  must_do(attach_policy(changes_, id(), {deny, root()}));
  must_do(attach_policy(changes_, id(), {resource, root()}));
  EXPECT_EQ(code(delete_policy(changes_, id(), deny)), "PolicyInUseException");
  must_do(disable_policy_type(changes_, id(), {root(), PolicyType::kServiceControl}));
  EXPECT_TRUE(place("222222222222")->service_control.empty());
  EXPECT_TRUE(snapshot()->targets(*snapshot()->policy(deny)).empty());
  EXPECT_TRUE(snapshot()->attached(*snapshot()->node(root()), PolicyType::kServiceControl).empty());
  EXPECT_EQ(names(place("222222222222")->resource_control),
            (Levels{{"RCPFullAWSAccess", "resource"}, {"RCPFullAWSAccess"}}));

  enable(PolicyType::kServiceControl);
  EXPECT_EQ(names(place("222222222222")->service_control), (Levels{{"FullAWSAccess"}, {"FullAWSAccess"}}));
  EXPECT_EQ(outcome(delete_policy(changes_, id(), deny)), "ok");
  EXPECT_EQ(code(cache_.place_of(account("222222222222"))), "ok") << "what was attached once is no matter";
}

// Two processes on one store, or two regions that were both home: the later one starts again from what is there.
TEST_F(LifecycleTest, ChangesOfTwoFollowEachOther) {
  OrganizationCache other_cache(*store_);
  OrganizationStore others({*store_, random_, clock_, other_cache, home_});
  int attempts = 0;
  must_do(changes_.change(id(), [&](OrganizationChange& change) -> Result<void> {
    if (++attempts == 1) must(create_unit(others, id(), {root(), "theirs", {}}));
    Node mine;
    mine.id = *NodeId::parse("ou-zzzz-zzzzzzzz");
    mine.parent = root();
    mine.name = "mine, beside " + std::to_string(change.now().count_units());
    change.put(mine);
    return {};
  }));
  EXPECT_EQ(attempts, 2);
  EXPECT_EQ(snapshot()->count_units(), 2u);
  EXPECT_EQ(snapshot()->node(*NodeId::parse("ou-zzzz-zzzzzzzz"))->name, "mine, beside 1");

  EXPECT_EQ(code(changes_.change(id(),
                                 [&](OrganizationChange& change) -> Result<void> {
                                   must(create_unit(others, id(), {root(), "unit " + std::to_string(++attempts), {}}));
                                   change.erase(*change.now().node(*NodeId::parse("ou-zzzz-zzzzzzzz")));
                                   return {};
                                 })),
            "ConcurrentModificationException");
}

TEST_F(LifecycleTest, AChangeThatDoesNothingWritesNothing) {
  const store::Revision before = store_->revision();
  must_do(changes_.change(id(), [](OrganizationChange&) -> Result<void> { return {}; }));
  EXPECT_EQ(store_->revision(), before);
}

}  // namespace
}  // namespace coffer::organizations
