// coffer region add and remove against regions that answer what a test says.
#include "cli/region_change_command.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

class RegionChangeTest : public ::testing::Test {
 protected:
  RegionChangeTest() {
    for (const char* const region : {"us-east-1", "us-west-2", "eu-west-1"}) {
      const std::string name(region);
      world_.answers[name + " GetRegionStatus"] = status_of(name);
      world_.answers[name + " AddRegion"] = R"({"Region": "x", "Address": "h:1", "Result": "Added"})";
      world_.answers[name + " RemoveRegion"] =
          R"({"Region": "x", "Result": "Removed", "ReplicatedSecrets": 0, "ReplicatedKeys": 0, "FollowingKeys": 0})";
    }
    world_.down = {"ap-south-1"};
  }

  Result<Outcome> run(const RegionChange& change,
                      Result<Outcome> (*command)(const RegionChange&, const std::function<Deployment()>&, const Show&,
                                                 const Confirm&)) {
    shown_.clear();
    world_.calls.clear();
    return command(
        change, [this] { return deployment_in(world_, clock_); }, [this](const std::string& text) { shown_ += text; },
        [this](const std::string& question) -> Result<void> {
          shown_ += question;
          return agrees_ ? Result<void>() : Error{ErrorCode::kAborted, "nothing was changed"};
        });
  }
  Result<Outcome> add(RegionChange change = {}) {
    change.region = "ap-south-1";
    change.host = "10.0.0.9";
    change.port = 4600;
    return run(change, add_region);
  }
  Result<Outcome> remove(RegionChange change) { return run(change, remove_region); }
  // Calls that were no dry runs.
  size_t changes() const {
    size_t count = 0;
    for (const std::string& call : world_.calls)
      count += call.find("\"DryRun\": false") != call.npos ? 1 : 0;
    return count;
  }
  static bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  World world_;
  bool agrees_ = true;
  std::string shown_;
};

TEST_F(RegionChangeTest, EveryRegionIsToldOfANewOne) {
  const auto added = add();
  ASSERT_TRUE(added.ok()) << added.error().message;
  EXPECT_EQ(added->failed, 0u);
  EXPECT_TRUE(contains(shown_, "us-west-2         would know it\n")) << shown_;
  EXPECT_TRUE(contains(shown_,
                       "ap-south-1 does not answer yet. Its own configuration is to have a [[peer]] each for "
                       "eu-west-1, us-east-1, us-west-2"))
      << shown_;
  EXPECT_EQ(changes(), 3u);
  EXPECT_TRUE(contains(added->text, "us-east-1         knows it\n")) << added->text;
  EXPECT_TRUE(contains(added->text, "coffer region fill ap-south-1")) << added->text;
}

// Some have heard of it, for the command was broken off: what they know is looked at, too.
TEST_F(RegionChangeTest, ARegionThatOnlyOthersKnowIsAskedToo) {
  std::string partly = status_of("us-west-2");
  partly.replace(partly.find("\"eu-west-1\"]"), 12, "\"eu-west-1\", \"me-south-1\"]");
  world_.answers["us-west-2 GetRegionStatus"] = partly;
  world_.answers["me-south-1 GetRegionStatus"] = status_of("me-south-1");
  world_.answers["me-south-1 AddRegion"] = R"({"Result": "Unchanged"})";
  ASSERT_TRUE(add().ok());
  EXPECT_TRUE(contains(shown_, "me-south-1        as it is\n")) << shown_;
}

TEST_F(RegionChangeTest, NothingHappensWithoutConsentOrInADryRun) {
  agrees_ = false;
  EXPECT_EQ(add().error().code, ErrorCode::kAborted);
  EXPECT_EQ(changes(), 0u);
  RegionChange dry;
  dry.is_dry_run = true;
  EXPECT_TRUE(add(dry).ok());
  EXPECT_EQ(changes(), 0u);
}

TEST_F(RegionChangeTest, ARegionThatDoesNotAnswerIsInTheWayUnlessForced) {
  world_.down.insert("eu-west-1");
  const auto refused = add();
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_TRUE(contains(refused.error().message, "eu-west-1: eu-west-1 does not answer")) << refused.error().message;
  EXPECT_EQ(changes(), 0u);
  RegionChange forced;
  forced.is_forced = true;
  const auto added = add(forced);
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(added->failed, 1u);
  EXPECT_EQ(changes(), 2u);
  EXPECT_TRUE(contains(added->text, "1 of 3 regions did not do it. Repeat the command")) << added->text;
}

TEST_F(RegionChangeTest, ARefusalOfOneKeepsAllAlsoWhenForced) {
  world_.answers["us-west-2 RemoveRegion"] =
      R"({"__type": "InvalidRequestException", "Message": "2 secrets of us-west-2 have copies in eu-west-1."})";
  for (const bool is_forced : {false, true}) {
    const auto refused = remove({.region = "eu-west-1", .host = {}, .is_forced = is_forced});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
    EXPECT_TRUE(contains(refused.error().message, "2 secrets of us-west-2 have copies")) << refused.error().message;
    EXPECT_EQ(changes(), 0u);
  }
}

TEST_F(RegionChangeTest, ARegionIsRemovedFromAllOthersAndNotAsked) {
  const auto removed = remove({.region = "eu-west-1", .host = {}});
  ASSERT_TRUE(removed.ok()) << removed.error().message;
  EXPECT_EQ(changes(), 2u);
  for (const std::string& call : world_.calls)
    EXPECT_FALSE(call.starts_with("eu-west-1")) << call;
  EXPECT_TRUE(contains(removed->text, "Stop eu-west-1 if it still runs")) << removed->text;
}

TEST_F(RegionChangeTest, WhatIsNoRegionIsNotRemoved) {
  EXPECT_EQ(remove({.region = "me-south-1", .host = {}}).error().code, ErrorCode::kUsage);
  EXPECT_EQ(remove({.region = "us-east-1", .host = {}}).error().code, ErrorCode::kUsage) << "which is asked";
}

TEST_F(RegionChangeTest, ARegionThatAnswersIsNotLost) {
  EXPECT_EQ(remove({.region = "eu-west-1", .host = {}, .is_lost = true}).error().code, ErrorCode::kConflict);
  world_.down.insert("eu-west-1");
  world_.answers["us-east-1 RemoveRegion"] = R"({"Result": "Removed", "ReplicatedSecrets": 7, "ReplicatedKeys": 1})";
  const auto removed = remove({.region = "eu-west-1", .host = {}, .is_lost = true});
  ASSERT_TRUE(removed.ok()) << removed.error().message;
  EXPECT_TRUE(contains(shown_,
                       "us-east-1         would forget it, gives up the copies there of 7 secrets, and the "
                       "replicas there of 1 KMS key"))
      << shown_;
  EXPECT_EQ(changes(), 2u);
}

TEST_F(RegionChangeTest, TheReportIsJsonForPrograms) {
  RegionChange change;
  change.form = Form::kJson;
  const auto added = add(change);
  ASSERT_TRUE(added.ok());
  EXPECT_TRUE(contains(added->text, "\"Region\": \"ap-south-1\"")) << added->text;
  EXPECT_TRUE(contains(added->text, "\"Result\": \"Added\"")) << added->text;
}

}  // namespace
}  // namespace coffer::cli
