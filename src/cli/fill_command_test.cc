// coffer region fill against regions that answer what a test says.
#include "cli/fill_command.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "base/time_text.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

std::string link_to(const std::string& region, int waiting) {
  return R"({"Region": ")" + region + R"(", "Waiting": )" + std::to_string(waiting) + "}";
}

class FillTest : public ::testing::Test {
 protected:
  FillTest() {
    for (const char* const region : {"us-east-1", "us-west-2", "eu-west-1"})
      world_.answers[std::string(region) + " GetRegionStatus"] = status_of(region, link_to("eu-west-1", 0));
    const std::string current = version("v1", 10, R"("AWSCURRENT")");
    world_.answers["us-east-1 ListCopies"] =
        R"({"Copies": [)" + copy("a", "Primary", "us-east-1", 1, 1, current) + ", " +
        copy("b", "Primary", "us-east-1", 1, 1, current) + ", " +
        copy("there", "Primary", "us-east-1", 1, 1, current,
             R"("Replicas": [{"Region": "eu-west-1", "Status": "InSync"}], "OtherRegions": [])") +
        "]}";
    world_.answers["us-west-2 ListCopies"] =
        R"({"Copies": [)" + copy("w", "Primary", "us-west-2", 1, 1, current) + "]}";
  }

  Result<Outcome> fill(FillRequest request = {}) {
    request.region = request.region.empty() ? "eu-west-1" : request.region;
    shown_.clear();
    world_.calls.clear();
    const Show show = [this](const std::string& text) { shown_ += text; };
    const Confirm confirm = [this](const std::string& question) -> Result<void> {
      shown_ += question;
      return agrees_ ? Result<void>() : Error{ErrorCode::kAborted, "nothing was changed"};
    };
    return fill_region(request, [this] { return deployment_in(world_, clock_); },
                       {.show = show,
                        .confirm = confirm,
                        .now = [this] { return Duration(now_.load()); },
                        .pause =
                            [this](Duration time) {
                              {
                                const std::lock_guard lock(mutex_);
                                pauses_.push_back(time);
                              }
                              now_ += time.count();
                              if (at_pause_) at_pause_();
                            },
                        .progress =
                            [this](const std::string& text) {
                              const std::lock_guard lock(mutex_);
                              progress_ += text + "\n";
                            }});
  }
  static bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  World world_;
  bool agrees_ = true;
  std::string shown_;
  std::atomic<int64_t> now_ = 0;
  std::mutex mutex_;
  std::vector<Duration> pauses_;
  std::string progress_;
  std::function<void()> at_pause_;
};

TEST_F(FillTest, WhatIsNotThereYetIsReplicatedFromEveryRegion) {
  const auto filled = fill({.kms_key_id = "alias/there"});
  ASSERT_TRUE(filled.ok()) << filled.error().message;
  EXPECT_TRUE(contains(shown_, "3 secrets are to be replicated to eu-west-1; 1 is already, or on its way")) << shown_;
  EXPECT_EQ(world_.calls.size(), 3u);
  for (const std::string& call : world_.calls)
    EXPECT_TRUE(contains(call, R"("AddReplicaRegions": [{"Region": "eu-west-1", "KmsKeyId": "alias/there"}])")) << call;
  EXPECT_TRUE(contains(progress_, "replicated 3 of 3 secrets")) << progress_;
  EXPECT_EQ(filled->failed, 0u);
  EXPECT_EQ(filled->text, "3 secrets replicated to eu-west-1.\n");
}

TEST_F(FillTest, OneSourceMayBeNamed) {
  ASSERT_TRUE(fill({.from = "us-west-2"}).ok());
  ASSERT_EQ(world_.calls.size(), 1u);
  EXPECT_TRUE(world_.calls[0].starts_with("us-west-2 ReplicateSecretToRegions"));
}

TEST_F(FillTest, ADryRunOrARefusalChangesNothing) {
  const auto dry = fill({.is_dry_run = true});
  EXPECT_EQ(dry->text, "3 secrets would be replicated to eu-west-1.\n");
  EXPECT_TRUE(world_.calls.empty());
  agrees_ = false;
  EXPECT_EQ(fill().error().code, ErrorCode::kAborted);
  EXPECT_TRUE(world_.calls.empty());
}

TEST_F(FillTest, SoManyASecondAndNoMore) {
  ASSERT_TRUE(fill({.per_second = 2}).ok());
  EXPECT_GE(now_.load(), 1000) << "the third begins a second after the first";
}

// The region's own limits count, and are no failure.
TEST_F(FillTest, WhoIsThrottledWaitsAndTriesAgain) {
  world_.answers["us-west-2 ReplicateSecretToRegions"] =
      R"({"__type": "ThrottlingException", "Message": "Rate exceeded"})";
  at_pause_ = [this] {
    const std::lock_guard lock(world_.mutex);
    world_.answers.erase("us-west-2 ReplicateSecretToRegions");
  };
  const auto filled = fill({.from = "us-west-2"});
  EXPECT_EQ(filled->failed, 0u);
  EXPECT_EQ(world_.calls.size(), 2u);
  EXPECT_EQ(pauses_, std::vector<Duration>{std::chrono::seconds(1)});
}

TEST_F(FillTest, WhatIsRefusedIsNamedAndKeepsNoOther) {
  world_.answers["us-west-2 ReplicateSecretToRegions"] =
      R"({"__type": "LimitExceededException", "Message": "A secret can't be replicated to more than 4 other Regions."})";
  const auto filled = fill();
  EXPECT_EQ(filled->failed, 1u);
  EXPECT_TRUE(contains(filled->text, "can't be replicated to more than 4")) << filled->text;
  EXPECT_TRUE(contains(filled->text, "2 secrets replicated to eu-west-1, 1 not.")) << filled->text;
}

TEST_F(FillTest, ItWaitsUntilEverythingHasArrived) {
  world_.answers["us-east-1 GetRegionStatus"] = status_of("us-east-1", link_to("eu-west-1", 5));
  int looks = 0;
  at_pause_ = [&] {
    const std::lock_guard lock(world_.mutex);
    if (++looks == 3) world_.answers["us-east-1 GetRegionStatus"] = status_of("us-east-1", link_to("eu-west-1", 0));
  };
  ASSERT_TRUE(fill({.from = "us-east-1", .per_second = 1'000'000}).ok());
  EXPECT_EQ(looks, 3);
  EXPECT_TRUE(contains(progress_, "5 changes wait for eu-west-1")) << progress_;
  looks = 0;
  world_.answers["us-east-1 GetRegionStatus"] = status_of("us-east-1", link_to("eu-west-1", 5));
  ASSERT_TRUE(fill({.from = "us-east-1", .per_second = 1'000'000, .waits = false}).ok());
  EXPECT_EQ(looks, 0);
}

// A secret of that name is there already, say: only somebody who knows which one counts can go on.
TEST_F(FillTest, WhatTheRegionHasRefusedBeforeIsSaidAndLeftAlone) {
  world_.answers["us-west-2 ListCopies"] =
      R"({"Copies": [)" +
      copy(
          "w", "Primary", "us-west-2", 1, 1, version("v1", 10, R"("AWSCURRENT")"),
          R"("Replicas": [{"Region": "eu-west-1", "Status": "Failed", "StatusMessage": "name taken"}], "OtherRegions": [])") +
      "]}";
  const auto filled = fill({.from = "us-west-2"});
  EXPECT_TRUE(world_.calls.empty());
  EXPECT_EQ(filled->failed, 1u);
  EXPECT_TRUE(contains(filled->text, "eu-west-1 has refused it: name taken")) << filled->text;
}

TEST_F(FillTest, ARegionThatCannotBeAskedIsSaid) {
  world_.down = {"us-west-2"};
  const auto filled = fill();
  EXPECT_EQ(filled->failed, 1u);
  EXPECT_TRUE(contains(shown_, "What us-west-2 has is not known")) << shown_;
  EXPECT_EQ(world_.calls.size(), 2u);
}

TEST_F(FillTest, OnlyRegionsOfTheDeploymentAreFilled) {
  EXPECT_EQ(fill({.region = "ap-south-1"}).error().code, ErrorCode::kUsage);
  EXPECT_EQ(fill({.from = "eu-west-1"}).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace coffer::cli
