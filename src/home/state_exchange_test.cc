// What one region exports is what another one applies.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ranges>

#include "home/announcement.h"
#include "home/testing/test_kind.h"

namespace coffer::home::testing {
namespace {

using Relation = StateExport::Relation;
using std::string_literals::operator""s;

const std::string kEast = "us-east-1";
const std::string kWest = "us-west-2";

class StateExchange : public ::testing::Test {
 protected:
  ~StateExchange() override { ::close(null_); }

  static StateVerdict apply(TestSite& site, const StatePart& part) {
    const auto answer = site.receiver.apply(part);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    return answer.ok() ? answer->verdict : StateVerdict::kOtherHome;
  }
  void bring(TestSite& from, TestSite& to, const std::string& state) {
    for (const StatePart& part : from.parts_since(state, to.stamp(state)))
      EXPECT_EQ(apply(to, part), StateVerdict::kApplied);
  }
  static void expect_equal(TestSite& one, TestSite& other, const std::string& state) {
    EXPECT_EQ(one.rows_of(state), other.rows_of(state));
    EXPECT_EQ(one.attendants(), other.attendants());
    EXPECT_EQ(one.stamp(state), other.stamp(state));
    EXPECT_EQ(other.staged(state), 0u);
  }

  const int null_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ManualClock clock_{Time(std::chrono::hours(480'000))};
  const Log log_{clock_, null_, LogLevel::kError};
  SeededRandom random_{3};
  TestSite east_{random_, log_, kEast, {kWest}, kEast};
  TestSite west_{random_, log_, kWest, {kEast}, kEast};
};

TEST_F(StateExchange, ARegionThatHasNothingGetsEverything) {
  ASSERT_TRUE(east_.change("a", {{"one", "1", "index", "secret"}, {"two", "2"}}).ok());
  ASSERT_TRUE(east_.change("a", {{"three", "3"}}).ok());
  const auto made = east_.export_since("a", {});
  ASSERT_EQ(made->parts.size(), 1u);
  EXPECT_EQ(made->parts[0].extent, Extent::kWhole);
  EXPECT_EQ(apply(west_, made->parts[0]), StateVerdict::kApplied);
  expect_equal(east_, west_, "a");
}

TEST_F(StateExchange, WhoIsBehindGetsWhatChangedAndNothingElse) {
  ASSERT_TRUE(east_.change("a", {{"one", "1", "index", "secret"}, {"two", "2", "other"}, {"three", "3"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(east_.change("a", {{"two", ""}}).ok());
  ASSERT_TRUE(east_.change("a", {{"one", "changed", "index", "new-secret"}}).ok());
  const auto made = east_.export_since("a", west_.stamp("a"));
  ASSERT_EQ(made->parts.size(), 1u);
  EXPECT_EQ(made->parts[0].extent, Extent::kDelta);
  EXPECT_EQ(made->parts[0].rows.size(), 3u) << "the main row, one that changed, one that is gone";
  EXPECT_EQ(apply(west_, made->parts[0]), StateVerdict::kApplied);
  expect_equal(east_, west_, "a");
  EXPECT_EQ(east_.export_since("a", west_.stamp("a"))->relation, Relation::kSame);
}

TEST_F(StateExchange, ARowThatWasErasedAndMadeAnewIsThere) {
  ASSERT_TRUE(east_.change("a", {{"one", "1", "index"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(east_.change("a", {{"one", ""}}).ok());
  ASSERT_TRUE(east_.change("a", {{"one", "again", "other"}}).ok());
  bring(east_, west_, "a");
  expect_equal(east_, west_, "a");
}

// When an access key was last used is noted in each region, and is of no use once the key is gone.
TEST_F(StateExchange, WhatARegionNotesAboutARowStaysAsLongAsTheRow) {
  for (const PartLimits& limits : {PartLimits(), PartLimits{.rows = 1}}) {
    ASSERT_TRUE(east_.change("a", {{"one", "1", "index"}}).ok());
    bring(east_, west_, "a");
    ASSERT_TRUE(west_.store->commit({{}, {{note_key("index"), "noted"}}, {}}).ok());
    ASSERT_TRUE(east_.change("a", {{"one", "2", "index"}}).ok());
    for (const StatePart& part : east_.parts_since("a", west_.stamp("a"), limits))
      EXPECT_EQ(apply(west_, part), StateVerdict::kApplied);
    EXPECT_TRUE((*west_.store->get(note_key("index"))).has_value());
    ASSERT_TRUE(east_.change("a", {{"one", "3"}}).ok());
    for (const StatePart& part : east_.parts_since("a", west_.stamp("a"), limits))
      EXPECT_EQ(apply(west_, part), StateVerdict::kApplied);
    EXPECT_FALSE((*west_.store->get(note_key("index"))).has_value());
  }
}

// A rename: what attended the old row attends the new one and must not go with the old one.
TEST_F(StateExchange, AttendantsMoveFromRowToRow) {
  for (const PartLimits& limits : {PartLimits(), PartLimits{.rows = 1}}) {
    ASSERT_TRUE(east_.change("a", {{"alice", "1", "index", "secret"}}).ok());
    bring(east_, west_, "a");
    StateChange made{state_id("a"), east_.stamp("a").generation + 1, {"alice"}};
    store::Transaction rename;
    rename.deletes.push_back(row_key("t\0a"s, "alice"));
    rename.puts = {{"t\0a"s, TestRow{made.generation, "main"}.encode()},
                   {row_key("t\0a"s, "bob"), TestRow{made.generation, "1", "index", "secret"}.encode()}};
    ASSERT_TRUE(east_.home.complete(made, rename).ok());
    ASSERT_TRUE(east_.store->commit(std::move(rename)).ok());
    for (const StatePart& part : east_.parts_since("a", west_.stamp("a"), limits))
      EXPECT_EQ(apply(west_, part), StateVerdict::kApplied);
    expect_equal(east_, west_, "a");
    EXPECT_TRUE((*west_.store->get(index_key("index"))).has_value());
    ASSERT_TRUE(east_.change("a", {{"bob", ""}}).ok());
    bring(east_, west_, "a");
  }
}

// An account leaves one organization for another: the state of the old one, which comes later, must not take away what
// is the new one's.
TEST_F(StateExchange, AnAttendantThatAnotherStateHasTakenOverStays) {
  ASSERT_TRUE(east_.change("a", {{"one", "1", "index"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(east_.change("a", {{"one", ""}}).ok());
  ASSERT_TRUE(east_.change("b", {{"one", "1", "index"}}).ok());
  bring(east_, west_, "b");
  bring(east_, west_, "a");
  expect_equal(east_, west_, "a");
}

TEST_F(StateExchange, WhatComesTwiceOrLateChangesNothing) {
  ASSERT_TRUE(east_.change("a", {{"one", "1"}}).ok());
  const auto first = east_.export_since("a", {});
  EXPECT_EQ(apply(west_, first->parts[0]), StateVerdict::kApplied);
  EXPECT_EQ(apply(west_, first->parts[0]), StateVerdict::kThere);
  ASSERT_TRUE(east_.change("a", {{"one", "2"}}).ok());
  const auto second = east_.export_since("a", west_.stamp("a"));
  EXPECT_EQ(apply(west_, second->parts[0]), StateVerdict::kApplied);
  const store::Revision before = west_.store->revision();
  EXPECT_EQ(apply(west_, first->parts[0]), StateVerdict::kOtherBase);
  EXPECT_EQ(apply(west_, second->parts[0]), StateVerdict::kThere);
  EXPECT_EQ(west_.store->revision(), before);
}

// A delta of other changes than these would leave rows of two states.
TEST_F(StateExchange, WhoHasAnotherBaseSaysWhatItHas) {
  ASSERT_TRUE(east_.change("a", {{"one", "1"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(east_.change("a", {{"two", "2"}}).ok());
  const Stamp between = east_.stamp("a");
  ASSERT_TRUE(east_.change("a", {{"three", "3"}}).ok());
  const auto answer = west_.receiver.apply(east_.export_since("a", between)->parts[0]);
  EXPECT_EQ(answer->verdict, StateVerdict::kOtherBase);
  EXPECT_EQ(answer->stamp, west_.stamp("a"));
}

TEST_F(StateExchange, AQuestionIsAnsweredAndChangesNothing) {
  ASSERT_TRUE(east_.change("a", {{"one", "1"}}).ok());
  const StateQuestion question{state_id("a"), *east_.home.claim()};
  EXPECT_EQ(west_.receiver.answer(question)->stamp, Stamp());
  bring(east_, west_, "a");
  EXPECT_EQ(west_.receiver.answer(question)->stamp, east_.stamp("a"));
  EXPECT_EQ(west_.receiver.answer(question)->verdict, StateVerdict::kThere);
  EXPECT_EQ(west_.receiver.answer({state_id("a"), {east_.region, 4}})->verdict, StateVerdict::kThere) << "it is news";
  const auto old = west_.receiver.answer(question);
  EXPECT_EQ(old->verdict, StateVerdict::kOtherHome);
  EXPECT_EQ(old->home, (Claim{east_.region, 4}));
}

TEST_F(StateExchange, AStateThatWasErasedIsErasedEverywhere) {
  ASSERT_TRUE(east_.change("a", {{"one", "1", "index", "secret"}}).ok());
  bring(east_, west_, "a");
  TestSite late(random_, log_, kWest, {kEast}, kEast, 12);
  bring(east_, late, "a");
  store::Transaction erase;
  erase.deletes = {"t\0a"s, row_key("t\0a"s, "one"), index_key("index"), secret_key("secret")};
  ASSERT_TRUE(east_.home.complete({state_id("a"), 2, {"", "one"}}, erase).ok());
  ASSERT_TRUE(east_.store->commit(std::move(erase)).ok());
  bring(east_, west_, "a");
  expect_equal(east_, west_, "a");
  EXPECT_EQ(west_.rows_of("a"), "");
  EXPECT_EQ(west_.attendants(), "");
  // A home that took over knows of it by its stamp alone.
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  ASSERT_TRUE(*announce_everything(west_.receiver, east_.region));
  EXPECT_EQ(west_.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(east_.region)))->size(), 1u);
  for (const StatePart& part : west_.parts_since("a", late.stamp("a")))
    EXPECT_EQ(apply(late, part), StateVerdict::kApplied);
  EXPECT_EQ(late.rows_of("a"), "");
  EXPECT_EQ(late.attendants(), "");
}

// Nobody took over what the old home had made: the new one does not know of it.
TEST_F(StateExchange, AStateThatTheNewHomeDoesNotKnowGoes) {
  std::vector<TestEdit> many;
  for (int i = 0; i < 20; ++i)
    many.push_back({"row-" + std::to_string(i), "1", "index-" + std::to_string(i), "secret-" + std::to_string(i)});
  TestSite small(random_, log_, kEast, {kWest}, kEast, 12);
  ASSERT_TRUE(small.change("a", {{"one", "1"}}).ok());
  ASSERT_TRUE(small.change("b", {{"one", "1", "kept"}}).ok());
  for (const TestEdit& edit : many)
    ASSERT_TRUE(small.change("a", {edit}).ok());
  EXPECT_EQ(small.receiver.drop(state_id("a"), {west_.region, 2}).error().code, ErrorCode::kConflict);
  ASSERT_TRUE(*small.home.learn({west_.region, 2}));
  EXPECT_EQ(*small.home.untold(), std::vector<Region>{west_.region});
  ASSERT_TRUE(small.receiver.drop(state_id("a"), {west_.region, 2}).ok());
  EXPECT_EQ(small.rows_of("a"), "");
  EXPECT_EQ(small.staged("a"), 0u);
  EXPECT_EQ(small.stamp("a"), Stamp());
  EXPECT_EQ(small.attendants(), "x\0kept=b\n"s);
  EXPECT_TRUE(small.store->scan(store::ScanRange::prefix(history_prefix(state_id("a"))))->empty());
  ASSERT_TRUE(small.receiver.drop(state_id("a"), {west_.region, 2}).ok()) << "twice does no harm";
}

TEST_F(StateExchange, WhoIsTooFarBehindGetsEverything) {
  ASSERT_TRUE(east_.change("a", {{"one", "1"}, {"two", "2", "index"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(east_.change("a", {{"two", ""}}).ok());
  for (uint64_t i = 0; i < kRememberedChanges; ++i)
    ASSERT_TRUE(east_.change("a", {{"three", "3"}}).ok());
  const auto made = east_.export_since("a", west_.stamp("a"));
  EXPECT_EQ(made->parts[0].extent, Extent::kWhole);
  bring(east_, west_, "a");
  expect_equal(east_, west_, "a");
}

// Somebody who loses one policy and gets another must not have both, or none, at any moment.
TEST_F(StateExchange, AStateOfManyPartsCountsAllAtOnce) {
  TestSite small(random_, log_, kWest, {kEast}, kEast, 20);
  ASSERT_TRUE(east_.change("a", {{"gone", "1", "old-index", "old-secret"}, {"kept", "1", "index"}}).ok());
  bring(east_, small, "a");
  const std::string before = small.rows_of("a");
  std::vector<TestEdit> edits{{"gone", ""}, {"kept", "2", "index"}};
  for (int i = 0; i < 30; ++i)
    edits.push_back({"row-" + std::to_string(i), "1", "index-" + std::to_string(i), "secret-" + std::to_string(i)});
  ASSERT_TRUE(east_.change("a", edits).ok());
  const auto made = east_.export_since("a", small.stamp("a"), {.rows = 7});
  ASSERT_EQ(made->parts.size(), 5u);
  for (const StatePart& part : made->parts) {
    EXPECT_EQ(small.rows_of("a"), before);
    EXPECT_EQ(apply(small, part), StateVerdict::kApplied);
  }
  expect_equal(east_, small, "a");
}

// A single part whose rows are too many for a transaction, and a whole state that erases as many.
TEST_F(StateExchange, WhatDoesNotFitIntoOneTransactionGoesThroughTheSameDoor) {
  TestSite small(random_, log_, kWest, {kEast}, kEast, 20);
  std::vector<TestEdit> many;
  for (int i = 0; i < 40; ++i)
    many.push_back({"row-" + std::to_string(i), "1", "index-" + std::to_string(i), "secret-" + std::to_string(i)});
  ASSERT_TRUE(east_.change("a", many).ok());
  bring(east_, small, "a");
  expect_equal(east_, small, "a");

  TestSite other(random_, log_, kEast, {kWest}, kEast);
  ASSERT_TRUE(other.change("a", {{"row-7", "2", "index-7"}}).ok());
  ASSERT_TRUE(other.home.learn({small.region, 2}).ok());
  ASSERT_TRUE(other.home.adopt(*other.home.claim()).ok());
  for (const StatePart& part : other.parts_since("a", small.stamp("a")))
    EXPECT_EQ(apply(small, part), StateVerdict::kApplied);
  expect_equal(other, small, "a");
}

TEST_F(StateExchange, PartsThatAreMissingBeginAgain) {
  ASSERT_TRUE(east_.change("a", {{"one", "1"}, {"two", "2"}, {"three", "3"}, {"four", "4"}}).ok());
  const auto made = east_.export_since("a", {}, {.rows = 2});
  ASSERT_EQ(made->parts.size(), 3u);
  EXPECT_EQ(apply(west_, made->parts[1]), StateVerdict::kOtherBase) << "the first is missing";
  EXPECT_EQ(apply(west_, made->parts[0]), StateVerdict::kApplied);
  EXPECT_EQ(apply(west_, made->parts[2]), StateVerdict::kOtherBase) << "the second is missing";
  EXPECT_EQ(west_.stamp("a"), Stamp());

  // Meanwhile there is a newer state: what had come of the older one must not become part of it.
  ASSERT_TRUE(east_.change("a", {{"one", ""}, {"five", "5"}}).ok());
  for (const StatePart& part : east_.parts_since("a", west_.stamp("a"), {.rows = 2}))
    EXPECT_EQ(apply(west_, part), StateVerdict::kApplied);
  expect_equal(east_, west_, "a");
}

TEST_F(StateExchange, ACrashWhileRowsAreMovedIntoTheirPlacesIsMadeGood) {
  std::vector<TestEdit> many;
  for (int i = 0; i < 20; ++i)
    many.push_back({"row-" + std::to_string(i), "1", "index-" + std::to_string(i)});
  ASSERT_TRUE(east_.change("a", many).ok());
  int settled = 0;
  for (int commits = 0; commits < 60; ++commits) {
    TestSite small(random_, log_, kWest, {kEast}, kEast, 10);
    bool crashed = false;
    small.store->die_after(commits);
    for (const StatePart& part : east_.parts_since("a", {}, {.rows = 7}))
      crashed = crashed || !small.receiver.apply(part).ok();
    small.store->restart();
    const std::string rows = small.rows_of("a");
    EXPECT_TRUE(rows.empty() || rows == east_.rows_of("a")) << commits;
    ASSERT_TRUE(small.receiver.settle_all().ok());
    EXPECT_EQ(small.rows_of("a"), rows) << "settling shows nothing";
    if (small.stamp("a") == east_.stamp("a")) {
      expect_equal(east_, small, "a");
      settled += crashed;
    } else {
      bring(east_, small, "a");
      expect_equal(east_, small, "a");
    }
  }
  EXPECT_GT(settled, 5) << "no crash came while rows were moved";
}

TEST_F(StateExchange, AHomeThatWasLeftBehindIsToldSoAndTakesTheNewOnesState) {
  ASSERT_TRUE(east_.change("a", {{"one", "1", "index"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(east_.change("a", {{"unseen", "1", "unseen-index", "unseen-secret"}}).ok());
  ASSERT_TRUE(east_.change("a", {{"one", ""}}).ok());
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  ASSERT_TRUE(west_.change("a", {{"two", "2"}}).ok());

  // Its own states are refused for good.
  const auto refused = west_.receiver.apply(east_.export_since("a", {})->parts[0]);
  EXPECT_EQ(refused->verdict, StateVerdict::kOtherHome);
  EXPECT_EQ(refused->home, (Claim{west_.region, 2}));

  const auto made = west_.export_since("a", east_.stamp("a"));
  EXPECT_EQ(made->relation, Relation::kForked);
  EXPECT_EQ(made->parts[0].lost, 2u) << "two changes that nobody saw";
  EXPECT_EQ(apply(east_, made->parts[0]), StateVerdict::kApplied);
  expect_equal(west_, east_, "a");
  EXPECT_FALSE(*east_.home.is_here());
  EXPECT_FALSE(east_.change("a", {{"three", "3"}}).ok());
}

// An operator who looks at the log of the region that came back must see what happened, and see it once.
TEST_F(StateExchange, AHomeThatWasLeftBehindSaysInItsLogWhatItLost) {
  const int file = ::memfd_create("log", MFD_CLOEXEC);
  const Log log(clock_, file, LogLevel::kInfo);
  const auto lines = [&](const std::string& event) {
    std::string text(1 << 16, '\0');
    text.resize(static_cast<size_t>(::pread(file, text.data(), text.size(), 0)));
    std::vector<std::string> found;
    for (const auto line : std::views::split(text, '\n')) {
      std::string one(line.begin(), line.end());
      if (one.find("\"level\":\"warning\",\"event\":\"" + event + "\"") != std::string::npos) found.push_back(one);
    }
    return found;
  };
  TestSite old(random_, log, kEast, {kWest}, kEast);
  ASSERT_TRUE(old.change("a", {{"one", "1"}}).ok());
  bring(old, west_, "a");
  ASSERT_TRUE(old.change("a", {{"two", "unseen"}}).ok());
  ASSERT_TRUE(old.change("a", {{"three", "unseen"}}).ok());
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());

  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(old.receiver.answer({state_id("a"), *west_.home.claim()}).ok());
  const StatePart part = std::move(west_.export_since("a", old.stamp("a"))->parts.at(0));
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(old.receiver.apply(part).ok());

  ASSERT_EQ(lines("no_longer_home").size(), 1u);
  EXPECT_NE(lines("no_longer_home")[0].find(R"("home":"us-west-2","epoch":2,"before":"us-east-1")"), std::string::npos);
  ASSERT_EQ(lines("home_changes_dropped").size(), 1u);
  EXPECT_NE(lines("home_changes_dropped")[0].find(R"("name":"a","count":2,"home":"us-west-2")"), std::string::npos);

  // Whoever was not home only hears of another one.
  EXPECT_TRUE(*old.receiver.learn({west_.region, 3}));
  EXPECT_EQ(lines("no_longer_home").size(), 1u);
  EXPECT_EQ(lines("home_region_moved").size(), 1u);
  ::close(file);
}

// Its own row says that it is home: only the epoch tells who is right.
TEST_F(StateExchange, TwoHomesOfOneEpochTakeNothingFromEachOther) {
  ASSERT_TRUE(east_.home.adopt(*east_.home.claim()).ok());
  ASSERT_TRUE(west_.home.adopt(*west_.home.claim()).ok());
  ASSERT_TRUE(east_.change("a", {{"one", "1"}}).ok());
  const auto answer = west_.receiver.apply(east_.export_since("a", {})->parts[0]);
  EXPECT_EQ(answer->verdict, StateVerdict::kOtherHome);
  EXPECT_EQ(answer->home, (Claim{west_.region, 2}));
  EXPECT_EQ(west_.stamp("a"), Stamp());
}

// The home was restored from a backup: the same numbers, other changes.
TEST_F(StateExchange, ARegionThatIsAheadOfItsHomeIsNotTakenForOneThatIsBehind) {
  TestSite restored(random_, log_, kEast, {kWest}, kEast);
  ASSERT_TRUE(east_.change("a", {{"one", "1"}}).ok());
  ASSERT_TRUE(east_.change("a", {{"two", "2"}}).ok());
  bring(east_, west_, "a");
  ASSERT_TRUE(restored.change("a", {{"one", "other"}}).ok());
  EXPECT_EQ(restored.export_since("a", west_.stamp("a"))->relation, Relation::kForked);
  ASSERT_TRUE(restored.change("a", {{"two", "other"}}).ok());
  EXPECT_EQ(restored.export_since("a", west_.stamp("a"))->relation, Relation::kForked);
  ASSERT_TRUE(restored.change("a", {{"three", "other"}}).ok());
  EXPECT_EQ(restored.export_since("a", west_.stamp("a"))->relation, Relation::kForked);
}

TEST_F(StateExchange, PartsThatMakeNoSenseAreRefused) {
  ASSERT_TRUE(east_.change("a", {{"one", "1"}}).ok());
  const auto damaged = [&](const auto& damage) {
    auto made = east_.export_since("a", {});
    damage(made->parts[0]);
    const auto answer = west_.receiver.apply(made->parts[0]);
    return answer.ok() ? "" : std::string(error_name(answer.error().code));
  };
  EXPECT_EQ(damaged([](StatePart& part) { part.of.kind = "nothing"; }), "Usage");
  EXPECT_EQ(damaged([](StatePart& part) { part.rows[1].name = "s"; }), "Corrupt");
  EXPECT_EQ(damaged([](StatePart& part) { part.rows[1].name = "s\0one"s; }), "Corrupt");
  EXPECT_EQ(damaged([](StatePart& part) { part.rows[1].name = ""; }), "Corrupt");
  EXPECT_EQ(damaged([](StatePart& part) { part.target.generation = 0; }), "Corrupt");
  EXPECT_EQ(damaged([](StatePart& part) { part.target.epoch = 2; }), "Corrupt");
  EXPECT_EQ(damaged([](StatePart& part) { part.history[0].stamp.generation = 2; }), "Corrupt");
  EXPECT_EQ(damaged([](StatePart& part) {
              part.home.region = *Region::parse("ap-south-1");
              part.home.epoch = 9;
            }),
            "Permission");
  EXPECT_EQ(damaged([](StatePart&) {}), "");
}

}  // namespace
}  // namespace coffer::home::testing
