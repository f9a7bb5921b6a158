#include "organizations/accounts.h"

#include "organizations/account_requests.h"
#include "organizations/tags.h"
#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

using testing::Levels;
using testing::OrganizationTest;

class AccountsTest : public OrganizationTest {
 protected:
  static WantedAccount wanted(std::string_view of, std::string_view email) {
    return {account(of), "new", std::string(email), "OrganizationAccountAccessRole", {{"k", "v"}}};
  }
};

TEST_F(AccountsTest, AnAccountThatJoinsIsInTheRootUnlessItIsPutElsewhere) {
  member("222222222222");
  EXPECT_EQ(snapshot()->node(*NodeId::parse("222222222222"))->parent, root());
  EXPECT_EQ(outcome(join(changes_, id(),
                         {.account = account("333333333333"),
                          .name = "n",
                          .email = "n@example.com",
                          .parent = *NodeId::parse("222222222222")})),
            "ParentNotFoundException: You specified a parent that doesn't exist.");
  EXPECT_EQ(code(join(changes_, id(),
                      {.account = account("333333333333"), .name = "n", .email = "222222222222@EXAMPLE.com"})),
            "ConstraintViolationException")
      << "the email of another account, whatever its case";
}

TEST_F(AccountsTest, MoveFromWhereTheyAre) {
  const NodeId there = unit(root(), "there");
  member("222222222222");
  const AccountId moved = account("222222222222");
  EXPECT_EQ(outcome(move_account(changes_, id(), {account("999999999999"), root(), there})),
            "AccountNotFoundException: You specified an account that doesn't exist.");
  EXPECT_EQ(code(move_account(changes_, id(), {moved, there, root()})), "SourceParentNotFoundException");
  for (const NodeId& nowhere : {*NodeId::parse("ou-ab12-zzzzzzzz"), *NodeId::parse("111111111111")})
    EXPECT_EQ(code(move_account(changes_, id(), {moved, root(), nowhere})), "DestinationParentNotFoundException");
  EXPECT_EQ(outcome(move_account(changes_, id(), {moved, root(), root()})),
            "DuplicateAccountException: That account is already present in the specified destination.");
  EXPECT_EQ(outcome(move_account(changes_, id(), {moved, root(), there})), "ok");
  EXPECT_EQ(snapshot()->node(node_of(moved))->parent, there);
  EXPECT_EQ(outcome(move_account(changes_, id(), {account("111111111111"), root(), there})), "ok")
      << "the management account, too";
  EXPECT_TRUE(place("111111111111")->is_management);
}

// What an account had in the organization must not come back with it.
TEST_F(AccountsTest, WhoLeavesLeavesTagsAndPoliciesBehind) {
  const AccountId leaver = member("222222222222");
  enable(PolicyType::kServiceControl);
  const PolicyId deny = policy(PolicyType::kServiceControl, "deny");
  must_do(attach_policy(changes_, id(), {deny, node_of(leaver)}));
  must_do(tag_resource(changes_, {id(), node_of(leaver)}, {{"k", "v"}}));
  must_do(remove_account(changes_, id(), leaver));
  EXPECT_EQ(code(remove_account(changes_, id(), leaver)), "AccountNotFoundException");
  EXPECT_EQ(code(remove_account(changes_, id(), account("111111111111"))), "MasterCannotLeaveOrganizationException");
  member("222222222222");
  EXPECT_TRUE(snapshot()->node(node_of(leaver))->tags.empty());
  EXPECT_EQ(names(place("222222222222")->service_control), (Levels{{"FullAWSAccess"}, {"FullAWSAccess"}}));
}

TEST_F(AccountsTest, AClosedAccountStaysInTheTree) {
  const AccountId closed = member("222222222222");
  must_do(suspend_account(changes_, id(), closed));
  EXPECT_EQ(snapshot()->node(node_of(closed))->membership->status, MemberStatus::kSuspended);
  const store::Revision before = store_->revision();
  must_do(suspend_account(changes_, id(), closed));
  EXPECT_EQ(store_->revision(), before);
  EXPECT_EQ(code(suspend_account(changes_, id(), account("111111111111"))), "ConstraintViolationException");
  EXPECT_EQ(code(suspend_account(changes_, id(), account("999999999999"))), "AccountNotFoundException");
  EXPECT_EQ(place("222222222222")->organization, id().text());
}

TEST_F(AccountsTest, ARequestEndsWithAMember) {
  const AccountRequest begun = must(begin_request(changes_, id(), wanted("222222222222", "a@example.com")));
  EXPECT_EQ(begun.state, RequestState::kInProgress);
  EXPECT_EQ(begun.requested, clock_.now());
  EXPECT_TRUE(place("222222222222")->organization.empty());
  clock_.advance(std::chrono::seconds(5));
  const AccountRequest ended = must(finish_request(changes_, id(), begun.id));
  EXPECT_EQ(ended.state, RequestState::kSucceeded);
  EXPECT_EQ(ended.completed, clock_.now());
  const Node& made = *snapshot()->node(*NodeId::parse("222222222222"));
  EXPECT_EQ(made.name, "new");
  EXPECT_EQ(made.membership->email, "a@example.com");
  EXPECT_EQ(made.membership->joined_method, JoinedMethod::kCreated);
  EXPECT_EQ(made.tags, (std::vector<Tag>{{"k", "v"}}));
  EXPECT_EQ(must(finish_request(changes_, id(), begun.id)).state, RequestState::kSucceeded) << "twice does no harm";
  EXPECT_EQ(must(fail_request(changes_, id(), {begun.id, "INTERNAL_FAILURE"})).state, RequestState::kSucceeded);
  EXPECT_EQ(code(finish_request(changes_, id(), *RequestId::parse("car-00000000"))),
            "CreateAccountStatusNotFoundException");
}

TEST_F(AccountsTest, AnEmailIsOneAccounts) {
  member("333333333333");
  const AccountRequest taken = must(begin_request(changes_, id(), wanted("222222222222", "333333333333@example.com")));
  EXPECT_EQ(taken.state, RequestState::kFailed);
  EXPECT_EQ(taken.failure, "EMAIL_ALREADY_EXISTS");
  EXPECT_EQ(taken.completed, clock_.now());

  const AccountRequest first = must(begin_request(changes_, id(), wanted("222222222222", "a@example.com")));
  EXPECT_EQ(must(begin_request(changes_, id(), wanted("444444444444", "a@example.com"))).failure,
            "EMAIL_ALREADY_EXISTS")
      << "another request is about to take it";
  must(join(changes_, id(), {.account = account("555555555555"), .name = "n", .email = "a@example.com"}));
  const AccountRequest late = must(finish_request(changes_, id(), first.id));
  EXPECT_EQ(late.state, RequestState::kFailed);
  EXPECT_EQ(late.failure, "EMAIL_ALREADY_EXISTS");
  EXPECT_TRUE(place("222222222222")->organization.empty());
}

TEST_F(AccountsTest, WhatBecameOfARequestIsForgottenAfterNinetyDays) {
  const RequestId failed = must(begin_request(changes_, id(), wanted("222222222222", "a@example.com"))).id;
  must(fail_request(changes_, id(), {failed, "INTERNAL_FAILURE"}));
  const RequestId open = must(begin_request(changes_, id(), wanted("222222222222", "b@example.com"))).id;
  clock_.advance(std::chrono::hours(24) * 90 - std::chrono::seconds(1));
  must(begin_request(changes_, id(), wanted("222222222222", "c@example.com")));
  EXPECT_EQ(snapshot()->request(failed)->failure, "INTERNAL_FAILURE");
  clock_.advance(std::chrono::seconds(1));
  must(begin_request(changes_, id(), wanted("222222222222", "d@example.com")));
  EXPECT_EQ(snapshot()->request(failed), nullptr);
  EXPECT_NE(snapshot()->request(open), nullptr) << "one in progress may still be gone on with";
}

}  // namespace
}  // namespace coffer::organizations
