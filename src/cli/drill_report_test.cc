#include "cli/drill_report.h"

#include <gtest/gtest.h>

namespace coffer::cli {
namespace {

using std::chrono::milliseconds;

const std::string kEast = "us-east-1", kWest = "us-west-2", kEurope = "eu-west-1";

DrillVersion version(int number) {
  return {.name = "drill/0", .version_id = "v" + std::to_string(number)};
}

// us-east-1 was lost at 1,000 with one write that had not got out, and two are acknowledged in us-west-2 afterwards.
DrillRecord good_record() {
  const DrillVersions kept = {version(1), version(3), version(4)};
  return {.stage = DrillStage::kSettled,
          .lost_region = kEast,
          .promoted_region = kWest,
          .regions = {kEast, kWest, kEurope},
          .secrets = 1,
          .candidates = {{.region = kWest, .missed_changes = 0}, {.region = kEurope, .missed_changes = 2}},
          .loss_began = milliseconds(1000),
          .failover_began = milliseconds(6000),
          .failover_done = milliseconds(6307),
          .returned = milliseconds(9000),
          .in_sync = milliseconds(11550),
          .clients = {{.region = kEast,
                       .reads = 5,
                       .failed_reads = 7,
                       .writes = 2,
                       .failed_writes = 3,
                       .first_failed_read = "down"},
                      {.region = kWest, .reads = 9, .first_failed_read = {}},
                      {.region = kEurope, .reads = 9, .writes = 2, .first_failed_read = {}}},
          .writes = {{version(1), kEast, milliseconds(500)},
                     {version(2), kEast, milliseconds(700)},
                     {version(3), kWest, milliseconds(6250)},
                     {version(4), kWest, milliseconds(6200)}},
          .fenced = {version(5)},
          .shown_as_lost = {version(2), version(5)},
          .refused_after_rejoin = 1,
          .kept = {{kEast, kept}, {kWest, kept}, {kEurope, kept}}};
}

std::vector<std::string> broken(const DrillRecord& record) {
  return report_of(record).broken;
}
using Sentences = std::vector<std::string>;

// What a region takes with it when it dies is the price of asynchronous replication, not a broken promise.
TEST(DrillReportTest, WhatALossCostsIsMeasuredAndHeldAgainstNobody) {
  const DrillReport report = report_of(good_record());
  EXPECT_EQ(report.broken, Sentences());
  EXPECT_EQ(report.acknowledged_writes, 2);
  EXPECT_EQ(report.lost_writes, 1);
  EXPECT_EQ(report.rpo_milliseconds, 300);
  EXPECT_EQ(report.rto_milliseconds, 5200) << "of the first, although another was told of before it";
  EXPECT_EQ(report.rto_without_person_milliseconds, 200);
  EXPECT_EQ(report.failover_milliseconds, 307);
  EXPECT_EQ(report.in_sync_milliseconds, 2550);
  EXPECT_EQ(report.fenced_writes, 1);
  EXPECT_EQ(report.fenced_writes_shown, 1);
}

// Whoever cuts the region off is asked to at 1,000, and may look for the cable.
TEST(DrillReportTest, NobodyWaitsForARegionThatStillAcknowledges) {
  DrillRecord record = good_record();
  record.writes.push_back({version(6), kEast, milliseconds(4200)});
  const DrillReport report = report_of(record);
  EXPECT_EQ(report.lost_writes, 2);
  EXPECT_EQ(report.rpo_milliseconds, 3500) << "as long as it acknowledged, and not until a command ended";
  EXPECT_EQ(report.rto_milliseconds, 2000);
  EXPECT_EQ(report.rto_without_person_milliseconds, 200);
}

TEST(DrillReportTest, AWriteOfTheNewPrimaryMustBeInEveryRegion) {
  DrillRecord record = good_record();
  record.kept[kEurope].erase(version(4));
  EXPECT_EQ(broken(record), Sentences{"1 write acknowledged after the failover is not in eu-west-1"});
  record.kept.erase(kEast);
  EXPECT_EQ(broken(record).size(), 2U);
}

TEST(DrillReportTest, WhatIsLostMustHaveBeenShown) {
  DrillRecord record = good_record();
  record.shown_as_lost = {};
  EXPECT_EQ(broken(record),
            (Sentences{"1 lost write was not shown by coffer rejoin",
                       "1 write that us-east-1 acknowledged before it rejoined was not shown as lost"}));
}

// Readers of the lost region itself have nobody to ask.
TEST(DrillReportTest, AReadThatFailsInARegionThatIsThereBreaksAPromise) {
  DrillRecord record = good_record();
  record.clients[1].failed_reads = 2;
  record.clients[1].first_failed_read = "us-west-2 says: no";
  record.clients[2].reads = 0;
  EXPECT_EQ(broken(record), (Sentences{"2 reads failed in us-west-2, first of all: us-west-2 says: no",
                                       "nothing was read in eu-west-1"}));
}

TEST(DrillReportTest, TwoPrimariesAreOneTooMany) {
  DrillRecord record = good_record();
  record.acknowledged_after_rejoin = 3;
  record.not_refused_after_rejoin = 2;
  EXPECT_EQ(broken(record), (Sentences{"3 writes were acknowledged by us-east-1 although it had rejoined",
                                       "2 writes got another answer of us-east-1 than a replica's refusal"}));
  record = good_record();
  record.kept[kEurope].insert(version(5));
  EXPECT_EQ(broken(record), Sentences{"1 write that us-east-1 acknowledged before it rejoined is in eu-west-1"});
}

TEST(DrillReportTest, WhatClientsReadIsTheSameEverywhere) {
  DrillRecord record = good_record();
  record.wrong_values = {"drill/0 is another in eu-west-1"};
  EXPECT_EQ(broken(record),
            Sentences{"1 secret is not the same everywhere, first of all: drill/0 is another in eu-west-1"});
}

TEST(DrillReportTest, WhatDoesNotComeToAnEndIsBroken) {
  DrillRecord record = good_record();
  record.writes.resize(2);
  record.in_sync.reset();
  record.failed_promotions = 1;
  record.failed_rejoins = 1;
  EXPECT_EQ(broken(record), (Sentences{"1 secret was not promoted", "no write was acknowledged in us-west-2",
                                       "1 secret did not rejoin", "the regions did not get in sync"}));
  record.first_failed_promotion = "no copy";
  record.first_failed_rejoin = "us-east-1 says: no";
  EXPECT_EQ(broken(record)[0], "1 secret was not promoted, first of all: no copy");
  EXPECT_EQ(broken(record)[2], "1 secret did not rejoin, first of all: us-east-1 says: no");
}

// A drill that ends early says what it saw, and nothing of what it did not get to see.
TEST(DrillReportTest, WhatWasNotMeasuredIsNotJudged) {
  DrillRecord record = good_record();
  record.stage = DrillStage::kFailedOver;
  record.error = "the drill was stopped";
  record.kept = {};
  record.fenced = {};
  record.shown_as_lost = {};
  record.in_sync.reset();
  const DrillReport failed_over = report_of(record);
  EXPECT_EQ(failed_over.broken, Sentences());
  EXPECT_FALSE(failed_over.is_good());
  EXPECT_EQ(failed_over.acknowledged_writes, 2);
  EXPECT_FALSE(failed_over.lost_writes || failed_over.fenced_writes || failed_over.in_sync_milliseconds);
  EXPECT_EQ(failed_over.rto_milliseconds, 5200);
  EXPECT_EQ(failed_over.promoted_secrets, 1);
  const std::string text = drill_text(failed_over, Form::kText);
  EXPECT_TRUE(
      text.starts_with("The drill did not come to its end: the drill was stopped\nWhat it measured until then:\n"
                       "\nLost us-east-1, failed over to us-west-2; changes missed: us-west-2 0, eu-west-1 2\n\n"
                       "RPO  not measured; 2 writes were acknowledged\nRTO  5.20 s "))
      << text;
  EXPECT_EQ(text.find("Nothing that was promised broke"), std::string::npos);

  record.stage = DrillStage::kTraffic;
  record.promoted_region.clear();
  record.writes = {};
  for (DrillClient& client : record.clients)
    client.reads = 0;
  EXPECT_EQ(broken(record), Sentences());
  record.clients[1].failed_reads = 1;
  EXPECT_EQ(broken(record), Sentences{"1 read failed in us-west-2, first of all: no answer"});
  const std::string early = drill_text(report_of(record), Form::kText);
  EXPECT_NE(early.find("Nothing was failed over from us-east-1"), std::string::npos) << early;
  EXPECT_NE(early.find("RTO  not measured\n"), std::string::npos) << early;
}

TEST(DrillReportTest, WhatADrillLeavesBehindIsSaid) {
  DrillRecord record = good_record();
  record.not_healed = "no answer";
  record.left_behind = {{.region = kEast, .name = "coffer-drill-x/0", .role = "Primary", .reason = "denied"}};
  record.clean_up_commands = {"coffer drill --clean-up"};
  const DrillReport report = report_of(record);
  EXPECT_FALSE(report.is_good());
  EXPECT_TRUE(drill_text(report, Form::kText)
                  .ends_with("\nNOT HEALED: us-east-1 may still be cut off: no answer\n"
                             "LEFT BEHIND: coffer-drill-x/0 in us-east-1: denied\n"
                             "To clean up:\n  coffer drill --clean-up\n"));
  EXPECT_NE(drill_text(report, Form::kJson).find("\"LeftBehind\": ["), std::string::npos);
}

TEST(DrillReportTest, APersonReadsWhatItCost) {
  const std::string text = drill_text(report_of(good_record()), Form::kText);
  EXPECT_EQ(text,
            "Lost us-east-1, failed over to us-west-2; changes missed: us-west-2 0, eu-west-1 2\n\n"
            "RPO  1 of 2 acknowledged writes is lost, the oldest 0.30 s before the loss\n"
            "RTO  5.20 s from the loss to the first write in us-west-2, 0.20 s from when coffer failover was called\n"
            "     1 of 1 secret promoted when coffer failover ended, after 0.30 s\n\n"
            "CLIENTS IN               READS      FAILED      WRITES      FAILED\n"
            "us-east-1                    5           7           2           3\n"
            "us-west-2                    9           0           0           0\n"
            "eu-west-1                    9           0           2           0\n\n"
            "us-east-1 came back and acknowledged 1 write; coffer rejoin showed 1 of them as lost.\n"
            "After that it refused 1 write.\n"
            "Everything was in sync 2.55 s after it came back.\n\n"
            "Nothing that was promised broke.\n");
  DrillRecord record = good_record();
  record.in_sync.reset();
  EXPECT_TRUE(drill_text(report_of(record), Form::kText).ends_with("\nBROKEN: the regions did not get in sync\n"));
}

TEST(DrillReportTest, WhoeverMissesLeastIsTold) {
  const auto copy = [](const char* name, int64_t generation) {
    Copy copy;
    copy.name = name;
    copy.generation = generation;
    return copy;
  };
  const auto candidates = candidates_of(
      {kEast, kWest, kEurope}, {{kWest, {copy("a", 5), copy("b", 2)}}, {kEurope, {copy("a", 6), copy("b", 2)}}});
  ASSERT_EQ(candidates.size(), 2U) << "a region that was not asked is none";
  EXPECT_EQ(candidates[0].region, kWest);
  EXPECT_EQ(candidates[0].missed_changes, 1);
  EXPECT_EQ(candidates[1].missed_changes, 0);
}

}  // namespace
}  // namespace coffer::cli
