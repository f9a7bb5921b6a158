// A region that lost its disk, was restored from a backup, or went its own way, is found out when it or the primary
// starts, and not only by the next change of each secret.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>

#include "base/time_text.h"
#include "replication/testing/replicator_fixture.h"
#include "secrets/promotion.h"

namespace coffer::replication::testing {
namespace {

class CopyCheckerTest : public ReplicatorTest {
 protected:
  void create_replicated(int count) {
    for (int i = 0; i < count; ++i)
      east_.create("db" + std::to_string(i), "v" + std::to_string(i), {kWest});
  }

  // Two seconds at a time, in which whoever is idle asks again.
  void wait(Way& way) {
    for (int i = 0; i < 3; ++i) {
      clock_.advance(std::chrono::seconds(2));
      settle(way);
    }
  }

  // The copies in the west and in Europe, of the same primary.
  void promote_both() {
    east_.create("db", "v", {kWest, kEurope});
    for (TestRegion* const region : {&west_, &europe_}) {
      Way way = this->way(east_, *region);
      drain(way, east_, *region);
      region->promote("db");
    }
    europe_.replicate("db", {kWest});
    west_.replicate("db", {kEurope});
  }
  void be_refused(Way& from_west) {
    settle(from_west);
    clock_.advance(std::chrono::seconds(2));
    settle(from_west);
    ASSERT_NE(west_.status_message("db", kEurope).find("It was promoted there as well"), std::string::npos);
  }
  // The one in Europe is to count.
  void put_above() {
    RegionList regions(kEurope);
    regions.set_others({kEast, kWest});
    ASSERT_TRUE(europe_.secrets
                    .update(kAccount, "db",
                            [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                              COFFER_ASSIGN(secrets::Change change,
                                            secrets::failed_over(view, {kWest, regions, view.secret.lineage_epoch}));
                              return std::optional(std::move(change));
                            })
                    .ok());
  }
  static bool is_replaced(TestRegion& here, const Region& there) {
    const auto& progress = here.find("db")->progress;
    const auto found = std::ranges::find(progress, there, &std::pair<Region, secrets::ReplicaProgress>::first);
    return found != progress.end() && found->second.replaced_by && found->second.replaced_by->region == there;
  }
};

TEST_F(CopyCheckerTest, ARegionThatLostItsDiskGetsEverythingBack) {
  create_replicated(3);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  TestRegion wiped(world_, kWest);
  way.link.replace_destination(wiped);
  clock_.advance(std::chrono::seconds(5));
  settle(way);
  for (const char* name : {"db0", "db1", "db2"}) {
    EXPECT_EQ(wiped.contents(name), east_.contents(name));
    EXPECT_EQ(east_.status(name, kWest), "InSync");
  }
}

// Force was asked for once, long ago: it is no leave to destroy what somebody has made there since.
TEST_F(CopyCheckerTest, ASecretOfItsOwnThatTookTheNameOnTheNewDiskStays) {
  west_.create("db", "in the way", {});
  east_.create("db", "forced", {kWest}, true);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  ASSERT_EQ(west_.current("db"), "forced");
  TestRegion wiped(world_, kWest);
  way.link.replace_destination(wiped);
  way.link.after_check = [&] {
    if (!wiped.find("db")) wiped.create("db", "made on the new disk", {});
  };
  clock_.advance(std::chrono::seconds(5));
  settle(way);
  east_.put("db", "newer");
  settle(way);
  EXPECT_EQ(wiped.current("db"), "made on the new disk");
  EXPECT_EQ(east_.status("db", kWest), "Failed");
}

// Another process answers than the one whose disk was asked about: all from the beginning.
TEST_F(CopyCheckerTest, ARegionThatStartsWhileItIsAskedIsAskedAgain) {
  create_replicated(2);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  TestRegion wiped(world_, kWest);
  ++way.link.start;
  bool is_replaced = false;
  way.link.after_check = [&] {
    if (!is_replaced) way.link.replace_destination(wiped);
    is_replaced = true;
  };
  clock_.advance(std::chrono::seconds(5));
  settle(way);
  clock_.advance(std::chrono::seconds(5));
  settle(way);
  EXPECT_EQ(wiped.contents("db0"), east_.contents("db0"));
  EXPECT_EQ(wiped.contents("db1"), east_.contents("db1"));
}

TEST_F(CopyCheckerTest, WhatCouldNotBeAskedAboutIsAskedAboutLater) {
  create_replicated(1);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  TestRegion wiped(world_, kWest);
  way.link.replace_destination(wiped);
  way.link.refusal = Error{ErrorCode::kCorrupt, "it does not understand the message"};
  clock_.advance(std::chrono::seconds(5));
  settle(way);
  way.link.refusal.reset();
  settle(way);
  EXPECT_FALSE(wiped.find("db0"));
  clock_.advance(std::chrono::minutes(2));
  settle(way);
  EXPECT_EQ(wiped.contents("db0"), east_.contents("db0"));
}

// Also when there is nothing to send: whoever looks must see that it is over, and the next time must be told.
TEST_F(CopyCheckerTest, AnIdleLinkThatIsUpAgainSaysSo) {
  Way way = this->way(east_, west_);
  settle(way);
  way.link.up = false;
  clock_.advance(std::chrono::seconds(5));
  const Duration wait = settle(way);
  EXPECT_EQ(way.replicator.status().last_error, "connection refused");
  way.link.up = true;
  clock_.advance(wait);
  settle(way);
  clock_.advance(std::chrono::seconds(5));
  settle(way);
  EXPECT_EQ(way.replicator.status().last_error, "");
}

TEST_F(CopyCheckerTest, ARegionThatWasRestoredFromABackupGetsWhatItMissed) {
  create_replicated(2);
  Way way = this->way(east_, west_);
  TestRegion restored(world_, kWest);
  way.link.replace_destination(restored);
  drain(way, east_, restored);
  // The backup is of now.
  way.link.replace_destination(west_);
  drain(way, east_, west_);
  ASSERT_EQ(west_.contents("db0"), restored.contents("db0"));
  east_.put("db0", "newer");
  east_.describe("db0", "described");
  drain(way, east_, west_);

  way.link.replace_destination(restored);
  clock_.advance(std::chrono::seconds(5));
  const int before = way.link.sent;
  settle(way);
  EXPECT_EQ(restored.contents("db0"), east_.contents("db0"));
  EXPECT_EQ(restored.current("db0"), "newer");
  EXPECT_LE(way.link.sent, before + 2) << "what it has is not sent";
}

// The old primary comes back after somebody promoted a copy: it must not go on as if nothing had happened until
// somebody changes the secret there.
TEST_F(CopyCheckerTest, AReturnedPrimaryLearnsThatItsCopyWasPromoted) {
  create_replicated(2);
  {
    Way way = this->way(east_, west_);
    drain(way, east_, west_);
  }
  west_.promote("db0");
  Way back = this->way(east_, west_);
  settle(back);
  EXPECT_EQ(east_.status("db0", kWest), "Failed");
  EXPECT_NE(east_.status_message("db0", kWest).find("was promoted to a stand-alone secret"), std::string::npos);
  EXPECT_EQ(east_.status("db1", kWest), "InSync");
}

// Nobody has started again, and nobody changes the secret: a link that was cut, or a promotion while the primary is
// well.
TEST_F(CopyCheckerTest, APrimaryThatWasNeverDownLearnsThatItsCopyWasPromoted) {
  create_replicated(2);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  west_.promote("db0");
  for (int i = 0; i < 3; ++i) {
    clock_.advance(std::chrono::seconds(2));
    settle(way);
  }
  EXPECT_EQ(east_.status("db0", kWest), "Failed");
  EXPECT_NE(east_.status_message("db0", kWest).find("was promoted to a stand-alone secret"), std::string::npos);
  EXPECT_EQ(east_.status("db1", kWest), "InSync");
  const int checks = way.link.checks;
  clock_.advance(std::chrono::milliseconds(500));
  settle(way);
  EXPECT_EQ(way.link.checks, checks) << "once";
}

TEST_F(CopyCheckerTest, WhatIsThereIsAskedAboutOnceAndNotSent) {
  create_replicated(2);
  {
    Way way = this->way(east_, west_);
    drain(way, east_, west_);
  }
  Way way = this->way(east_, west_);
  settle(way);
  EXPECT_EQ(way.link.sent, 0);
  EXPECT_EQ(way.link.checks, 1);
  clock_.advance(std::chrono::milliseconds(500));
  settle(way);
  EXPECT_EQ(way.link.checks, 1);
  clock_.advance(std::chrono::seconds(1));
  settle(way);
  EXPECT_EQ(way.link.checks, 2) << "is it still the same process?";
}

// What DescribeSecret shows as LastAccessedDate of a region.
TEST_F(CopyCheckerTest, ReadsOfCopiesAreToldToThePrimary) {
  create_replicated(2);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  const auto accessed = [&](const std::string& name) {
    const auto view = east_.find(name);
    return view->copies_last_accessed.empty() ? Time() : view->copies_last_accessed.front().second;
  };
  const auto read = [](TestRegion& region, const std::string& name) {
    const auto view = region.find(name);
    region.secrets.note_access(*view, view->secret.versions.front().id);
  };
  const auto wait = [&] {
    clock_.advance(std::chrono::seconds(2));
    settle(way);
  };
  read(west_, "db0");
  wait();
  const Time today = start_of_day(clock_.now());
  EXPECT_EQ(accessed("db0"), today);
  EXPECT_EQ(accessed("db1"), Time()) << "not read";
  // While the link is cut, and then the region starts anew: it does not remember one by one what it had not told.
  way.link.up = false;
  read(west_, "db1");
  ASSERT_TRUE(west_.secrets.flush_accesses().ok());
  wait();
  EXPECT_EQ(accessed("db1"), Time());
  way.link.up = true;
  ++way.link.start;
  clock_.advance(std::chrono::seconds(30));
  wait();
  EXPECT_EQ(accessed("db1"), today);
}

// A region that follows another primary from now on has readers all the time: the new one shall not wait for tomorrow.
TEST_F(CopyCheckerTest, WhoFollowsANewPrimaryTellsItWhenItsCopyWasRead) {
  create_replicated(1);
  {
    Way way = this->way(east_, west_);
    drain(way, east_, west_);
  }
  const auto view = west_.find("db0");
  west_.secrets.note_access(*view, view->secret.versions.front().id);
  east_.replicate("db0", {kEurope});
  {
    Way way = this->way(east_, europe_);
    drain(way, east_, europe_);
  }
  europe_.promote("db0");
  europe_.replicate("db0", {kWest});
  Way way = this->way(europe_, west_);
  drain(way, europe_, west_);
  ASSERT_EQ(europe_.find("db0")->copies_last_accessed.size(), 1u);
  EXPECT_EQ(europe_.find("db0")->copies_last_accessed.front(), std::pair(kWest, start_of_day(clock_.now())));
}

// The region had nothing to tell yet when the first page was asked about, and what was read is on that page.
TEST_F(CopyCheckerTest, AReadBetweenTwoPagesIsTold) {
  create_replicated(501);
  Way way = this->way(east_, west_);
  for (int i = 0; i < 1000 && east_.marks(kWest) > 0; ++i)
    way.replicator.step();
  ++way.link.start;
  bool is_read = false;
  way.link.after_check = [&] {
    const auto view = west_.find("db0");
    if (!is_read) west_.secrets.note_access(*view, view->secret.versions.front().id);
    is_read = true;
  };
  for (int i = 0; i < 3; ++i) {
    clock_.advance(std::chrono::seconds(2));
    settle(way);
  }
  ASSERT_TRUE(is_read);
  EXPECT_EQ(east_.find("db0")->copies_last_accessed.size(), 1u);
}

// Both were promoted, and then the other one once more. Nobody starts again, and nothing here is changed.
TEST_F(CopyCheckerTest, WhatWasRefusedIsFoundToBeReplaced) {
  promote_both();
  Way way = this->way(west_, europe_);
  be_refused(way);
  put_above();
  wait(way);
  EXPECT_TRUE(is_replaced(west_, kEurope)) << west_.status_message("db", kEurope);
}

// What the region's process has told of such copies ends with it.
TEST_F(CopyCheckerTest, WhatWasRefusedIsFoundToBeReplacedAlsoByARegionThatHasStartedSince) {
  promote_both();
  Way way = this->way(west_, europe_);
  be_refused(way);
  put_above();
  way.link.restart_destination();
  wait(way);
  EXPECT_TRUE(is_replaced(west_, kEurope)) << west_.status_message("db", kEurope);
}

TEST_F(CopyCheckerTest, WhatWasRefusedIsFoundToBeReplacedAlsoByWhoHasStartedSince) {
  promote_both();
  {
    Way way = this->way(west_, europe_);
    be_refused(way);
  }
  put_above();
  Way way = this->way(west_, europe_);
  settle(way);
  EXPECT_TRUE(is_replaced(west_, kEurope)) << west_.status_message("db", kEurope);
}

TEST_F(CopyCheckerTest, WhatWasRefusedIsFoundToBeReplacedAlsoWhenItCouldNotBeAskedAbout) {
  promote_both();
  Way way = this->way(west_, europe_);
  be_refused(way);
  put_above();
  way.link.after_check = [&] { way.link.refusal = Error{ErrorCode::kCorrupt, "it does not understand the message"}; };
  wait(way);
  ASSERT_TRUE(way.link.refusal);
  way.link.after_check = {};
  way.link.refusal.reset();
  wait(way);
  ASSERT_FALSE(is_replaced(west_, kEurope));
  clock_.advance(std::chrono::minutes(2));
  settle(way);
  EXPECT_TRUE(is_replaced(west_, kEurope)) << west_.status_message("db", kEurope);
}

// An older copy stayed there, and is the one that was promoted.
TEST_F(CopyCheckerTest, AReturnedPrimaryLearnsOfThePromotionOfACopyThatHadRefusedItsLastState) {
  const kms::KeyName key = *west_.keyring.create_key(kAccount, "");
  east_.create("db", "v", {});
  east_.replicate("db", {kWest}, false, key.id);
  {
    Way way = this->way(east_, west_);
    drain(way, east_, west_);
    ASSERT_EQ(west_.current("db"), "v");
    ASSERT_TRUE(west_.keyring.disable(key).ok());
    east_.put("db", "newer");
    drain(way, east_, west_);
    ASSERT_EQ(east_.status("db", kWest), "Failed");
  }
  west_.promote("db");
  Way back = this->way(east_, west_);
  settle(back);
  EXPECT_TRUE(is_replaced(east_, kWest)) << east_.status_message("db", kWest);
}

// Somebody promotes thousands one after the other, and there are thousands whose names are taken. But the last one to
// depart may be one of these.
TEST_F(CopyCheckerTest, WhatWasRefusedIsNotTriedForEveryOneThatDeparts) {
  create_replicated(4);
  west_.create("taken", "in the way", {});
  east_.create("taken", "v", {kWest});
  const int log = ::memfd_create("log", MFD_CLOEXEC);
  const Log told(clock_, log, LogLevel::kWarning);
  Way way(east_, west_, clock_, random_, told);
  drain(way, east_, west_);
  const auto tried = [&] { return east_.find("taken")->progress.front().second.last_attempt; };
  clock_.advance(std::chrono::minutes(2));
  settle(way);
  const Time before = tried();
  west_.promote("db0");
  wait(way);
  const Time first = tried();
  EXPECT_GT(first, before);
  for (const char* const name : {"db1", "db2", "db3"}) {
    west_.promote(name);
    wait(way);
    EXPECT_EQ(east_.status(name, kWest), "Failed") << "of others it learns at once";
  }
  EXPECT_EQ(tried(), first);
  clock_.advance(std::chrono::minutes(1));
  settle(way);
  const Time last = tried();
  EXPECT_GT(last, first);
  clock_.advance(std::chrono::minutes(2));
  settle(way);
  EXPECT_EQ(tried(), last) << "nobody has departed since";

  std::string text(static_cast<size_t>(::lseek(log, 0, SEEK_END)), '\0');
  ASSERT_EQ(::pread(log, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  ::close(log);
  size_t differ = 0;
  for (size_t at = text.find("replication_copies_differ"); at != text.npos;
       at = text.find("replication_copies_differ", at + 1))
    ++differ;
  EXPECT_EQ(differ, 4u) << text;
  EXPECT_EQ(text.find("\"count\":2"), text.npos) << "the one that was refused was never there\n" << text;
}

// It remembers so many reads only, one by one, of whom was not told of them.
TEST_F(CopyCheckerTest, WhenReadsAreForgottenAllCopiesAreAskedAbout) {
  create_replicated(1);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  const auto view = west_.find("db0");
  west_.secrets.note_access(*view, view->secret.versions.front().id);
  way.link.forgets_reads = true;
  const int checks = way.link.checks;
  clock_.advance(std::chrono::seconds(2));
  way.replicator.step();
  EXPECT_EQ(way.link.checks, checks + 1);
  EXPECT_TRUE(east_.find("db0")->copies_last_accessed.empty());
  way.link.forgets_reads = false;
  settle(way);
  EXPECT_EQ(way.link.checks, checks + 2) << "at once";
  EXPECT_EQ(east_.find("db0")->copies_last_accessed.size(), 1u);
}

// More than fit into one message; and changes do not wait until all were asked about.
TEST_F(CopyCheckerTest, ManyCopiesAreAskedAboutInPages) {
  create_replicated(1'100);
  Way way = this->way(east_, west_);
  for (int i = 0; i < 1000 && east_.marks(kWest) > 0; ++i)
    way.replicator.step();
  ASSERT_EQ(east_.marks(kWest), 0u);
  TestRegion wiped(world_, kWest);
  way.link.replace_destination(wiped);
  clock_.advance(std::chrono::seconds(5));
  way.replicator.step();
  EXPECT_LT(way.link.checks, 2);
  east_.put("db50", "newer");  // of the second page in order of names: it has not been asked about yet
  for (int i = 0; i < 20 && wiped.current("db50") != "newer"; ++i)
    way.replicator.step();
  EXPECT_EQ(wiped.current("db50"), "newer");
  EXPECT_GT(east_.marks(kWest), 0u) << "of what was missing";
  for (int i = 0; i < 1000 && (i < 10 || east_.marks(kWest) > 0); ++i)
    way.replicator.step();
  EXPECT_EQ(wiped.contents("db1099"), east_.contents("db1099"));
  EXPECT_EQ(wiped.contents("db7"), east_.contents("db7"));
}

TEST_F(CopyCheckerTest, ARegionThatCannotBeAskedIsTriedAgain) {
  create_replicated(1);
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  TestRegion wiped(world_, kWest);
  way.link.replace_destination(wiped);
  way.link.up = false;
  clock_.advance(std::chrono::seconds(5));
  const Duration wait = settle(way);
  EXPECT_FALSE(way.replicator.status().last_error.empty());
  way.link.up = true;
  clock_.advance(wait);
  settle(way);
  EXPECT_EQ(wiped.contents("db0"), east_.contents("db0"));
}

}  // namespace
}  // namespace coffer::replication::testing
