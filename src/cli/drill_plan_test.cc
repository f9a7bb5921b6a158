#include "cli/drill_plan.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

constexpr const char* kReplicated = R"("Replicas": [{"Region": "us-west-2", "Status": "InSync"}], "OtherRegions": [])";

class DrillPlanTest : public ::testing::Test {
 protected:
  DrillPlanTest() {
    for (const char* const region : {"us-east-1", "us-west-2", "eu-west-1"})
      world_.answers[std::string(region) + " GetRegionStatus"] = status_of(region);
  }

  Result<DrillPlan> plan() {
    Deployment deployment = deployment_in(world_, clock_);
    return plan_drill(request_, "somebody does", deployment);
  }
  std::string refusal() {
    const Result<DrillPlan> planned = plan();
    return planned.ok() ? "no refusal" : planned.error().message;
  }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  World world_;
  DrillRequest request_{.lose = "us-east-1",
                        .regions = {},
                        .prefix = "coffer-drill-20261124T103000Z-abcd/",
                        .secrets = 50,
                        .period = std::chrono::seconds(5),
                        .write_every = std::chrono::milliseconds(250)};
};

// Whoever is asked must see what the loss of the region means to others.
TEST_F(DrillPlanTest, WhatOthersLoseMeanwhileIsCounted) {
  world_.answers["us-east-1 ListCopies"] =
      R"({"Copies": [)" + copy("a", "Primary", "us-east-1", 1, 1, "", kReplicated) + ", " +
      copy("b", "Primary", "us-east-1", 1, 1, "") + ", " + copy("c", "Replica", "eu-west-1", 1, 1, "") + ", " +
      copy("coffer-drill-20261123T000000Z-wxyz/3", "Primary", "us-east-1", 1, 1, "") + "]}";
  const Result<DrillPlan> planned = plan();
  ASSERT_TRUE(planned.ok()) << planned.error().message;
  EXPECT_EQ(drill_plan_text(*planned, Form::kText),
            "A drill on a deployment that runs. It will\n"
            "  make 50 secrets coffer-drill-20261124T103000Z-abcd/..., with primaries in us-east-1 and replicas in "
            "eu-west-1, us-west-2\n"
            "  write and read these in every region, up to 162 calls a second together\n"
            "  cut us-east-1 off for 10 s and the time that failing over takes: somebody does\n"
            "  fail over and rejoin these secrets, and no others\n"
            "  heal us-east-1 and delete these secrets, also when it fails or is stopped\n\n"
            "While us-east-1 is cut off nobody can reach it, of any account. Nothing of what others have there is "
            "changed. Of this account:\n"
            "  2 secrets have their primary in us-east-1 and cannot be written; 1 of them has no replica and cannot be "
            "read either\n"
            "  1 secret of another region has a replica there; changes wait for it\n"
            "us-east-1 is the home of identities: until it is back, accounts, users, roles, policies and access keys "
            "cannot be changed in any region. What there is goes on. The drill does not make another region home.\n"
            "1 secret of earlier drills will stay; coffer drill --clean-up --present deletes them.\n");
  EXPECT_EQ(request_.regions, (std::vector<std::string>{"eu-west-1", "us-east-1", "us-west-2"}));
  EXPECT_TRUE(world_.calls.empty()) << "nothing is changed";
  EXPECT_NE(drill_plan_text(*planned, Form::kJson).find("\"PrimariesWithoutReplicas\": 1"), std::string::npos);
}

TEST_F(DrillPlanTest, ARegionThatIsNotHomeIsNotSaidToBe) {
  request_.lose = "us-west-2";
  const Result<DrillPlan> planned = plan();
  ASSERT_TRUE(planned.ok()) << planned.error().message;
  const std::string text = drill_plan_text(*planned, Form::kText);
  EXPECT_EQ(text.find("home of identities"), std::string::npos) << text;
  EXPECT_NE(text.find("  0 secrets have their primary in us-west-2 and cannot be written\n"), std::string::npos)
      << text;
}

// A drill loses one region, not two.
TEST_F(DrillPlanTest, EveryRegionMustAnswer) {
  world_.down = {"eu-west-1"};
  EXPECT_EQ(refusal(), "eu-west-1 does not answer: connection refused. A drill begins when all regions answer");
  world_.down = {"us-east-1"};
  EXPECT_EQ(refusal(), "us-east-1 does not answer: connection refused. A drill begins when all regions answer");
  world_.down = {"eu-west-1"};
  request_.regions = {"us-east-1", "us-west-2"};
  EXPECT_TRUE(plan().ok());
}

// Otherwise the drill would wait for copies that it may not see.
TEST_F(DrillPlanTest, WhatARegionHasMustBeToldByAll) {
  world_.answers["eu-west-1 ListCopies"] = R"({"__type": "AccessDeniedException", "Message": "not coffer:ListCopies"})";
  EXPECT_EQ(refusal(), "eu-west-1 says: not coffer:ListCopies");
}

TEST_F(DrillPlanTest, WhatCannotBeDrilledIsRefused) {
  request_.regions = {"us-east-1", "ap-south-1"};
  EXPECT_EQ(refusal(), "ap-south-1 is no region of this deployment, which has us-east-1, us-west-2, eu-west-1");
  request_.regions = {"us-west-2", "eu-west-1"};
  EXPECT_EQ(refusal(), "--lose us-east-1 is none of the --regions");
  request_.regions = {"us-east-1"};
  EXPECT_EQ(refusal(), "a drill takes 2 to 5 --regions");
  request_.regions = {"us-east-1", "us-east-1"};
  EXPECT_EQ(refusal(), "--regions names us-east-1 twice");
  request_.regions = {};
  request_.secrets = 2;
  EXPECT_EQ(refusal(), "--secrets must be at least 3, one for the writer of each region");
}

}  // namespace
}  // namespace coffer::cli
