// coffer failover and rejoin against regions that answer what a test says.
#include "cli/failover_command.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/time_text.h"
#include "cli/rejoin_command.h"
#include "cli/testing/region_world.h"

namespace coffer::cli {
namespace {

class RegionCommandsTest : public ::testing::Test {
 protected:
  RegionCommandsTest() {
    for (const char* const region : {"us-east-1", "us-west-2", "eu-west-1"})
      world_.answers[std::string(region) + " GetRegionStatus"] = status_of(region);
  }

  Deployment deployment() { return deployment_in(world_, clock_); }

  Result<Outcome> run(const FailoverRequest& request) {
    shown_.clear();
    return fail_over(
        request, [this] { return deployment(); }, clock_, [this](const std::string& text) { shown_ += text; },
        [this](const std::string& question) -> Result<void> {
          shown_ += question;
          return agrees_ ? Result<void>() : Error{ErrorCode::kAborted, "nothing was changed"};
        });
  }
  Result<Outcome> run(const RejoinRequest& request) {
    shown_.clear();
    const Show show = [this](const std::string& text) { shown_ += text; };
    const Confirm confirm = [this](const std::string&) -> Result<void> {
      return agrees_ ? Result<void>() : Error{ErrorCode::kAborted, "nothing was changed"};
    };
    const Wait wait = [this] {
      ++waits_;
      if (waits_ == 2) world_.answers["us-east-1 ListCopies"] = after_waiting_;
      return waits_ < 4;
    };
    return rejoin(request, [this] { return deployment(); }, {.show = show, .confirm = confirm, .wait = wait});
  }

  static constexpr const char* kElsewhere = R"("Replicas": [], "OtherRegions": ["us-east-1", "eu-west-1"])";

  // us-east-1 is lost; us-west-2 has two of its secrets, and eu-west-1 a newer state of one.
  void lose_the_east() {
    world_.down = {"us-east-1"};
    const std::string current = version("v1", 10, R"("AWSCURRENT")");
    world_.answers["us-west-2 ListCopies"] = R"({"Copies": [)" +
                                             copy("a", "Replica", "us-east-1", 1, 5, current, kElsewhere) + ", " +
                                             copy("b", "Replica", "us-east-1", 1, 3, current, kElsewhere) + "]}";
    world_.answers["eu-west-1 ListCopies"] =
        R"({"Copies": [)" + copy("a", "Replica", "us-east-1", 1, 7, current) + "]}";
    world_.answers["us-west-2 FailOverSecret"] =
        R"({"Copy": )" +
        copy("a", "Primary", "us-west-2", 2, 6, current,
             R"("Replicas": [{"Region": "eu-west-1", "Status": "InProgress"}], "OtherRegions": [])") +
        "}";
  }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  World world_;
  bool agrees_ = true;
  int waits_ = 0;
  std::string after_waiting_;  // of ListCopies in us-east-1
  std::string shown_;
  const FailoverRequest failover_{.from = "us-east-1", .to = "us-west-2", .filter = {}, .form = Form::kText};
};

TEST_F(RegionCommandsTest, FailingOverShowsWhatIsMissedAndAsks) {
  lose_the_east();
  const auto outcome = run(failover_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->failed, 0u);
  EXPECT_EQ(outcome->text, "2 secrets promoted in us-west-2.\n");
  EXPECT_NE(shown_.find("v1 of 1970-01-01T00:00:10Z  MISSES 2 changes that eu-west-1 has\n"), shown_.npos) << shown_;
  EXPECT_NE(shown_.find("v1 of 1970-01-01T00:00:10Z  nobody else can tell what it misses\n"), shown_.npos) << shown_;
  EXPECT_NE(shown_.find("What us-east-1 has is not known: us-east-1 does not answer: connection refused"), shown_.npos)
      << shown_;
  ASSERT_EQ(world_.calls.size(), 2u);
  EXPECT_TRUE(std::set(world_.calls.begin(), world_.calls.end())
                  .contains("us-west-2 FailOverSecret {\"SecretId\": "
                            "\"arn:aws:secretsmanager:r:123456789012:secret:b-AbCdEf\", \"FromRegion\": \"us-east-1\", "
                            "\"DryRun\": false}"));
}

// "Everything was promoted" is what one would read otherwise: nobody writes to these until somebody promotes them.
TEST_F(RegionCommandsTest, WhatTheRegionHasNoCopyOfIsSaid) {
  lose_the_east();
  const std::string current = version("v1", 10, R"("AWSCURRENT")");
  world_.answers["eu-west-1 ListCopies"] = R"({"Copies": [)" + copy("a", "Replica", "us-east-1", 1, 5, current) + ", " +
                                           copy("europe-only", "Replica", "us-east-1", 1, 5, current) + ", " +
                                           copy("promoted", "Replica", "us-east-1", 1, 5, current) + ", " +
                                           copy("of-europe", "Primary", "eu-west-1", 1, 5, current) + "]}";
  // What it has promoted already is its own, although the others have not heard.
  const std::string all = R"(us-west-2 ListCopies {"MaxResults": 100})";
  world_.answers[all] = R"({"Copies": [)" + copy("promoted", "Primary", "us-west-2", 2, 5, current) + "]}";
  FailoverRequest request = failover_;
  const auto outcome = run(request);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_NE(shown_.find("europe-only                     NOT IN us-west-2, stays as it is; is in eu-west-1\n"),
            shown_.npos)
      << shown_;
  EXPECT_EQ(shown_.find("of-europe"), shown_.npos) << shown_;
  EXPECT_EQ(shown_.find("promoted   "), shown_.npos) << shown_;
  request.form = Form::kJson;
  const std::string json = run(request)->text;
  EXPECT_NE(json.find(R"("Absent": [{"Name": "europe-only", "Regions": ["eu-west-1"]}])"), json.npos) << json;
}

// It went to two regions: whoever fails over from the one to the other decides.
TEST_F(RegionCommandsTest, OfWhatWasPromotedInBothRegionsThisOneIsMadeToCount) {
  lose_the_east();
  const std::string current = version("v1", 10, R"("AWSCURRENT")");
  const std::string replicas = R"("Replicas": [{"Region": "eu-west-1", "Status": "Failed"}], "OtherRegions": [])";
  world_.answers["us-west-2 ListCopies"] = R"({"Copies": []})";
  world_.answers[R"(us-west-2 ListCopies {"MaxResults": 100})"] =
      R"({"Copies": [)" + copy("a", "Primary", "us-west-2", 2, 5, current, replicas) + ", " +
      copy("old", "Primary", "us-west-2", 1, 5, current, replicas) + ", " +
      copy("third", "Primary", "us-west-2", 2, 5, current, replicas) + "]}";
  world_.answers["eu-west-1 ListCopies"] = R"({"Copies": [)" + copy("a", "Replica", "us-east-1", 2, 9, current) + ", " +
                                           copy("old", "Replica", "us-east-1", 2, 9, current) + ", " +
                                           copy("third", "Replica", "us-east-1", 2, 9, current) + "]}";
  // And a third one has replaced both meanwhile.
  std::string status = status_of("us-west-2");
  status.insert(status.find(R"("eu-west-1"])"), R"("ap-south-1", )");
  world_.answers["us-west-2 GetRegionStatus"] = status;
  world_.answers["ap-south-1 ListCopies"] =
      R"({"Copies": [)" + copy("third", "Primary", "ap-south-1", 3, 1, current) + "]}";
  const auto outcome = run(failover_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->failed, 2u) << "what was replaced is not put above what replaced it";
  EXPECT_NE(outcome->text.find("ap-south-1 has it as a primary already"), std::string::npos) << outcome->text;
  EXPECT_NE(shown_.find("promoted in both regions: this one is to count\n"), shown_.npos) << shown_;
  EXPECT_NE(outcome->text.find("us-west-2 has an older one of its own, which that of us-east-1 has replaced: fail over "
                               "to a region that follows it, of eu-west-1"),
            std::string::npos)
      << outcome->text;
  EXPECT_EQ(world_.calls,
            std::vector<std::string>{"us-west-2 FailOverSecret {\"SecretId\": "
                                     "\"arn:aws:secretsmanager:r:123456789012:secret:a-AbCdEf\", \"FromRegion\": "
                                     "\"us-east-1\", \"DryRun\": false, \"RivalEpoch\": 2}"});
}

// One that hangs is waited for each time that it is asked, and nobody can write meanwhile.
TEST_F(RegionCommandsTest, ALostRegionIsAskedWhetherItIsLostAndNothingElse) {
  lose_the_east();
  ASSERT_TRUE(run(failover_).ok());
  const std::map<std::string, int> asked = {{"us-east-1 GetRegionStatus", 2}};
  EXPECT_EQ(world_.unheard, asked) << "before the plan, and before the first is promoted";
}

// "app/db" is not meant to be "app/db-replica" too.
TEST_F(RegionCommandsTest, OneSecretIsPromotedByItsNameAlone) {
  lose_the_east();
  const std::string current = version("v1", 10, R"("AWSCURRENT")");
  world_.answers[R"(us-west-2 ListCopies {"MaxResults": 100, "PrimaryRegion": "us-east-1", "Name": "a"})"] =
      R"({"Copies": [)" + copy("a", "Replica", "us-east-1", 1, 5, current, kElsewhere) + "]}";
  FailoverRequest request = failover_;
  request.filter.name = "a";
  const auto outcome = run(request);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->text, "1 secret promoted in us-west-2.\n");
}

// A slip of the pen must not look like "there was nothing to do".
TEST_F(RegionCommandsTest, OneSecretMustBeThere) {
  lose_the_east();
  world_.answers["us-west-2 ListCopies"] = world_.answers["eu-west-1 ListCopies"] = R"({"Copies": []})";
  FailoverRequest request = failover_;
  request.filter.name = "a";
  const auto refusal = [&] {
    const auto outcome = run(request);
    if (outcome.ok()) return outcome->text;
    EXPECT_EQ(outcome.error().code, ErrorCode::kNotFound);
    return outcome.error().message;
  };
  EXPECT_EQ(refusal(), "us-west-2 has no secret a");
  world_.answers["eu-west-1 ListCopies"] = R"({"Copies": [)" + copy("a", "Replica", "us-east-1", 1, 5, "") + "]}";
  EXPECT_EQ(refusal(), "the secret a of us-east-1 is not in us-west-2; it is in eu-west-1");
  world_.answers["eu-west-1 ListCopies"] = R"({"Copies": []})";
  const auto here = [&](const std::string& copy) {
    world_.answers[R"(us-west-2 ListCopies {"MaxResults": 100, "Name": "a"})"] = R"({"Copies": [)" + copy + "]}";
  };
  here(copy("a", "Replica", "eu-west-1", 1, 5, ""));
  EXPECT_EQ(refusal(), "the secret a in us-west-2 is a replica of one in eu-west-1, and not of one in us-east-1");
  here(copy("a", "Primary", "us-west-2", 2, 6, ""));
  EXPECT_EQ(refusal(), "0 secrets promoted in us-west-2.\n") << "it is repeated";
}

// Whoever hangs is waited for once, and not twice while nobody can write. But it may have come back while the others
// were asked, and be slow.
TEST_F(RegionCommandsTest, AtLastItIsAskedShortlyOnlyIfItHungUntilAMomentAgo) {
  lose_the_east();
  bool refuses_at_once = false;
  Duration others_take{};
  std::vector<Duration> waited;
  world_.hangs = [&](const std::string&, Duration patience) {
    waited.push_back(patience);
    if (!refuses_at_once) clock_.advance(patience);
  };
  world_.heard = [&](const std::string& call) {
    if (call == "eu-west-1 ListCopies") clock_.advance(others_take);
  };
  const auto asked = [&] {
    waited.clear();
    EXPECT_TRUE(run(failover_).ok());
    return waited;
  };
  using std::chrono::seconds;
  EXPECT_EQ(asked(), (std::vector<Duration>{seconds(30), seconds(5)}));
  others_take = seconds(15);
  EXPECT_EQ(asked(), (std::vector<Duration>{seconds(30), seconds(30)}));
  others_take = {};
  refuses_at_once = true;
  EXPECT_EQ(asked(), (std::vector<Duration>{seconds(30), seconds(30)})) << "it may hang from now on only";
}

// Two operators at a time, or an answer that was lost: what was asked for has happened.
TEST_F(RegionCommandsTest, WhatSomebodyElseHasPromotedThereMeanwhileIsPromoted) {
  lose_the_east();
  const std::string current = version("v1", 10, R"("AWSCURRENT")");
  world_.answers["us-west-2 FailOverSecret"] = R"({"__type": "InvalidRequestException", "Message": "No replica."})";
  world_.answers[R"(us-west-2 ListCopies {"MaxResults": 100, "Name": "a"})"] =
      R"({"Copies": [)" + copy("a", "Primary", "us-west-2", 2, 6, current) + "]}";
  const auto outcome = run(failover_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->failed, 1u) << "b is a replica still";
  EXPECT_NE(outcome->text.find("1 secret promoted in us-west-2, 1 not.\n"), std::string::npos) << outcome->text;
}

// Nothing of it goes on by itself: whoever fails over must know before.
TEST_F(RegionCommandsTest, WhatFollowsInOtherAccountsAndWhatIsBeingDeletedIsShown) {
  lose_the_east();
  const std::string foreign = "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf";
  const std::string current = version("v1", 10, R"("AWSCURRENT")");
  world_.answers["us-west-2 ListCopies"] =
      R"({"Copies": [)" +
      copy("a", "Replica", "us-east-1", 1, 5, current,
           std::string(kElsewhere) + R"(, "CrossAccountReplica": ")" + foreign + "\"") +
      ", " + copy("b", "Replica", "us-east-1", 1, 3, current, kElsewhere) + ", " +
      copy("of-others", "CrossAccountReplica", "us-west-2", 1, 3, current, kElsewhere) + "]}";
  world_.answers["eu-west-1 ListCopies"] = R"({"Copies": [)" +
                                           copy("b", "Primary", "us-east-1", 1, 4, current,
                                                R"("Replicas": [], "OtherRegions": [], "DeletionDate": 864000)") +
                                           "]}";
  FailoverRequest request = failover_;
  request.is_dry_run = true;
  request.is_forced = true;
  const auto outcome = run(request);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_NE(shown_.find("; followed by " + foreign + "\n"), shown_.npos) << shown_;
  EXPECT_NE(shown_.find("1 secret has a replica in another account: it stops following, and is of us-east-1. Associate "
                        "others in us-west-2.\n"),
            shown_.npos)
      << shown_;
  EXPECT_NE(shown_.find("; PENDING DELETION in eu-west-1, on 1970-01-11T00:00:00Z\n"), shown_.npos) << shown_;
  EXPECT_EQ(shown_.find("of-others"), shown_.npos) << "it is in no other region: " << shown_;
  request.form = Form::kJson;
  const std::string json = run(request)->text;
  EXPECT_NE(json.find("\"CrossAccountReplica\": \"" + foreign + '"'), json.npos) << json;
  EXPECT_NE(json.find("\"DeletionDate\": 864000"), json.npos) << json;
  EXPECT_NE(json.find(R"("DeletedIn": "eu-west-1")"), json.npos) << json;
}

// Two primaries of one secret are what nobody can mend.
TEST_F(RegionCommandsTest, WhatWasPromotedElsewhereIsNotPromotedAgain) {
  lose_the_east();
  world_.answers["eu-west-1 ListCopies"] = R"({"Copies": [)" + copy("a", "Primary", "eu-west-1", 2, 6, "") + ", " +
                                           copy("b", "Replica", "ap-south-1", 2, 2, "") + "]}";
  const auto outcome = run(failover_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->failed, 2u);
  EXPECT_TRUE(world_.calls.empty());
  EXPECT_NE(outcome->text.find("FAILED: eu-west-1 has it as a primary already"), std::string::npos) << outcome->text;
  EXPECT_NE(outcome->text.find("FAILED: eu-west-1 follows one that was promoted in ap-south-1"), std::string::npos);
}

TEST_F(RegionCommandsTest, ARegionOfWhichNobodyKnowsIsNotLost) {
  world_.answers["us-east-1 GetRegionStatus"] = R"({"__type": "AccessDeniedException", "Message": "No."})";
  const auto refused = run(failover_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  EXPECT_NE(refused.error().message.find("not known whether us-east-1 is lost"), std::string::npos);
  // One that cannot be asked what it has keeps nobody from failing over.
  lose_the_east();
  world_.answers["eu-west-1 ListCopies"] = R"({"__type": "AccessDeniedException", "Message": "No."})";
  const auto outcome = run(failover_);
  ASSERT_TRUE(outcome.ok());
  EXPECT_NE(shown_.find("What eu-west-1 has is not known: eu-west-1 says: No."), shown_.npos) << shown_;
}

TEST_F(RegionCommandsTest, ManySecretsOfManyVersionsAreReadAndPrinted) {
  lose_the_east();
  std::string versions = version("v1", 10, R"("AWSCURRENT")");
  for (int i = 0; i < 99; ++i)
    versions += ", " + version("v", 10, "");
  std::string copies;
  for (int i = 0; i < 100; ++i)
    copies += (i == 0 ? "" : ", ") + copy("s" + std::to_string(i), "Replica", "us-east-1", 1, 5, versions, kElsewhere);
  world_.answers["us-west-2 ListCopies"] = R"({"Copies": [)" + copies + "]}";
  FailoverRequest request = failover_;
  request.form = Form::kJson;
  const auto outcome = run(request);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(world_.calls.size(), 100u);
  std::string big;
  big = json_text_of([](wire::Encoder& encoder) {
    encoder.begin_list();
    for (int i = 0; i < 30'000; ++i)
      encoder.integer(i);
    encoder.end_list();
  });
  EXPECT_NE(big.find("29999"), big.npos);
}

TEST_F(RegionCommandsTest, NothingIsDoneWithoutConsent) {
  lose_the_east();
  agrees_ = false;
  const auto outcome = run(failover_);
  ASSERT_FALSE(outcome.ok());
  EXPECT_TRUE(world_.calls.empty());
}

TEST_F(RegionCommandsTest, ARegionThatAnswersIsNotLost) {
  const auto refused = run(failover_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kConflict);
  FailoverRequest forced = failover_;
  forced.is_forced = true;
  EXPECT_TRUE(run(forced).ok());
}

TEST_F(RegionCommandsTest, OneSecretThatCannotBePromotedDoesNotKeepTheOthers) {
  lose_the_east();
  world_.answers
      ["us-west-2 FailOverSecret {\"SecretId\": \"arn:aws:secretsmanager:r:123456789012:secret:b-AbCdEf\", "
       "\"FromRegion\": \"us-east-1\", \"DryRun\": false}"] =
      R"({"__type": "AccessDeniedException", "Message": "No."})";
  const auto outcome = run(failover_);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->failed, 1u);
  EXPECT_NE(outcome->text.find("FAILED: us-west-2 says: No.\n1 secret promoted in us-west-2, 1 not.\n"),
            outcome->text.npos)
      << outcome->text;
}

TEST_F(RegionCommandsTest, RegionsMustBeOfTheDeployment) {
  FailoverRequest request = failover_;
  request.from = "ap-south-1";
  EXPECT_EQ(run(request).error().message,
            "ap-south-1 is no region of this deployment, which has us-east-1, us-west-2, eu-west-1");
  request.from = request.to;
  EXPECT_EQ(run(request).error().code, ErrorCode::kUsage);
}

// us-east-1 came back: "a" was promoted in us-west-2, "b" rejoined but was not sent yet, "c" is another secret.
class RejoinTest : public RegionCommandsTest {
 protected:
  RejoinTest() {
    const std::string old = version("v1", 10, R"("AWSPREVIOUS")");
    const std::string lost = version("v2", 20, R"("AWSCURRENT")");
    world_.answers["us-east-1 ListCopies"] =
        R"({"Copies": [)" + copy("a", "Primary", "us-east-1", 1, 9, old + ", " + lost) + ", " +
        copy("b", "Replica", "us-west-2", 1, 4, old) + ", " + copy("kept", "Primary", "us-east-1", 1, 2, old) + "]}";
    const std::string failed =
        R"("Replicas": [{"Region": "us-east-1", "Status": "Failed", "StatusMessage": "m"}], "OtherRegions": [])";
    world_.answers["us-west-2 ListCopies"] =
        R"({"Copies": [)" + copy("a", "Primary", "us-west-2", 2, 6, old + ", " + version("v2", 21, "")) + ", " +
        copy("b", "Primary", "us-west-2", 2, 5, old, failed) + "]}";
  }
  const RejoinRequest request_{.region = "us-east-1", .secret = {}, .form = Form::kText};
};

TEST_F(RejoinTest, WhatIsLostIsShownAndThenGivenUp) {
  const auto outcome = run(request_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->text, "2 secrets rejoined in us-east-1.\n");
  // The same id names another value there.
  EXPECT_NE(shown_.find("replica of us-west-2  LOST:\n    v2 of 1970-01-01T00:00:20Z AWSCURRENT\n"), shown_.npos)
      << shown_;
  EXPECT_EQ(shown_.find("    v1"), shown_.npos) << shown_;
  const std::multiset<std::string> expected = {
      "us-east-1 RejoinSecret {\"SecretId\": \"arn:aws:secretsmanager:r:123456789012:secret:a-AbCdEf\", "
      "\"PrimaryRegion\": \"us-west-2\", \"Generation\": 9, \"DryRun\": false}",
      "us-west-2 ReplicateSecretToRegions {\"SecretId\": \"a\", \"AddReplicaRegions\": [{\"Region\": \"us-east-1\"}]}",
      "us-west-2 RetryReplication {\"SecretId\": \"b\", \"ReplicaRegion\": \"us-east-1\"}"};
  EXPECT_EQ(std::multiset<std::string>(world_.calls.begin(), world_.calls.end()), expected);
  EXPECT_LT(std::ranges::find_if(world_.calls, [](const auto& call) { return call.contains("RejoinSecret"); }),
            std::ranges::find_if(world_.calls, [](const auto& call) { return call.contains("ReplicateSecret"); }))
      << "given up before it is sent";
}

TEST_F(RejoinTest, WhatFollowsInOtherAccountsIsShown) {
  world_.answers["us-east-1 ListCopies"] = R"({"Copies": [)" +
                                           copy("a", "Primary", "us-east-1", 1, 9, "",
                                                R"("Replicas": [], "OtherRegions": [], "DeletionDate": 864000,
              "CrossAccountReplica": "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf")") +
                                           "]}";
  ASSERT_TRUE(run(request_).ok());
  EXPECT_NE(shown_.find("  PENDING DELETION here, on 1970-01-11T00:00:00Z  followed by "
                        "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf  no version is lost\n"),
            shown_.npos)
      << shown_;
  EXPECT_NE(shown_.find("1 secret has a replica in another account: it stops following. Associate others where the "
                        "promoted secrets are.\n"),
            shown_.npos)
      << shown_;
}

// A replica of another account's secret is in no other region, and has nothing to rejoin.
TEST_F(RejoinTest, ACrossAccountReplicaHasNothingToRejoin) {
  world_.answers["us-east-1 ListCopies"] =
      R"({"Copies": [)" + copy("copied", "CrossAccountReplica", "us-east-1", 1, 9, "") + "]}";
  RejoinRequest request = request_;
  request.secret = "copied";
  const auto outcome = run(request);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kNotFound);
}

// Promoted by StopReplicationToReplica, it knows nothing of the regions that still follow the one that rejoins.
TEST_F(RejoinTest, NobodyIsLeftBehind) {
  const auto here = [](const std::string& europe) {
    return R"({"Copies": [)" +
           copy("a", "Primary", "us-east-1", 1, 9, "",
                R"("Replicas": [{"Region": "us-west-2", "Status": "Failed", "ReplacedBy": "us-west-2"}, )" + europe +
                    R"(], "OtherRegions": [])") +
           "]}";
  };
  world_.answers["us-east-1 ListCopies"] = here(R"({"Region": "eu-west-1", "Status": "InSync"})");
  after_waiting_ = here(R"({"Region": "eu-west-1", "Status": "Failed", "ReplacedBy": "us-west-2"})");
  ASSERT_TRUE(run(request_).ok());
  EXPECT_EQ(waits_, 2);
  EXPECT_NE(shown_.find("once these follow as well: eu-west-1"), shown_.npos) << shown_;
  const std::string ask = R"(us-east-1 RetryReplication {"SecretId": "a", "ReplicaRegion": "eu-west-1"})";
  ASSERT_EQ(world_.calls.size(), 5u);
  EXPECT_EQ(world_.calls[0],
            R"(us-west-2 ReplicateSecretToRegions {"SecretId": "a", "AddReplicaRegions": [{"Region": "eu-west-1"}]})");
  EXPECT_EQ(world_.calls[1], ask);
  EXPECT_EQ(world_.calls[2], ask) << "it did not follow yet when it was asked first";
  EXPECT_TRUE(world_.calls[3].starts_with("us-east-1 RejoinSecret "));
  EXPECT_EQ(world_.calls[4],
            R"(us-west-2 ReplicateSecretToRegions {"SecretId": "a", "AddReplicaRegions": [{"Region": "us-east-1"}]})");
}

// A region reads its whole list for each ListCopies: one for each secret would be the square of them.
TEST_F(RejoinTest, HowManySecretsAreWaitedForDoesNotChangeHowOftenARegionIsAsked) {
  constexpr int kSecrets = 50;
  const auto all = [](const std::string& region, int epoch, const std::string& more) {
    std::string list;
    for (int i = 0; i < kSecrets; ++i)
      list += (i > 0 ? ", " : "") + copy("s" + std::to_string(i), "Primary", region, epoch, 9, "", more);
    return R"({"Copies": [)" + list + "]}";
  };
  const auto replica = [](const std::string& region, const std::string& rest) {
    return R"("Replicas": [{"Region": ")" + region + R"(", )" + rest + R"(}], "OtherRegions": [])";
  };
  world_.answers["us-east-1 ListCopies"] = all("us-east-1", 1, replica("us-west-2", R"("Status": "InProgress")"));
  world_.answers["us-west-2 ListCopies"] = all("us-west-2", 2, replica("us-east-1", R"("Status": "Failed")"));
  after_waiting_ = all("us-east-1", 1, replica("us-west-2", R"("Status": "Failed", "ReplacedBy": "us-west-2")"));
  const auto outcome = run(request_);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->text, "50 secrets rejoined in us-east-1.\n");
  EXPECT_EQ(waits_, 2);
  EXPECT_EQ(world_.looks["us-east-1 ListCopies"], 1 + waits_ + 1) << "at first, and in each round";
}

// One gives up for the other only if it is clear which is which.
TEST_F(RejoinTest, OfTwoPromotedOnesNeitherIsGivenUp) {
  world_.answers["us-east-1 ListCopies"] = R"({"Copies": [)" + copy("a", "Primary", "us-east-1", 2, 9, "") + "]}";
  const auto outcome = run(request_);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->failed, 1u);
  EXPECT_TRUE(world_.calls.empty());
  EXPECT_NE(outcome->text.find("it was promoted here and in us-west-2"), std::string::npos) << outcome->text;
  EXPECT_NE(outcome->text.find("coffer failover --from us-east-1 --to us-west-2 --secret a --force"), std::string::npos)
      << outcome->text;
}

// Nobody has seen what was written after the plan was shown.
TEST_F(RejoinTest, OnlyWhatWasShownIsGivenUp) {
  const auto here = [](int generation, const std::string& europe) {
    return R"({"Copies": [)" +
           copy("a", "Primary", "us-east-1", 1, generation, "",
                R"("Replicas": [{"Region": "us-west-2", "Status": "Failed", "ReplacedBy": "us-west-2"}, )" + europe +
                    R"(], "OtherRegions": [])") +
           "]}";
  };
  world_.answers["us-east-1 ListCopies"] = here(9, R"({"Region": "eu-west-1", "Status": "InSync"})");
  after_waiting_ = here(10, R"({"Region": "eu-west-1", "Status": "Failed", "ReplacedBy": "us-west-2"})");
  ASSERT_TRUE(run(request_).ok());
  const auto given_up = std::ranges::find_if(
      world_.calls, [](const std::string& call) { return call.starts_with("us-east-1 RejoinSecret"); });
  ASSERT_NE(given_up, world_.calls.end());
  EXPECT_NE(given_up->find("\"Generation\": 9"), given_up->npos) << *given_up;
}

TEST_F(RejoinTest, ADryRunAsksTheRegionOnly) {
  RejoinRequest request = request_;
  request.is_dry_run = true;
  const auto outcome = run(request);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->text, "2 secrets would rejoin in us-east-1.\n");
  ASSERT_EQ(world_.calls.size(), 1u);
  EXPECT_NE(world_.calls[0].find("\"DryRun\": true"), std::string::npos);
}

TEST_F(RejoinTest, WhatTheRegionDoesNotGiveUpIsNotSentThere) {
  world_.answers["us-east-1 RejoinSecret"] = R"({"__type": "InvalidRequestException", "Message": "It changed."})";
  const auto outcome = run(request_);
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->failed, 1u);
  for (const std::string& call : world_.calls)
    EXPECT_EQ(call.find("ReplicateSecretToRegions"), call.npos);
}

TEST_F(RejoinTest, OfAPrefixNoOthersAreLookedAt) {
  const std::string asked = R"( ListCopies {"MaxResults": 100, )";
  world_.answers["us-east-1" + asked + R"("NamePrefix": "app/"})"] = R"({"Copies": []})";
  RejoinRequest request = request_;
  request.prefix = "app/";
  const auto outcome = run(request);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(outcome->text, "0 secrets rejoined in us-east-1.\n");
  EXPECT_TRUE(world_.calls.empty());
}

TEST_F(RejoinTest, OneSecretMustHaveSomethingToRejoin) {
  world_.answers["us-east-1 ListCopies"] = R"({"Copies": []})";
  RejoinRequest request = request_;
  request.secret = "none";
  const auto outcome = run(request);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(outcome.error().message, "us-east-1 has no secret none");
}

}  // namespace
}  // namespace coffer::cli
