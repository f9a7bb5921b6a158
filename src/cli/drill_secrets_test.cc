#include "cli/drill_secrets.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/time_text.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

const std::string kName = "coffer-drill-20261124T103000Z-abcd/0";
constexpr const char* kReplicated =
    R"("Replicas": [{"Region": "us-west-2", "Status": "InSync"}, {"Region": "eu-west-1", "Status": "InSync"}], )"
    R"("OtherRegions": [])";

// A name that somebody else may have given must not be taken for one of a drill: it would be deleted.
TEST(DrillNames, OnlyADrillsOwnAreItsOwn) {
  SeededRandom random(7);
  const std::string prefix = new_drill_prefix(*parse_iso_basic("20261124T103000Z"), random);
  EXPECT_TRUE(prefix.starts_with("coffer-drill-20261124T103000Z-")) << prefix;
  EXPECT_NE(prefix, new_drill_prefix(*parse_iso_basic("20261124T103000Z"), random)) << "of two in the same second";
  EXPECT_TRUE(is_drill_name(prefix + "0"));
  EXPECT_TRUE(is_drill_name(prefix + "4999"));
  EXPECT_TRUE(is_drill_name(kName));
  for (const char* const name : {"", "coffer-drill-", "coffer-drill-notes", "coffer-drill-20261124T103000Z-abcd",
                                 "coffer-drill-20261124T103000Z-abcd/", "coffer-drill-20261124T103000Z-abcd/x",
                                 "coffer-drill-20261124T103000Z-abcd/1x", "coffer-drill-20261124T103000Z-ABCD/1",
                                 "coffer-drill-20261124T103000Z_abcd/1", "coffer-drill-20261324T103000Z-abcd/1",
                                 "coffer-drill-20261124T103000Z-abcde/1", "app/coffer-drill-20261124T103000Z-abcd/1",
                                 "coffer-drill-20261124T103000Z-abcd/1/2"})
    EXPECT_FALSE(is_drill_name(name)) << name;
}

class DrillCleaningTest : public ::testing::Test {
 protected:
  std::vector<DrillLeftover> clean() {
    const std::function<Deployment()> make = [this] { return deployment_in(world_, clock_); };
    const Wait wait = [this] {
      clock_.advance(std::chrono::seconds(1));
      if (after_) after_();
      return ++waits_ < most_waits_;
    };
    return delete_drill_secrets({.regions = {"us-east-1", "us-west-2", "eu-west-1"},
                                 .prefix = std::string(kDrillPrefix),
                                 .make = make,
                                 .clock = clock_,
                                 .wait = wait,
                                 .patience = std::chrono::minutes(1)});
  }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  World world_;
  std::function<void()> after_;
  int waits_ = 0;
  int most_waits_ = 1000;
};

TEST_F(DrillCleaningTest, ReplicasGoFirstAndNothingElseIsTouched) {
  world_.answers["us-east-1 ListCopies"] = R"({"Copies": [)" +
                                           copy(kName, "Primary", "us-east-1", 1, 1, "", kReplicated) + ", " +
                                           copy("coffer-drill-notes", "Primary", "us-east-1", 1, 1, "") + "]}";
  world_.answers["us-west-2 ListCopies"] = R"({"Copies": [)" + copy(kName, "Replica", "us-east-1", 1, 1, "") + "]}";
  after_ = [this] { world_.answers.clear(); };
  EXPECT_TRUE(clean().empty());
  EXPECT_EQ(world_.calls, (std::vector<std::string>{R"(us-east-1 RemoveRegionsFromReplication {"SecretId": ")" + kName +
                                                        R"(", "RemoveReplicaRegions": ["us-west-2", "eu-west-1"]})",
                                                    R"(us-east-1 DeleteSecret {"SecretId": ")" + kName +
                                                        R"(", "ForceDeleteWithoutRecovery": true})"}));
}

// A replica whose primary is gone is nobody's to delete.
TEST_F(DrillCleaningTest, AnOrphanIsPromotedAndDeleted) {
  world_.answers["us-west-2 ListCopies"] = R"({"Copies": [)" + copy(kName, "Replica", "us-east-1", 1, 1, "") + "]}";
  after_ = [this] {
    if (!world_.calls.empty() && world_.calls.back().find("StopReplication") != std::string::npos)
      world_.answers["us-west-2 ListCopies"] = R"({"Copies": [)" + copy(kName, "Primary", "us-west-2", 2, 2, "") + "]}";
    if (!world_.calls.empty() && world_.calls.back().find("DeleteSecret") != std::string::npos) world_.answers.clear();
  };
  EXPECT_TRUE(clean().empty());
  ASSERT_EQ(world_.calls.size(), 2U);
  EXPECT_TRUE(world_.calls[0].starts_with("us-west-2 StopReplicationToReplica"));
  EXPECT_TRUE(world_.calls[1].starts_with("us-west-2 DeleteSecret"));
  EXPECT_GT(waits_, 10) << "in the background it may still be deleted";
}

TEST_F(DrillCleaningTest, WhatCannotBeDeletedIsSaidWithTheCommands) {
  world_.answers["us-east-1 ListCopies"] =
      R"({"Copies": [)" + copy(kName, "Primary", "us-east-1", 1, 1, "", kReplicated) + "]}";
  world_.answers["us-east-1 RemoveRegionsFromReplication"] = R"({"__type": "AccessDeniedException", "Message": "no"})";
  world_.down = {"eu-west-1"};
  most_waits_ = 3;
  const std::vector<DrillLeftover> left = clean();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].name, kName);
  EXPECT_EQ(left[0].region, "us-east-1");
  EXPECT_EQ(left[0].reason, "us-east-1 says: no");
  EXPECT_EQ(left[1].region, "eu-west-1");
  EXPECT_EQ(left[1].name, "coffer-drill-*");
  EXPECT_EQ(left[1].reason, "eu-west-1 does not answer: connection refused");
  const std::string end = " --region us-east-1 --secret-id " + kName;
  const UrlOf url_of = [](const std::string& region) { return "https://" + region + ".example.com"; };
  const std::string begin = "aws --endpoint-url https://us-east-1.example.com secretsmanager ";
  EXPECT_EQ(commands_to_delete(left, url_of),
            (std::vector<std::string>{
                begin + "remove-regions-from-replication" + end + " --remove-replica-regions us-west-2 eu-west-1",
                begin + "delete-secret" + end + " --force-delete-without-recovery"}));
  EXPECT_TRUE(std::ranges::none_of(world_.calls, [](const std::string& call) {
    return call.find("StopReplication") != std::string::npos;
  })) << "the primary may be in the region that does not answer";
}

}  // namespace
}  // namespace coffer::cli
