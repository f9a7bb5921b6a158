// What a replica region may say about the age of its copies, between regions that work and regions that do not. The
// replicator, the reporter and the receiver's arithmetic together; time and network are the test's.
#include "replication/lag_reporter.h"

#include "replication/testing/replicator_fixture.h"
#include "store/keys.h"

namespace coffer::replication::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class LagReporterTest : public ReplicatorTest {
 protected:
  // Of a copy in the west, as somebody is told who asks now; -1: not known.
  int64_t lag(const std::string& name = "db") { return lag_in(west_, name); }
  int64_t lag_in(TestRegion& region, const std::string& name = "db") {
    const auto lag = region.lags.lag(kEast, kAccount, name, clock_.stopwatch());
    return lag ? lag->count() : -1;
  }
  // As the runner does it, for that long.
  void run(Way& way, Duration time) {
    const Duration end = clock_.monotonic() + time;
    while (clock_.monotonic() < end) {
      const Duration wait = settle(way);
      clock_.advance(std::min(wait, end - clock_.monotonic()));
    }
  }
};

// Nobody writes, nothing is sent, and still the region knows that it misses nothing.
TEST_F(LagReporterTest, OnAnIdleLinkTheLagStaysSmall) {
  east_.create("db", "first", {kWest});
  Way way = this->way(east_, west_);
  EXPECT_EQ(lag(), -1) << "nobody has reported";
  run(way, seconds(2));
  for (int i = 0; i < 100; ++i) {
    run(way, milliseconds(333));
    EXPECT_GE(lag(), 1);
    EXPECT_LE(lag(), 1334) << "a second, to the next of these looks";
  }
  EXPECT_EQ(west_.lags.lag(kEurope, kAccount, "db", clock_.stopwatch()), std::nullopt);
}

TEST_F(LagReporterTest, WhenTheLinkIsCutTheLagGrowsAndShrinksAgainWhenItHeals) {
  east_.create("db", "first", {kWest});
  Way way = this->way(east_, west_);
  run(way, seconds(3));
  way.link.up = false;
  const int64_t before = lag();
  run(way, minutes(2));
  EXPECT_EQ(lag(), before + 120'000);
  way.link.up = true;
  run(way, seconds(12));
  EXPECT_LE(lag(), 1001);
}

// Whatever the region says, it has everything that was committed so long ago: the promise itself, under changes,
// failures and delays.
TEST_F(LagReporterTest, WhatWasWrittenLongerAgoThanTheLagIsThere) {
  Way way = this->way(east_, west_);
  east_.create("db", "first", {kWest});
  east_.create("other", "first", {kWest});
  std::vector<std::pair<Duration, uint64_t>> written;  // when, and the generation
  int known = 0;
  int64_t longest = 0;
  for (int i = 0; i < 3000; ++i) {
    switch (random_.uniform(8)) {
      case 0:
        east_.describe(random_.uniform(2) == 0 ? "db" : "other", std::to_string(i));
        written.emplace_back(clock_.monotonic(), east_.find("db")->secret.generation);
        break;
      case 1:
        way.link.up = random_.uniform(3) > 0;
        way.link.faults = {
            .lost = random_.uniform(30), .answer_lost = random_.uniform(30), .late = random_.uniform(30)};
        break;
      default:
        way.replicator.step();
    }
    clock_.advance(milliseconds(random_.uniform(400)));
    const int64_t told = lag();
    if (told < 0) continue;
    ++known;
    longest = std::max(longest, told);
    const Duration complete_to = clock_.monotonic() - Duration(told);
    for (const auto& [when, generation] : written) {
      if (when >= complete_to) break;
      ASSERT_GE(west_.find("db")->secret.generation, generation) << "step " << i << ", lag " << told;
    }
  }
  EXPECT_GT(known, 1000);
  EXPECT_GT(longest, 3000) << "nothing was ever late, so nothing is proved";
}

// The age of what waits is counted from before it was written, not from when it was noticed.
TEST_F(LagReporterTest, WhatCannotBeDeliveredYetAddsItsAge) {
  east_.create("db", "first", {kWest});
  Way way = this->way(east_, west_);
  run(way, seconds(3));
  way.link.refuse_name = "db";
  east_.put("db", "second");
  run(way, seconds(30));
  EXPECT_GE(lag(), 30'000);
  EXPECT_LE(lag(), 32'000);
  way.link.refuse_name.clear();
  run(way, seconds(15));
  EXPECT_EQ(west_.current("db"), "second");
  EXPECT_LE(lag(), 1001);
}

// How long the marks have been there nobody remembers.
TEST_F(LagReporterTest, APrimaryThatStartsSaysNothingUntilWhatWaitedIsDelivered) {
  east_.create("db", "first", {kWest});
  {
    Way way = this->way(east_, west_);
    run(way, seconds(3));
    way.link.up = false;
    east_.put("db", "second");
    run(way, minutes(1));
  }
  Way way = this->way(east_, west_);
  const int64_t before = lag();
  EXPECT_GE(before, 60'000);
  way.link.refuse_name = "db";
  run(way, seconds(5));
  EXPECT_GE(lag(), before + 5'000) << "it goes on growing from what was known";
  way.link.refuse_name.clear();
  run(way, seconds(15));
  EXPECT_EQ(west_.current("db"), "second");
  EXPECT_LE(lag(), 1001);
}

// The mark says by then that the copy is to go; but it is still there, is read, and misses what it missed.
TEST_F(LagReporterTest, ACopyThatIsTakenOutWhileItIsBeingSentStaysAsOldAsItIs) {
  east_.create("db", "first", {kWest});
  Way way = this->way(east_, west_);
  run(way, seconds(3));
  way.link.refuse_name = "db";
  east_.put("db", "second");
  run(way, minutes(2));
  ASSERT_EQ(west_.current("db"), "first");
  ASSERT_GE(lag(), 118'000);
  way.link.refuse_name.clear();
  way.link.refuse_removals = true;
  way.link.after_check = [&] {  // after the look at the marks, before the look at the secret
    way.link.after_check = nullptr;
    east_.unreplicate("db", kWest);
  };
  run(way, seconds(30));
  ASSERT_FALSE(way.link.after_check);
  ASSERT_EQ(west_.current("db"), "first");
  EXPECT_GE(lag(), 148'000);
}

// Those of keys that a region has lost stay until a person does something.
TEST_F(LagReporterTest, ManyMarksOfKeysDoNotMakeTheAgeOfSecretsUnknown) {
  for (int batch = 0; batch < 6; ++batch) {
    store::Transaction marks;
    for (int i = 0; i < 2'000; ++i) {
      const store::OutboxKey mark{kWest, std::string(kms::kOutboxKind), kAccount, std::to_string(2'000 * batch + i)};
      marks.puts.push_back({mark.text(), store::OutboxMark{}.encode()});
    }
    ASSERT_TRUE(east_.store->commit(std::move(marks)).ok());
  }
  Way way = this->way(east_, west_);
  ASSERT_TRUE(way.link.send(secrets::CopyCheck{}).ok());
  LagReporter reporter(
      {*east_.store, east_.secrets, east_.states, east_.key_exchange, way.link, clock_, random_, log_, kWest, kEast});
  EXPECT_EQ(reporter.report().kind, Delivery::Kind::kDone);
  EXPECT_EQ(way.link.heartbeats, 1);
}

// It may have another disk. Of what it lost no mark tells before it was asked about all copies, and of the marks that
// are made then nobody must believe that they are new.
TEST_F(LagReporterTest, ARegionRestoredFromABackupSaysNothingUntilItHasWhatItLost) {
  east_.create("db", "first", {kWest});
  TestRegion restored(world_, kWest);
  ASSERT_TRUE(
      restored.secrets
          .apply_state(std::move(**east_.secrets.export_state(kAccount, "db", kWest, secrets::ValuesToSend::kAll)))
          .ok());
  Way way = this->way(east_, west_);
  run(way, seconds(3));
  east_.put("db", "second");
  run(way, minutes(60));
  way.link.up = false;
  run(way, seconds(30));
  way.link.replace_destination(restored);
  way.link.up = true;
  int64_t told = -1;
  for (int i = 0; i < 300 && told < 0; ++i) {
    way.replicator.step();
    told = lag_in(restored);
    if (told >= 0) {
      ASSERT_EQ(restored.current("db"), "second") << "told " << told << " ms";
    }
    clock_.advance(milliseconds(100));
  }
  EXPECT_GT(told, 0);
  EXPECT_LE(told, 2001);
}

// Its mark is gone, and so it would seem to be as fresh as the others.
TEST_F(LagReporterTest, OfACopyThatRefusesItsStatesNothingIsSaid) {
  Way before = this->way(east_, west_);
  east_.create("db", "one", {kWest});
  settle(before);
  // The primary is restored from a backup: the copy is ahead of it.
  auto backup = *east_.secrets.export_state(kAccount, "db", kWest, secrets::ValuesToSend::kAll);
  east_.put("db", "lost");
  settle(before);
  backup->primary_region = kEurope;
  TestRegion restored(world_, kEast);
  ASSERT_EQ(restored.secrets.apply_state(std::move(*backup))->verdict, secrets::ApplyVerdict::kApplied);
  restored.become_primary("db", {kWest});
  restored.create("other", "one", {kWest});
  {
    Way way = this->way(restored, west_);
    run(way, seconds(5));
    ASSERT_EQ(restored.status("db", kWest), "Failed");
    EXPECT_EQ(lag("db"), -1);
    EXPECT_LE(lag("other"), 1001);
    EXPECT_GE(lag("other"), 1);
  }
  // Also when the primary has started again: there is no mark, and no delivery that could tell.
  Way way = this->way(restored, west_);
  run(way, seconds(5));
  ASSERT_EQ(restored.marks(kWest), 0u);
  EXPECT_EQ(lag("db"), -1);
  EXPECT_LE(lag("other"), 1001);

  restored.replicate("db", {kWest}, true);
  run(way, seconds(5));
  EXPECT_EQ(restored.status("db", kWest), "InSync");
  EXPECT_LE(lag("db"), 1001);
  EXPECT_GE(lag("db"), 1);
}

// One mark stands for the end of the first secret and the beginning of the second, which the region refuses.
TEST_F(LagReporterTest, OfACopyOfTheSecretBeforeNothingIsSaidEither) {
  east_.create("db", "of the first", {kWest});
  const auto expect_unknown = [&](Way& way) {
    run(way, seconds(15));
    ASSERT_EQ(east_.status("db", kWest), "Failed");
    ASSERT_EQ(east_.marks(kWest), 0u);
    ASSERT_EQ(west_.current("db"), "of the first");
    EXPECT_EQ(lag("db"), -1);
    EXPECT_GE(lag("another"), 1) << "it has reported";
  };
  {
    Way way = this->way(east_, west_);
    run(way, seconds(3));
    way.link.up = false;
    east_.unreplicate("db", kWest);
    const auto agree = [](const secrets::SecretView&) { return Result<void>(); };
    ASSERT_TRUE(east_.secrets.erase(kAccount, "db", agree).ok());
    east_.create("db", "of the second", {});
    east_.replicate("db", {kWest}, false, "alias/none");
    way.link.up = true;
    expect_unknown(way);
  }
  Way way = this->way(east_, west_);
  expect_unknown(way);
  east_.replicate("db", {kWest});
  run(way, seconds(5));
  EXPECT_EQ(west_.current("db"), "of the second");
  EXPECT_LE(lag("db"), 1001);
  EXPECT_GE(lag("db"), 1);
}

// It must not make all others look old, however long nobody repairs it.
TEST_F(LagReporterTest, OfASecretThatCannotBeSentNothingIsSaidAndTheOthersAreFresh) {
  Way way = this->way(east_, west_);
  east_.create("db", "one", {kWest});
  east_.create("other", "one", {kWest});
  run(way, seconds(3));
  east_.put("db", "two");
  const auto keys = *east_.store->scan(store::ScanRange::prefix(store::make_key("k", {""})));
  ASSERT_EQ(keys.size(), 1u);
  ASSERT_TRUE(east_.store->commit({{}, {}, {keys[0].key}}).ok());
  run(way, minutes(3));
  ASSERT_EQ(east_.status("db", kWest), "Failed");
  EXPECT_EQ(lag("db"), -1);
  EXPECT_LE(lag("other"), 1001);
  EXPECT_GE(lag("other"), 1);
  ASSERT_TRUE(east_.store->commit({{}, {{keys[0].key, keys[0].value}}, {}}).ok());
  run(way, minutes(2));
  EXPECT_EQ(west_.current("db"), "two");
  EXPECT_LE(lag("db"), 1001);
  EXPECT_GE(lag("db"), 1);
}

// Somebody else's secret has the name there: it is no old copy of this one.
TEST_F(LagReporterTest, ASecretOfItsOwnInTheWayIsNoOldCopy) {
  west_.create("db", "in the way", {});
  east_.create("db", "one", {kWest});
  Way way = this->way(east_, west_);
  run(way, seconds(3));
  ASSERT_EQ(east_.status("db", kWest), "Failed");
  EXPECT_LE(lag("db"), 1001);
  EXPECT_GE(lag("db"), 1);
}

}  // namespace
}  // namespace coffer::replication::testing
