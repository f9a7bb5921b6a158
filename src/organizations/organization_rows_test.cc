#include "organizations/organization_rows.h"

#include <gtest/gtest.h>

namespace coffer::organizations {
namespace {

const OrganizationId kId = *OrganizationId::parse("o-abcdefgh12");
const NodeId kRoot = *NodeId::parse("r-ab12");
const NodeId kAccount = *NodeId::parse("111111111111");

Organization organization() {
  Organization made{.id = kId,
                    .management_account = account_of(kAccount),
                    .root = kRoot,
                    .created = Time(Duration(1'700'000'000'123)),
                    .enabled_at = {}};
  made.enabled_at[PolicyType::kResourceControl] = 7;
  return made;
}

Node account() {
  Node node;
  node.id = kAccount;
  node.parent = kRoot;
  node.name = "workloads";
  node.tags = {{"team", "a"}, {"cost", ""}};
  node.attachments[PolicyType::kServiceControl] = {3, {*PolicyId::parse("p-abcdefgh")}};
  node.membership = Membership{.email = "a@example.com",
                               .status = MemberStatus::kSuspended,
                               .joined_method = JoinedMethod::kCreated,
                               .joined = Time(Duration(5))};
  return node;
}

TEST(OrganizationRows, WhatIsWrittenIsReadBack) {
  const auto stored = decode_organization(kId.text(), encode(organization(), 9));
  ASSERT_TRUE(stored.ok());
  EXPECT_EQ(stored->generation, 9u);
  EXPECT_EQ(stored->organization.id, kId);
  EXPECT_EQ(stored->organization.management_account, organization().management_account);
  EXPECT_EQ(stored->organization.root, kRoot);
  EXPECT_EQ(stored->organization.created, organization().created);
  EXPECT_EQ(stored->organization.enabled_at, organization().enabled_at);

  EXPECT_EQ(*decode_node(kAccount.text(), encode(account(), 9)), account());
  Node root;
  root.id = kRoot;
  root.name = "Root";
  EXPECT_EQ(*decode_node(kRoot.text(), encode(root, 1)), root);

  const Policy policy{.id = *PolicyId::parse("p-abcdefgh"),
                      .type = PolicyType::kResourceControl,
                      .name = "n",
                      .description = "d",
                      .content = "{}",
                      .tags = {{"k", "v"}}};
  EXPECT_EQ(*decode_policy(policy.id.text(), encode(policy, 2)), policy);

  const AccountRequest request{.id = *RequestId::parse("car-abcdefgh"),
                               .name = "n",
                               .email = "e",
                               .role = "r",
                               .account = account_of(kAccount),
                               .tags = {{"k", "v"}},
                               .state = RequestState::kFailed,
                               .requested = Time(Duration(1)),
                               .completed = Time(Duration(2)),
                               .failure = "INTERNAL_FAILURE"};
  const auto read = decode_request(request.id.text(), encode(request, 2));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->name, "n");
  EXPECT_EQ(read->email, "e");
  EXPECT_EQ(read->role, "r");
  EXPECT_EQ(read->account, request.account);
  EXPECT_EQ(read->tags, request.tags);
  EXPECT_EQ(read->state, RequestState::kFailed);
  EXPECT_EQ(read->requested, request.requested);
  EXPECT_EQ(read->completed, request.completed);
  EXPECT_EQ(read->failure, "INTERNAL_FAILURE");
}

// A record of an account that lost what makes it one must not pass for a unit.
TEST(OrganizationRows, WhatIsNoRecordIsDamage) {
  EXPECT_EQ(decode_node("ou-ab12-abcdefgh", encode(account(), 9)).error().code, ErrorCode::kCorrupt);
  Node bare = account();
  bare.membership.reset();
  EXPECT_EQ(decode_node(kAccount.text(), encode(bare, 9)).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_node("nobody", encode(account(), 9)).error().code, ErrorCode::kCorrupt);
  Node orphan = account();
  orphan.parent = NodeId();
  EXPECT_EQ(decode_node(kAccount.text(), encode(orphan, 9)).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_node(kAccount.text(), "\xff").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_policy("p-abcdefgh", "").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_request("car-abcdefgh", "").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(decode_organization(kId.text(), "").error().code, ErrorCode::kCorrupt);
}

TEST(OrganizationRows, KeysSayWhatTheyAreAbout) {
  EXPECT_EQ(organization_of_key(organization_key(kId)), kId.text());
  EXPECT_FALSE(name_of_key(organization_key(kId)));
  const std::string key = row_key(kId, kAccount);
  EXPECT_EQ(organization_of_key(key), kId.text());
  EXPECT_EQ(name_of_key(key)->kind, RowKind::kNode);
  EXPECT_EQ(name_of_key(key)->id, kAccount.text());
  EXPECT_FALSE(account_of_key(key));
  EXPECT_EQ(account_of_key(membership_key(kAccount.text())), kAccount.text());
  EXPECT_FALSE(organization_of_key(membership_key(kAccount.text())));
  EXPECT_FALSE(organization_of_key("o\0eu-west-1"));
}

}  // namespace
}  // namespace coffer::organizations
