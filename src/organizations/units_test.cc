#include "organizations/units.h"

#include "organizations/testing/organization_fixture.h"

namespace coffer::organizations {
namespace {

using testing::OrganizationTest;

class UnitsTest : public OrganizationTest {};

TEST_F(UnitsTest, AreMadeBelowTheRootOrAnother) {
  const Node outer = must(create_unit(changes_, id(), {root(), "outer", {{"k", "v"}}}));
  EXPECT_EQ(outer.parent, root());
  EXPECT_EQ(outer.tags, (std::vector<Tag>{{"k", "v"}}));
  const NodeId inner = unit(outer.id, "inner");
  EXPECT_EQ(snapshot()->children(outer.id, NodeKind::kUnit).front()->id, inner);
  EXPECT_EQ(*snapshot()->node(outer.id), outer);
  const std::string path = id().text() + "/" + root().text() + "/" + outer.id.text() + "/";
  EXPECT_EQ(snapshot()->path(outer), path);
  member("222222222222", inner);
  EXPECT_EQ(snapshot()->path(*snapshot()->node(*NodeId::parse("222222222222"))),
            path + inner.text() + "/222222222222/");
  for (const NodeId& parent :
       {*NodeId::parse("111111111111"), *NodeId::parse("r-zzzz1"), *NodeId::parse("ou-ab12-zzzzzzzz")}) {
    EXPECT_EQ(outcome(create_unit(changes_, id(), {parent, "x", {}})),
              "ParentNotFoundException: You specified a parent that doesn't exist.");
  }
}

TEST_F(UnitsTest, SistersDifferInTheirNames) {
  const NodeId one = unit(root(), "one");
  const NodeId two = unit(root(), "two");
  unit(one, "one");
  EXPECT_EQ(outcome(create_unit(changes_, id(), {root(), "one", {}})),
            "DuplicateOrganizationalUnitException: An OU with the same name already exists.");
  EXPECT_EQ(code(rename_unit(changes_, id(), {two, "one"})), "DuplicateOrganizationalUnitException");
  EXPECT_EQ(must(rename_unit(changes_, id(), {two, "TWO"})).name, "TWO");
  const store::Revision before = store_->revision();
  EXPECT_EQ(must(rename_unit(changes_, id(), {two, "TWO"})).name, "TWO");
  EXPECT_EQ(store_->revision(), before);
  EXPECT_EQ(outcome(rename_unit(changes_, id(), {root(), "x"})),
            "OrganizationalUnitNotFoundException: You specified an organizational unit that doesn't exist.");
}

TEST_F(UnitsTest, FiveLevelsAreTheMost) {
  NodeId parent = root();
  for (int level = 1; level <= 5; ++level)
    parent = unit(parent, "level " + std::to_string(level));
  EXPECT_EQ(code(create_unit(changes_, id(), {parent, "level 6", {}})), "ConstraintViolationException");
  member("222222222222", parent);
  EXPECT_EQ(snapshot()->depth(*snapshot()->node(*NodeId::parse("222222222222"))), 5u);
}

TEST_F(UnitsTest, OnlyEmptyOnesAreDeleted) {
  const NodeId outer = unit(root(), "outer");
  const NodeId inner = unit(outer, "inner");
  member("222222222222", inner);
  EXPECT_EQ(code(delete_unit(changes_, id(), outer)), "OrganizationalUnitNotEmptyException");
  EXPECT_EQ(code(delete_unit(changes_, id(), inner)), "OrganizationalUnitNotEmptyException");
  must_do(move_account(changes_, id(), {account("222222222222"), inner, root()}));
  EXPECT_EQ(outcome(delete_unit(changes_, id(), inner)), "ok");
  EXPECT_EQ(outcome(delete_unit(changes_, id(), outer)), "ok");
  EXPECT_EQ(code(delete_unit(changes_, id(), outer)), "OrganizationalUnitNotFoundException");
  EXPECT_EQ(code(delete_unit(changes_, id(), root())), "OrganizationalUnitNotFoundException");
}

// What was attached to it is free again.
TEST_F(UnitsTest, ADeletedUnitHoldsNoPolicy) {
  const NodeId gone = unit(root(), "gone");
  enable(PolicyType::kServiceControl);
  const PolicyId deny = policy(PolicyType::kServiceControl, "deny");
  must_do(attach_policy(changes_, id(), {deny, gone}));
  must_do(delete_unit(changes_, id(), gone));
  EXPECT_EQ(outcome(delete_policy(changes_, id(), deny)), "ok");
}

}  // namespace
}  // namespace coffer::organizations
