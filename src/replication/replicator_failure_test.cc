// What the replicator does when a region, a store or a single secret fails.
#include "replication/replicator.h"

#include "replication/testing/replicator_fixture.h"
#include "secrets/secret_rows.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kWest;
class ReplicatorFailureTest : public testing::ReplicatorTest {};

// After kill -9 nobody knows whether the message was applied.
TEST_F(ReplicatorFailureTest, ALostAnswerDoesNoHarm) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  west.link.faults.answer_lost = 100;
  const Duration wait = west.replicator.step();
  EXPECT_GE(wait, milliseconds(100));
  EXPECT_EQ(west_.current("db"), "first");
  EXPECT_EQ(east_.marks(kWest), 1u);
  EXPECT_EQ(east_.status("db", kWest), "InProgress");
  west.link.faults.answer_lost = 0;
  clock_.advance(wait);
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
}

// A region that is away costs a connection attempt now and then, and nothing in the store.
TEST_F(ReplicatorFailureTest, ARegionThatIsAwayIsTriedLessAndLessOften) {
  Way west = way(east_, west_);
  settle(west);
  east_.create("db", "first", {kWest});
  west.link.up = false;
  const store::Revision before = east_.store->revision();
  Duration last{};
  for (int i = 0; i < 20; ++i) {
    const Duration wait = west.replicator.step();
    EXPECT_GE(wait, milliseconds(100));
    EXPECT_LE(wait, seconds(10));
    EXPECT_LE(west.replicator.step(), wait) << "a call that comes too early must not try";
    clock_.advance(wait);
    last = wait;
  }
  EXPECT_GE(last, seconds(5));
  EXPECT_EQ(east_.store->revision(), before);
  const LinkStatus status = west.replicator.status();
  EXPECT_EQ(status.dirty, 1u);
  EXPECT_EQ(status.oldest_dirty, Time(std::chrono::hours(480'000)));
  EXPECT_FALSE(status.last_success.has_value());
  EXPECT_EQ(status.last_error, "connection refused");

  east_.put("db", "second");
  west.link.up = true;
  drain(west, east_, west_);
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
  const LinkStatus healed = west.replicator.status();
  EXPECT_EQ(healed.dirty, 0u);
  EXPECT_FALSE(healed.oldest_dirty.has_value());
  EXPECT_EQ(healed.last_success, clock_.now());
  EXPECT_EQ(healed.last_error, "");
}

// Each destination has a replicator of its own for this reason.
TEST_F(ReplicatorFailureTest, ARegionThatIsAwayDelaysNoOther) {
  Way west = way(east_, west_);
  Way europe = way(east_, europe_);
  east_.create("db", "first", {kWest, kEurope});
  west.link.up = false;
  settle(west);
  settle(europe);
  EXPECT_EQ(east_.status("db", kWest), "InProgress");
  EXPECT_EQ(east_.status("db", kEurope), "InSync");
}

// A secret whose value does not open must not stop the others, and must show.
TEST_F(ReplicatorFailureTest, ASecretThatCannotBeExportedIsSetAside) {
  Way west = way(east_, west_);
  east_.create("a-damaged", "first", {kWest});
  east_.create("b-good", "first", {kWest});
  // The account's KMS key is lost: no data key opens any more, until a new secret makes a new key.
  const auto keys = *east_.store->scan(store::ScanRange::prefix(store::make_key("k", {""})));
  ASSERT_EQ(keys.size(), 1u);
  ASSERT_TRUE(east_.store->commit({{}, {}, {keys[0].key}}).ok());
  Duration wait = settle(west);
  EXPECT_EQ(east_.marks(kWest), 2u);
  EXPECT_EQ(east_.status("a-damaged", kWest), "Failed");
  EXPECT_EQ(east_.status_message("a-damaged", kWest), "Replication failed: Corrupt in region us-east-1.");
  EXPECT_EQ(west.link.sent, 0);
  EXPECT_GE(wait, seconds(1));
  EXPECT_NE(west.replicator.status().last_error, "");

  // While they wait their turn others are served, and nothing is written about them again.
  ASSERT_TRUE(east_.accounts.create("payments", kAccount).ok());
  settle(west);
  EXPECT_EQ(west.link.sent, 2) << "a question and an account";
  const store::Revision before = east_.store->revision();
  clock_.advance(wait);
  wait = settle(west);
  EXPECT_EQ(east_.store->revision(), before);

  ASSERT_TRUE(east_.store->commit({{}, {{keys[0].key, keys[0].value}}, {}}).ok());
  clock_.advance(wait);
  drain(west, east_, west_);
  EXPECT_EQ(east_.status("a-damaged", kWest), "InSync");
  EXPECT_EQ(west_.contents("b-good"), east_.contents("b-good"));
}

// It is the end of every customer key that was exchanged for another one: what is left under it is old and unlabelled.
TEST_F(ReplicatorFailureTest, AnOldVersionUnderADeletedKeyKeepsNoRegionFromTheSecret) {
  Way west = way(east_, west_);
  Way europe = way(east_, europe_);
  const kms::KeyName key = *east_.keyring.create_key(kAccount, "");
  east_.create("db", "zero", {kWest});
  east_.seal_with("db", key.id);
  const VersionId old = east_.put("db", "one");
  east_.seal_with("db", "");
  east_.put("db", "two");
  east_.put("db", "three");
  drain(west, east_, west_);
  ASSERT_TRUE(east_.keyring.schedule_deletion(key, 7).ok());
  clock_.advance(std::chrono::hours(8 * 24));
  ASSERT_EQ(*east_.keyring.erase_expired(), 1u);

  east_.replicate("db", {kWest, kEurope});
  drain(west, east_, west_);
  drain(europe, east_, europe_);
  EXPECT_EQ(east_.status("db", kEurope), "InSync");
  EXPECT_EQ(europe_.current("db"), "three");
  EXPECT_EQ(europe_.find("db")->secret.version(old), nullptr);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
  EXPECT_NE(west_.find("db")->secret.version(old), nullptr) << "a copy that can read it keeps it";
}

// A label would be lost without a word. Nor is it tried for ever: a customer may disable the key of a thousand secrets.
TEST_F(ReplicatorFailureTest, ALabelledVersionUnderADisabledKeyIsShownAndNotTriedAgainByItself) {
  Way west = way(east_, west_);
  const kms::KeyName key = *east_.keyring.create_key(kAccount, "");
  east_.create("db", "zero", {});
  east_.seal_with("db", key.id);
  const VersionId previous = east_.put("db", "one");
  east_.seal_with("db", "");
  east_.put("db", "two");
  ASSERT_TRUE(east_.keyring.disable(key).ok());
  east_.replicate("db", {kWest});
  settle(west);
  EXPECT_EQ(east_.status_message("db", kWest),
            "Replication failed: The KMS key of version " + previous.text() +
                " with staging label AWSPREVIOUS is disabled, pending deletion or deleted in region us-east-1.");
  EXPECT_EQ(east_.marks(kWest), 0u);
  ASSERT_TRUE(east_.keyring.enable(key).ok());
  east_.replicate("db", {kWest});
  settle(west);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
}

// Applied or not is unknown while the receiving store fails: no verdict may be recorded.
TEST_F(ReplicatorFailureTest, AFailingStoreOnEitherSideIsWaitedFor) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  west_.store->fail_syncs(1);
  settle(west);
  EXPECT_EQ(east_.status("db", kWest), "InProgress");
  EXPECT_EQ(east_.marks(kWest), 1u);
  west_.store->crash();

  east_.store->fail_reads(true);
  clock_.advance(seconds(10));
  settle(west);
  east_.store->fail_reads(false);
  clock_.advance(seconds(10));
  drain(west, east_, west_);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
}

// A disk may keep what it could not sync. Who cannot see it must not say that there is nothing to be removed: the copy
// would be there again after the restart, and nobody would ever remove it.
TEST_F(ReplicatorFailureTest, ARemovalIsNotDoneWhereTheCopyMayStillCome) {
  Way west = way(east_, west_);
  settle(west);
  east_.create("db", "first", {kWest});
  auto sent = std::move(**east_.secrets.export_state(kAccount, "db", kWest, secrets::ValuesToSend::kAll));
  west_.store->fail_syncs(1);
  settle(west);
  east_.unreplicate("db", kWest);
  clock_.advance(seconds(10));
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 1u);
  west_.store->crash();
  ASSERT_TRUE(west_.secrets.apply_state(std::move(sent)).ok()) << "what it was writing";
  ASSERT_EQ(west_.current("db"), "first");
  clock_.advance(seconds(10));
  drain(west, east_, west_);
  EXPECT_EQ(west_.find("db"), nullptr);
}

// More marks than one batch; each step is short so that stop() is prompt. Both disks are waited for once a message.
TEST_F(ReplicatorFailureTest, ABacklogIsSentInBatches) {
  Way west = way(east_, west_);
  for (int i = 0; i < 150; ++i)
    east_.create("secret-" + std::to_string(i), "value", {kWest});
  EXPECT_EQ(west.replicator.status().dirty, 150u);
  const auto commits = [](testing::TestRegion& region) { return region.store->revision(); };
  const auto before = commits(east_) + commits(west_);
  EXPECT_EQ(west.replicator.step(), Duration(0));
  EXPECT_EQ(east_.marks(kWest), 150u - 64u);
  EXPECT_LE(west.link.sent, 2) << "one message, and a question";
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_LE(west.link.sent, 4);
  EXPECT_LT(commits(east_) + commits(west_) - before, 20u);
  for (int i = 0; i < 150; ++i)
    ASSERT_EQ(west_.current("secret-" + std::to_string(i)), "value") << i;
}

// Large values do not gather: a slow link would be busy for long, and an answer that is lost cost much.
TEST_F(ReplicatorFailureTest, LargeSecretsTravelInMessagesOfTheirOwn) {
  Way west = way(east_, west_);
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    east_.create(name, std::string(60'000, 'x'), {kWest});
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_GE(west.link.sent, 2);
  EXPECT_LE(west.link.sent, 3);
}

// What the region says of one must not be taken for what it says of another.
TEST_F(ReplicatorFailureTest, OfSecretsThatTravelTogetherEachHasItsOwnOutcome) {
  Way west = way(east_, west_);
  west_.create("taken", "west's own", {});
  for (const char* name : {"a", "taken", "z"})
    east_.create(name, "value", {kWest});
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_EQ(east_.status("a", kWest), "InSync");
  EXPECT_EQ(east_.status("taken", kWest), "Failed");
  EXPECT_EQ(east_.status("z", kWest), "InSync");
  EXPECT_EQ(west_.current("taken"), "west's own");
}

// The others have arrived, and nobody is to be told that they have not.
TEST_F(ReplicatorFailureTest, ARecordThatIsDamagedMeanwhileConcernsNoOtherOfTheSameMessage) {
  Way west = way(east_, west_);
  for (const char* name : {"a", "b", "c"})
    east_.create(name, "value", {kWest});
  west.link.before_apply = [this] {
    ASSERT_TRUE(east_.store->commit({{}, {{secrets::record_key(kAccount, "b"), "garbage"}}, {}}).ok());
  };
  settle(west);
  EXPECT_EQ(east_.status("a", kWest), "InSync");
  EXPECT_EQ(east_.status("c", kWest), "InSync");
  EXPECT_EQ(east_.marks(kWest), 1u);
}

// Among those it travels with, the one that breaks the link is found: they must not wait for it for ever.
TEST_F(ReplicatorFailureTest, AMessageThatAlwaysFailsIsTriedWithoutTheOthers) {
  Way west = way(east_, west_);
  for (const char* name : {"a", "b", "c", "d", "e"})
    east_.create(name, "value", {kWest});
  west.link.refuse_name = "c";
  for (int i = 0; i < 4; ++i)
    clock_.advance(settle(west));
  EXPECT_EQ(east_.marks(kWest), 1u);
  EXPECT_EQ(east_.status("c", kWest), "InProgress");
}

// An answer about the message as a whole says nothing about any of them.
TEST_F(ReplicatorFailureTest, AMessageThatIsNotUnderstoodIsSentAgainOneByOne) {
  Way west = way(east_, west_);
  for (const char* name : {"a", "b", "c"})
    east_.create(name, "value", {kWest});
  settle(west);
  for (const char* name : {"a", "b", "c"})
    east_.put(name, "next");
  int messages = 0;
  west.link.before_apply = [&] { ++messages; };
  west.link.refuse_many = Error{ErrorCode::kInternalServiceError, "it could not apply the message"};
  settle(west);
  EXPECT_EQ(messages, 3);
  for (const char* name : {"a", "b", "c"})
    EXPECT_EQ(west_.current(name), "next") << name;
}

// Each attempt may take as long as the link waits for an answer, and nobody can stop the replicator meanwhile.
TEST_F(ReplicatorFailureTest, WhenTheRegionGoesAwayAmongManyTheOthersAreNotTried) {
  Way west = way(east_, west_);
  settle(west);
  for (int i = 0; i < 50; ++i)
    east_.create("secret-" + std::to_string(i), "value", {kWest});
  west.link.refuse_many = Error{ErrorCode::kInternalServiceError, "it could not apply the message"};
  int messages = 0;
  west.link.before_apply = [&] { west.link.up = ++messages < 3; };
  const int before = west.link.tried;
  EXPECT_GE(west.replicator.step(), milliseconds(100));
  EXPECT_EQ(east_.marks(kWest), 47u);
  EXPECT_LE(west.link.tried - before, 6) << "all together, three that arrived, one that did not, and a question";
  west.link.before_apply = nullptr;
  west.link.up = true;
  drain(west, east_, west_);
  EXPECT_EQ(west_.current("secret-49"), "value");
}

// One message that always breaks the connection comes first in key order; it must not starve what is behind it.
TEST_F(ReplicatorFailureTest, AMessageThatAlwaysFailsDoesNotStarveTheOthers) {
  Way west = way(east_, west_);
  for (const char* name : {"a", "b", "c", "d"})
    east_.create(name, "value", {kWest});
  west.link.refuse_name = "a";
  for (int i = 0; i < 4; ++i) {
    const Duration wait = settle(west);
    clock_.advance(wait);
  }
  EXPECT_EQ(east_.status("a", kWest), "InProgress");
  for (const char* name : {"b", "c", "d"})
    EXPECT_EQ(east_.status(name, kWest), "InSync") << name;
}

// A mark without anything behind it, as an older release or an operator may leave one.
TEST_F(ReplicatorFailureTest, AMarkOfNothingIsCleared) {
  Way west = way(east_, west_);
  for (const char* kind : {"secret", "account"}) {
    const store::OutboxKey key{kWest, kind, kAccount, std::string(kind) == "secret" ? "gone" : ""};
    ASSERT_TRUE(east_.store->commit({{}, {{key.text(), store::OutboxMark{}.encode()}}, {}}).ok());
  }
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_LE(west.link.sent, 1) << "a question at most";
}

// Damage is kept for whoever looks into it, and does not spin.
TEST_F(ReplicatorFailureTest, ADamagedMarkIsSetAside) {
  Way west = way(east_, west_);
  const store::OutboxKey key{kWest, "secret", kAccount, "db"};
  ASSERT_TRUE(east_.store->commit({{}, {{key.text(), "garbage"}}, {}}).ok());
  EXPECT_GE(settle(west), seconds(1));
  EXPECT_EQ(east_.marks(kWest), 1u);
}

}  // namespace
}  // namespace coffer::replication
