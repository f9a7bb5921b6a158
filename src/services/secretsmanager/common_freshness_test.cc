// How fresh the answers of a replica are, and what of that a client may demand, through the operations themselves. How
// the lag comes to be known is tested in replication/lag_reporter_test.cc and secrets/replica_lag_test.cc.
#include "services/secretsmanager/common_freshness.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "services/secretsmanager/testing/world.h"

namespace coffer::secretsmanager::testing {
namespace {

using std::chrono::milliseconds;

const auth::Caller kRoot = root_of("123456789012");
constexpr std::string_view kWest = "us-west-2";
constexpr std::string_view kFirst = "00000000-0000-0000-0000-000000000001";
constexpr std::string_view kSecond = "00000000-0000-0000-0000-000000000002";

class FreshnessTest : public ::testing::Test {
 protected:
  FreshnessTest() {
    for (const char* name : {"db", "mail"}) {
      create(name, R"(,"AddReplicaRegions":[{"Region":"us-west-2"}])");
      world_.replicate(kRoot.account, name, kHome, kWest);
    }
    create("own", "");
  }

  void create(const std::string& name, const std::string& more) {
    const Answer made = world_.call(kHome, kRoot, "CreateSecret",
                                    R"({"Name":")" + name + R"(","SecretString":"v","ClientRequestToken":")" +
                                        std::string(kFirst) + '"' + more + "}");
    if (made.status != 200) fail({ErrorCode::kUsage, made.message});
  }
  void put() {
    const Answer put =
        world_.call(kHome, kRoot, "PutSecretValue",
                    R"({"SecretId":"db","SecretString":"w","ClientRequestToken":")" + std::string(kSecond) + "\"}");
    ASSERT_EQ(put.status, 200) << put.message;
  }
  // The primary says that the west has everything, but for these.
  void report(std::vector<secrets::SecretName> behind = {}) {
    secrets::ReplicaLags& lags = world_.lags(kWest);
    lags.heard(*Region::parse(kHome), {.start = 1, .moment = lags.moment(), .behind = std::move(behind)});
  }
  Answer call(std::string_view region, std::string_view operation, const api::FreshnessDemand& demand = {}) {
    return world_.call(
        region, kRoot, operation,
        operation == "BatchGetSecretValue" ? R"({"SecretIdList":["db","mail"]})" : R"({"SecretId":"db"})", demand);
  }
  static std::string lag_of(const Answer& answer) { return answer.lag ? api::text_of(*answer.lag) : "absent"; }
  static api::FreshnessDemand at_most(Duration staleness) { return {.min_version = {}, .max_staleness = staleness}; }
  static api::FreshnessDemand at_least(std::string_view version) {
    return {.min_version = *VersionId::parse(version), .max_staleness = {}};
  }

  SeededRandom random_{7};
  World world_{random_};
};

constexpr std::string_view kReads[] = {"GetSecretValue", "DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy",
                                       "BatchGetSecretValue"};

TEST_F(FreshnessTest, EveryAnswerAboutAReplicaTellsItsLagAndNoOtherDoes) {
  for (const std::string_view operation : kReads) {
    EXPECT_EQ(lag_of(call(kWest, operation)), "unknown") << operation;
    EXPECT_EQ(lag_of(call(kHome, operation)), "absent") << operation;
  }
  report();
  world_.clock.advance(milliseconds(1250));
  for (const std::string_view operation : kReads) {
    const Answer answer = call(kWest, operation);
    EXPECT_EQ(answer.status, 200) << operation << ": " << answer.message;
    EXPECT_EQ(lag_of(answer), "1250") << operation;
    EXPECT_EQ(lag_of(call(kHome, operation)), "absent") << operation;
  }
}

TEST_F(FreshnessTest, AReplicaThatIsTooOldIsRefusedAndTheTextSaysWhereToGo) {
  report();
  world_.clock.advance(milliseconds(1250));
  for (const std::string_view operation :
       {"GetSecretValue", "DescribeSecret", "ListSecretVersionIds", "GetResourcePolicy"}) {
    EXPECT_EQ(call(kWest, operation, at_most(milliseconds(1250))).status, 200) << operation;
    const Answer refused = call(kWest, operation, at_most(milliseconds(1249)));
    EXPECT_EQ(refused.status, 400) << operation;
    EXPECT_EQ(refused.error, "PreconditionNotMetException") << operation;
    EXPECT_EQ(refused.message,
              "The replica in region us-west-2 may be 1250 ms behind its primary in region us-east-1, and the request "
              "allows 1249 ms. Try again later, or read in region us-east-1.");
    EXPECT_EQ(lag_of(refused), "1250") << operation;
    EXPECT_EQ(call(kHome, operation, at_most(Duration(0))).status, 200) << operation << " at the primary";
  }
}

// After a start, or when the primary cannot bring this very secret up to date.
TEST_F(FreshnessTest, ALagThatIsNotKnownIsNeverSmallEnough) {
  const std::string text =
      "It is not known how far the replica in region us-west-2 is behind its primary in region us-east-1: that region "
      "has not reported since this one has started, or cannot bring this secret up to date, which its "
      "ReplicationStatus "
      "there then says. Try again later, or read in region us-east-1.";
  const api::FreshnessDemand year = at_most(std::chrono::seconds(api::kMaxStalenessSeconds));
  EXPECT_EQ(call(kWest, "GetSecretValue", year).message, text);
  report({{kRoot.account, "db"}});
  EXPECT_EQ(call(kWest, "GetSecretValue", year).message, text);
  EXPECT_EQ(call(kWest, "GetSecretValue").status, 200) << "without a demand it is read all the same";
  report();
  world_.clock.advance(milliseconds(1));
  report();
  EXPECT_EQ(call(kWest, "GetSecretValue", year).status, 200);
}

TEST_F(FreshnessTest, AVersionIsServedFromWhenItHasArrived) {
  put();
  report();
  EXPECT_EQ(call(kWest, "GetSecretValue", at_least(kFirst)).status, 200);
  const Answer early = call(kWest, "GetSecretValue", at_least(kSecond));
  EXPECT_EQ(early.error, "PreconditionNotMetException");
  EXPECT_EQ(early.message,
            "The replica in region us-west-2 does not have version " + std::string(kSecond) +
                " of the secret. It may be 1 ms behind its primary in region us-east-1. Try again later, "
                "or read in region us-east-1.");
  EXPECT_EQ(call(kHome, "GetSecretValue", at_least(kSecond)).status, 200);
  world_.replicate(kRoot.account, "db", kHome, kWest);
  for (const std::string_view operation : {"GetSecretValue", "DescribeSecret", "ListSecretVersionIds"})
    EXPECT_EQ(call(kWest, operation, at_least(kSecond)).status, 200) << operation;
}

TEST_F(FreshnessTest, AVersionThatThePrimaryDoesNotHaveIsNotThere) {
  const Answer answer = call(kHome, "GetSecretValue", at_least(kSecond));
  EXPECT_EQ(answer.error, "PreconditionNotMetException");
  EXPECT_EQ(answer.message, "The secret does not have version " + std::string(kSecond) +
                                ". This is its primary, in region us-east-1: no other region has a later state of it.");
}

// A version that waits for its value is none that could be read.
TEST_F(FreshnessTest, AVersionWithoutItsValueIsNotThere) {
  must(world_.secrets(kHome).update(kRoot.account, "db", [](const secrets::SecretView& view) {
    secrets::Change change = change_of(view);
    change.secret.versions.push_back(
        {*VersionId::parse(kSecond), {"AWSPENDING"}, {}, secrets::ValueKind::kNone, view.secret.generation + 1, {}});
    return Result(std::optional(std::move(change)));
  }));
  EXPECT_EQ(call(kHome, "DescribeSecret", at_least(kSecond)).error, "PreconditionNotMetException");
}

// Each secret is judged for itself, and the lag that is told is the furthest.
TEST_F(FreshnessTest, InABatchEachSecretIsRefusedForItself) {
  report({{kRoot.account, "mail"}});
  world_.clock.advance(milliseconds(700));
  const Answer answer = call(kWest, "BatchGetSecretValue", at_most(milliseconds(1000)));
  ASSERT_EQ(answer.status, 200) << answer.message;
  EXPECT_EQ(lag_of(answer), "unknown");
  const boost::json::value body = boost::json::parse(answer.output);
  ASSERT_EQ(body.at("SecretValues").as_array().size(), 1u);
  EXPECT_EQ(body.at("SecretValues").at(0).at("Name").as_string(), "db");
  ASSERT_EQ(body.at("Errors").as_array().size(), 1u);
  EXPECT_EQ(body.at("Errors").at(0).at("SecretId").as_string(), "mail");
  EXPECT_EQ(body.at("Errors").at(0).at("ErrorCode").as_string(), "PreconditionNotMetException");
}

// What it would not keep it must not take.
TEST_F(FreshnessTest, OtherOperationsRefuseTheDemand) {
  const Answer listed = world_.call(kWest, kRoot, "ListSecrets", "{}", at_most(milliseconds(1000)));
  EXPECT_EQ(listed.error, "ValidationException");
  EXPECT_EQ(listed.message, "x-coffer-max-staleness is not supported by ListSecrets.");
}

// Whoever may not read learns nothing, not even which versions there are.
TEST_F(FreshnessTest, TheDemandIsLookedAtAfterThePermission) {
  const Answer denied =
      world_.call(kWest, user_of("123456789012"), "GetSecretValue", R"({"SecretId":"db"})", at_least(kSecond));
  EXPECT_EQ(denied.error, "AccessDeniedException");
  EXPECT_EQ(lag_of(denied), "absent");
}

TEST_F(FreshnessTest, APromotedReplicaIsItsOwnPrimary) {
  ASSERT_EQ(call(kWest, "StopReplicationToReplica").status, 200);
  const Answer answer = call(kWest, "GetSecretValue", at_most(Duration(0)));
  EXPECT_EQ(answer.status, 200) << answer.message;
  EXPECT_EQ(lag_of(answer), "absent");
}

// It came back, and knows that it has lost its place: what it has may be old, and nobody measures how old.
TEST_F(FreshnessTest, APrimaryThatWasReplacedIsAsFreshAsNobodyKnows) {
  const auto west_answered = [this](std::optional<secrets::ReplicaProgress::Successor> successor) {
    const auto view = *world_.secrets(kHome).find(kRoot.account, "db");
    secrets::ReplicaProgress progress = view->progress.front().second;
    progress.replaced_by = std::move(successor);
    EXPECT_TRUE(world_.secrets(kHome)
                    .record_progress({.account = kRoot.account,
                                      .name = "db",
                                      .suffix = view->secret.suffix,
                                      .region = *Region::parse(kWest),
                                      .progress = progress,
                                      .mark_to_clear = {}})
                    .ok());
  };
  EXPECT_EQ(call(kHome, "GetSecretValue", at_most(Duration(0))).status, 200);
  west_answered({{*Region::parse(kWest), 2}});
  for (const std::string_view operation : kReads)
    EXPECT_EQ(lag_of(call(kHome, operation)), "unknown") << operation;
  for (const Duration staleness : {Duration(0), Duration(std::chrono::hours(1))}) {
    const Answer answer = call(kHome, "GetSecretValue", at_most(staleness));
    EXPECT_EQ(answer.error, "PreconditionNotMetException");
    EXPECT_NE(answer.message.find("was promoted in region us-west-2"), std::string::npos) << answer.message;
  }
  EXPECT_EQ(call(kHome, "GetSecretValue", at_least(kFirst)).status, 200) << "it has that one";
  EXPECT_NE(call(kHome, "GetSecretValue", at_least(kSecond)).message.find("Read in region us-west-2"),
            std::string::npos);
  west_answered(std::nullopt);
  EXPECT_EQ(call(kHome, "GetSecretValue", at_most(Duration(0))).status, 200);
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
