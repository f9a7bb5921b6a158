// The operator's cards about secrets and regions, from JSON to JSON.
#include <gtest/gtest.h>

#include "services/coffer/testing/card_fixture.h"

namespace coffer::coffer_service {
namespace {

using secrets::ApplyVerdict;
using secrets::Change;
using secrets::Role;
using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kOther;
using testing::kWest;

class FailoverTest : public testing::CardTest {
 protected:
  Rooms& rooms() override { return rooms_; }

  void promoted_elsewhere(const std::string& name) {
    const secrets::ReplicaProgress progress{.acknowledged_generation = 1,
                                            .failed = true,
                                            .message = "no",
                                            .last_attempt = {},
                                            .replaced_by = secrets::ReplicaProgress::Successor{kWest, 2}};
    ASSERT_TRUE(
        secrets_.record_progress({kAccount, name, find(name)->secret.suffix, kWest, progress, std::nullopt}).ok());
  }

  const RegionList regions_{kEast, {kWest, kEurope}};
  home::HomeRegion home_{{*store_, random_, regions_, kEast}};
  RegionReport report_;
  Rooms rooms_{explanations_, regions_, home_, secrets_, [this] { return report_; }};
};

TEST_F(FailoverTest, ADryRunShowsWhatWouldBeAndChangesNothing) {
  receive("db");
  const auto before = find("db")->revision;
  const std::string answer = call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2","DryRun":true})");
  EXPECT_TRUE(contains(answer, R"("Role":"Primary","PrimaryRegion":"us-east-1","LineageEpoch":2)")) << answer;
  EXPECT_TRUE(contains(answer, R"("Region":"eu-west-1","Status":"InProgress")")) << answer;
  EXPECT_EQ(find("db")->revision, before);
  EXPECT_EQ(call("FailOverSecret", R"({"SecretId":"db","FromRegion":"eu-west-1","DryRun":true})"),
            "InvalidRequestException: The secret is a replica of the primary in us-west-2, not of one in eu-west-1.");
}

TEST_F(FailoverTest, TheCopyTakesThePrimarysPlace) {
  receive("db");
  const std::string answer = call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2"})");
  EXPECT_TRUE(contains(answer, R"("Role":"Primary")")) << answer;
  EXPECT_EQ(find("db")->secret.role, Role::kPrimary);
  EXPECT_TRUE(mark(kEurope, "db"));
  EXPECT_EQ(call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2"})"),
            "InvalidRequestException: The secret is not a replica: its primary is in us-east-1, where this was asked.");
}

TEST_F(FailoverTest, OfTwoPrimariesOneIsMadeToCount) {
  create("db", "mine", {kWest});
  const std::string answer = call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2","RivalEpoch":1})");
  EXPECT_TRUE(contains(answer, R"("Role":"Primary","PrimaryRegion":"us-east-1","LineageEpoch":2)")) << answer;
  EXPECT_EQ(call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2","RivalEpoch":1})"),
            "InvalidRequestException: The secret was not promoted here and in us-west-2 at a time: the lineage epoch "
            "here is 2, not 1.");
}

TEST_F(FailoverTest, BadRequestsAreToldWhatIsWrong) {
  receive("db");
  EXPECT_EQ(call("FailOverSecret", R"({"SecretId":"db","FromRegion":"mars"})"),
            "InvalidParameterException: FromRegion is no region of this deployment.");
  EXPECT_EQ(call("FailOverSecret", R"({"SecretId":"none","FromRegion":"us-west-2"})"),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret.");
  EXPECT_EQ(call("FailOverSecret", R"({"SecretId":"none","FromRegion":"us-west-2","DryRun":true})"),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret.");
  EXPECT_TRUE(contains(call("FailOverSecret", R"({"SecretId":"db"})"), "ValidationException"));
  EXPECT_EQ(call("ListCopies", R"({"NextToken":"1:"})"),
            "InvalidNextTokenException: The NextToken is not valid. Use the one from the previous answer.");
}

// Another account's secret is as if it were not there, and a denial.
TEST_F(FailoverTest, OthersSecretsAreNotTheirs) {
  receive("db");
  const std::string body = R"({"SecretId":")" + find("db")->arn + R"(","FromRegion":"us-west-2"})";
  EXPECT_TRUE(contains(call("FailOverSecret", body, kOther), "AccessDeniedException"))
      << call("FailOverSecret", body, kOther);
  EXPECT_TRUE(
      contains(call("RejoinSecret", R"({"SecretId":")" + find("db")->arn + R"(","PrimaryRegion":"us-west-2"})", kOther),
               "AccessDeniedException"));
  EXPECT_EQ(call("ListCopies", "{}", kOther), R"({"Copies":[]})");
  EXPECT_EQ(find("db")->secret.role, Role::kReplica);
}

TEST_F(FailoverTest, WhatIsGivenUpIsWhatWasLookedAt) {
  create("db", "mine", {kWest});
  promoted_elsewhere("db");
  EXPECT_EQ(
      call("RejoinSecret", R"({"SecretId":"db","PrimaryRegion":"us-west-2","Generation":9})"),
      "InvalidRequestException: The secret has changed: its generation is 1, not 9. Look again at what would be given "
      "up.");
  EXPECT_TRUE(
      contains(call("RejoinSecret", R"({"SecretId":"db","PrimaryRegion":"us-west-2","Generation":1,"DryRun":true})"),
               R"("Role":"Replica")"));
  EXPECT_EQ(find("db")->secret.role, Role::kPrimary);
  EXPECT_TRUE(contains(call("RejoinSecret", R"({"SecretId":"db","PrimaryRegion":"us-west-2","Generation":1})"),
                       R"("Role":"Replica","PrimaryRegion":"us-west-2")"));
  EXPECT_EQ(find("db")->secret.role, Role::kReplica);
}

// What follows a primary in another account follows it no longer: whoever plans must see that.
TEST_F(FailoverTest, LinksToOtherAccountsAreShown) {
  const std::string foreign = "arn:aws:secretsmanager:us-west-2:210987654321:secret:copy-AbCdEf";
  secrets::ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  state.name = "db";
  state.foreign_replica = foreign;
  ASSERT_EQ(apply(std::move(state)), ApplyVerdict::kApplied);
  EXPECT_TRUE(contains(call("ListCopies", "{}"), R"("CrossAccountReplica":")" + foreign + '"'))
      << call("ListCopies", "{}");
  const std::string promoted = call("FailOverSecret", R"({"SecretId":"db","FromRegion":"us-west-2"})");
  EXPECT_FALSE(contains(promoted, "CrossAccountReplica")) << promoted;

  create("linked", "mine", {kWest});
  ASSERT_TRUE(
      edit("linked", [](Change& change) {
        change.secret.cross_account_replica = secrets::CrossAccountReplica{
            .replica = {kOther, "copy", "AbCdEf"}, .association = 7, .role_arn = {}, .requester = {}, .message = {}};
      }).ok());
  EXPECT_TRUE(contains(call("ListCopies", R"({"Name":"linked"})"),
                       R"("CrossAccountReplica":"arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf")"));
  const auto sent = secrets_.export_state(kAccount, "linked", kWest, secrets::ValuesToSend::kAll);
  EXPECT_EQ((*sent)->foreign_replica, "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf");

  Change copy;
  copy.secret.account = kOther;
  copy.secret.name = "copy";
  copy.secret.kms_key_id = "alias/own";
  copy.secret.cross_account_primary = secrets::CrossAccountPrimary{{kAccount, "linked", "AbCdEf"}, 0};
  ASSERT_TRUE(secrets_.create(std::move(copy)).ok());
  const std::string listed = call("ListCopies", "{}", kOther);
  EXPECT_TRUE(contains(listed, R"("Role":"CrossAccountReplica")")) << listed;
  EXPECT_TRUE(contains(
      listed, R"("CrossAccountPrimary":"arn:aws:secretsmanager:us-east-1:123456789012:secret:linked-AbCdEf")"));
}

TEST_F(FailoverTest, WhatFailedIsTriedAgain) {
  create("db", "mine", {kWest});
  promoted_elsewhere("db");
  EXPECT_TRUE(contains(call("ListCopies", "{}"), R"("Status":"Failed","StatusMessage":"no","ReplacedBy":"us-west-2")"));
  const std::string answer = call("RetryReplication", R"({"SecretId":"db","ReplicaRegion":"us-west-2"})");
  EXPECT_TRUE(contains(answer, R"("Region":"us-west-2","Status":"InSync")")) << answer;
  EXPECT_EQ(call("RetryReplication", R"({"SecretId":"db","ReplicaRegion":"eu-west-1"})"),
            "InvalidRequestException: The secret is not replicated to eu-west-1.");
}

TEST_F(FailoverTest, CopiesAreListedPageByPage) {
  receive("app/db");
  receive("app/mail");
  create("ops");
  ASSERT_TRUE(edit("ops", [](Change& change) { change.secret.tags = {{"team", "blue"}}; }).ok());
  const auto names = [this](const std::string& members) {
    std::string found;
    std::string token;
    do {
      const std::string answer =
          call("ListCopies", "{" + members + (token.empty() ? "" : ",\"NextToken\":\"" + token + "\"") + "}");
      for (size_t at = answer.find("\"Name\":\""); at != answer.npos; at = answer.find("\"Name\":\"", at + 1))
        found += answer.substr(at + 8, answer.find('"', at + 8) - at - 8) + " ";
      const size_t next = answer.find("\"NextToken\":\"");
      token = next == answer.npos ? "" : answer.substr(next + 13, answer.find('"', next + 13) - next - 13);
    } while (!token.empty());
    return found;
  };
  EXPECT_EQ(names(R"("MaxResults":1)"), "app/db app/mail ops ");
  EXPECT_EQ(names(R"("MaxResults":500,"PrimaryRegion":"us-west-2")"), "app/db app/mail ");
  EXPECT_EQ(names(R"("MaxResults":1,"NamePrefix":"app/m")"), "app/mail ");
  EXPECT_EQ(names(R"("MaxResults":1,"Name":"ops")"), "ops ");
  EXPECT_EQ(names(R"("MaxResults":1,"Tag":{"Key":"team"})"), "ops ");
  EXPECT_EQ(names(R"("MaxResults":1,"Tag":{"Key":"team","Value":"red"})"), "");
  EXPECT_TRUE(contains(call("ListCopies", R"({"Name":"app/db"})"), R"("OtherRegions":["us-west-2","eu-west-1"])"));
}

TEST_F(FailoverTest, TheRegionTellsHowItIs) {
  report_ = {.version = "0.1.0", .seal = "root-key-file", .can_commit = true, .links = {}};
  report_.links.push_back({.region = kWest,
                           .address = "10.0.0.2:4600",
                           .waiting = 3,
                           .waiting_since = clock_.now(),
                           .last_success = {},
                           .last_error = "refused",
                           .lag = std::chrono::milliseconds(412),
                           .behind = 2});
  EXPECT_EQ(call("GetRegionStatus", "{}"),
            R"({"Region":"us-east-1","Version":"0.1.0","Seal":"root-key-file","CanCommit":true,"Now":1795516200,)"
            R"("HomeRegion":"us-east-1","HomeEpoch":1,"Regions":["us-east-1","us-west-2","eu-west-1"],)"
            R"("Links":[{"Region":"us-west-2","Address":"10.0.0.2:4600","Waiting":3,"WaitingSince":1795516200,)"
            R"("LastError":"refused","LagMilliseconds":412,"Behind":2}],"BeingForgotten":[]})");
}

}  // namespace
}  // namespace coffer::coffer_service
