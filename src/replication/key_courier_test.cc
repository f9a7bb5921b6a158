// Multi-region keys on their way: what the replicators do with marks of keys. What regions make of the messages is
// tested in kms/multi_region_test.cc.
#include "replication/key_courier.h"

#include <gtest/gtest.h>

#include "kms/key_rotation.h"
#include "kms/multi_region.h"
#include "kms/operations.h"
#include "replication/testing/replicator_fixture.h"

namespace coffer::replication::testing {
namespace {

// Knows how many rows were read.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(store::Store& real) : real_(real) {}
  Result<std::optional<store::Row>> get(std::string_view key) const override { return real_.get(key); }
  Result<std::vector<store::Row>> scan(const store::ScanRange& range) const override {
    auto found = real_.scan(range);
    if (found.ok()) rows += found->size();
    return found;
  }
  Result<store::Revision> commit(store::Transaction transaction) override {
    return real_.commit(std::move(transaction));
  }
  Result<std::vector<store::Change>> changes(store::Revision after, size_t limit) const override {
    return real_.changes(after, limit);
  }
  store::Revision revision() const override { return real_.revision(); }
  bool can_commit() const override { return real_.can_commit(); }
  void on_commit(store::CommitListener listener) override { real_.on_commit(std::move(listener)); }

  mutable size_t rows = 0;

 private:
  store::Store& real_;
};

class KeyCourierTest : public ReplicatorTest {
 protected:
  KeyCourierTest() : key_(east_.keyring.draw_name(kAccount, kms::MultiRegion::kPrimary)) {
    EXPECT_TRUE(east_.keyring.create_key({key_, "", {}, {}}).ok());
  }
  void replicate_to(const Region& region) {
    ASSERT_TRUE(kms::replicate(east_.keyring, key_, region, {"a replica", {}, {}}).ok());
  }
  std::optional<kms::KeyInfo> info(TestRegion& region) {
    const kms::KeyPointer found = *region.keyring.find(key_);
    return found ? std::optional(found->info) : std::nullopt;
  }
  // The row of the key, as a backup has it.
  store::Row row_in(TestRegion& region) {
    return **region.store->get(store::make_key("k", {key_.account.text(), key_.id}));
  }
  static void restore(TestRegion& region, const store::Row& row) {
    ASSERT_TRUE(region.store->commit({.preconditions = {}, .puts = {{row.key, row.value}}, .deletes = {}}).ok());
  }
  // As settle(), of more than it takes for a stall.
  static void settle_all(Way& way) {
    for (int i = 0; i < 2'000 && way.replicator.step() == Duration(0); ++i) {
    }
  }
  // Everything that both have to tell each other.
  void drain_both(Way& there, Way& back) {
    for (int i = 0; i < 5; ++i) {
      drain(there, east_, west_);
      drain(back, west_, east_);
    }
  }

  const kms::KeyName key_;
};

TEST_F(KeyCourierTest, AReplicaArrives) {
  Way way = this->way(east_, west_);
  replicate_to(kWest);
  EXPECT_EQ(east_.marks(kWest), 1U);
  drain(way, east_, west_);
  ASSERT_TRUE(info(west_));
  EXPECT_EQ(info(west_)->description, "a replica");
  const auto encrypted = kms::encrypt(east_.keyring, key_, SecretBytes::copy_of("x"), {});
  EXPECT_TRUE(kms::decrypt(west_.keyring, key_, encrypted->ciphertext, {}).ok());
}

// A region that is away stops nothing, and gets all when it is back.
TEST_F(KeyCourierTest, ARegionThatIsAwayGetsItLater) {
  Way way = this->way(east_, west_);
  way.link.up = false;
  replicate_to(kWest);
  settle(way);
  EXPECT_EQ(east_.marks(kWest), 1U);
  EXPECT_NE(way.replicator.status().last_error, "");
  way.link.up = true;
  clock_.advance(std::chrono::seconds(10));
  drain(way, east_, west_);
  EXPECT_TRUE(info(west_));
}

// A region that takes nothing now is no trouble of the key: it has it soon after, however long that lasted.
TEST_F(KeyCourierTest, ARegionThatTakesNothingNowGetsItSoonAfter) {
  Way way = this->way(east_, west_);
  way.link.refusal = Error{ErrorCode::kServiceUnavailable, "starting"};
  replicate_to(kWest);
  const Time end = clock_.now() + std::chrono::minutes(30);
  while (clock_.now() < end)
    clock_.advance(settle(way));
  EXPECT_EQ(way.replicator.status().last_error, "starting");
  way.link.refusal.reset();
  clock_.advance(std::chrono::seconds(10));
  settle(way);
  EXPECT_TRUE(info(west_));
}

// An answer that is lost is asked for again, which changes nothing.
TEST_F(KeyCourierTest, ALostAnswerIsAskedForAgain) {
  Way way = this->way(east_, west_);
  way.link.faults.answer_lost = 100;
  replicate_to(kWest);
  settle(way);
  EXPECT_TRUE(info(west_));
  EXPECT_EQ(east_.marks(kWest), 1U);
  way.link.faults.answer_lost = 0;
  clock_.advance(std::chrono::seconds(10));
  drain(way, east_, west_);
  EXPECT_EQ(east_.marks(kWest), 0U);
}

// What changes while a message is on its way is sent next.
TEST_F(KeyCourierTest, AChangeMeanwhileIsSentToo) {
  Way way = this->way(east_, west_);
  replicate_to(kWest);
  way.link.before_apply = [&] {
    way.link.before_apply = nullptr;
    ASSERT_TRUE(kms::enable_rotation(east_.keyring, key_, 90).ok());
  };
  drain(way, east_, west_);
  EXPECT_TRUE(info(west_)->rotation);
}

// The whole life of a family, over the links.
TEST_F(KeyCourierTest, RotationHandOverAndTheEnd) {
  Way there = this->way(east_, west_);
  Way back = this->way(west_, east_);
  replicate_to(kWest);
  drain_both(there, back);
  ASSERT_TRUE(kms::rotate_on_demand(east_.keyring, key_).ok());
  drain_both(there, back);
  EXPECT_EQ(kms::list_materials(west_.keyring, key_)->size(), 2U);
  ASSERT_TRUE(kms::hand_over(east_.keyring, key_, kWest).ok());
  drain_both(there, back);
  EXPECT_EQ(info(west_)->multi_region, kms::MultiRegion::kPrimary);
  EXPECT_FALSE(info(east_)->related->is_updating);
  ASSERT_TRUE(east_.keyring.schedule_deletion(key_, 7).ok());
  clock_.advance(std::chrono::hours(7 * 24));
  ASSERT_TRUE(east_.keyring.erase_expired().ok());
  drain_both(there, back);
  EXPECT_FALSE(info(east_));
  EXPECT_TRUE(info(west_)->related->replicas.empty());
}

// A replica that must wait is told so in the log and the status, and does not stop others.
TEST_F(KeyCourierTest, AReplicaThatIsNotLetGoAsksAgain) {
  Way there = this->way(east_, west_);
  Way back = this->way(west_, east_);
  replicate_to(kWest);
  drain_both(there, back);
  ASSERT_TRUE(west_.keyring.schedule_deletion(key_, 7).ok());
  ASSERT_TRUE(kms::hand_over(east_.keyring, key_, kWest).ok());
  clock_.advance(std::chrono::hours(7 * 24));
  ASSERT_TRUE(west_.keyring.erase_expired().ok());
  west_.create("secret", "value", {kEast});
  settle(back);
  EXPECT_EQ(back.replicator.status().last_error,
            "us-east-1 is not the primary of the key yet, or knows less of it than this region");
  EXPECT_EQ(east_.current("secret"), "value");
  EXPECT_TRUE(info(west_));
  clock_.advance(std::chrono::minutes(2));
  drain_both(there, back);
  EXPECT_EQ(info(west_)->state, kms::KeyState::kPendingReplicaDeletion);
}

// A region that was restored from a backup could not decrypt what others encrypt, until the next change of the key.
TEST_F(KeyCourierTest, ARegionThatWasRestoredFromABackupGetsTheMaterialItMissed) {
  Way there = this->way(east_, west_);
  Way back = this->way(west_, east_);
  replicate_to(kWest);
  drain_both(there, back);
  const store::Row backup = row_in(west_);
  ASSERT_TRUE(kms::rotate_on_demand(east_.keyring, key_).ok());
  drain_both(there, back);
  const auto encrypted = kms::encrypt(east_.keyring, key_, SecretBytes::copy_of("x"), {});
  restore(west_, backup);
  ASSERT_FALSE(kms::decrypt(west_.keyring, key_, encrypted->ciphertext, {}).ok());
  ++there.link.start;
  settle(there);
  EXPECT_TRUE(kms::decrypt(west_.keyring, key_, encrypted->ciphertext, {}).ok());
  // Once for each process.
  const int sent = there.link.sent;
  clock_.advance(std::chrono::seconds(10));
  settle(there);
  EXPECT_EQ(there.link.sent, sent);
}

// Two that take themselves for the primary must not stay so until somebody happens to change the key.
TEST_F(KeyCourierTest, AFormerPrimaryThatWasRestoredFollowsAtOnce) {
  Way there = this->way(east_, west_);
  Way back = this->way(west_, east_);
  replicate_to(kWest);
  drain_both(there, back);
  const store::Row backup = row_in(east_);
  ASSERT_TRUE(kms::hand_over(east_.keyring, key_, kWest).ok());
  drain_both(there, back);
  restore(east_, backup);
  ASSERT_EQ(info(east_)->multi_region, kms::MultiRegion::kPrimary);
  ++back.link.start;
  settle(back);
  EXPECT_EQ(info(east_)->multi_region, kms::MultiRegion::kReplica);
  EXPECT_EQ(info(east_)->related->primary, kWest);
}

// The other end: who starts tells what it has, so that both learn of it.
TEST_F(KeyCourierTest, ARegionThatStartsTellsWhatItHas) {
  {
    Way there = this->way(east_, west_);
    Way back = this->way(west_, east_);
    replicate_to(kWest);
    drain_both(there, back);
  }
  Way there = this->way(east_, west_);
  settle(there);
  EXPECT_EQ(there.link.sent, 1);
  EXPECT_EQ(east_.marks(kWest), 0U);
}

// A region that begins anew says so, and the replica can be made again.
TEST_F(KeyCourierTest, ARegionThatLostItsDiskIsFoundOutAndGetsTheReplicaAgain) {
  Way way = this->way(east_, west_);
  replicate_to(kWest);
  drain(way, east_, west_);
  TestRegion empty(world_, kWest);
  way.link.replace_destination(empty);
  settle(way);
  EXPECT_EQ(way.replicator.status().last_error, "us-west-2 has lost the key");
  replicate_to(kWest);
  drain(way, east_, empty);
  EXPECT_TRUE(info(empty));
  EXPECT_EQ(way.replicator.status().last_error, "");
}

// Nor do those that are sent once more because a region has started: each takes the time of a message between
// continents.
TEST_F(KeyCourierTest, ManyKeysOnALongLinkDelayNoSecret) {
  Way way = this->way(east_, west_);
  drain(way, east_, west_);
  for (int i = 0; i < 600; ++i) {
    const kms::KeyName name = east_.keyring.draw_name(kAccount, kms::MultiRegion::kPrimary);
    ASSERT_TRUE(east_.keyring.create_key({name, "", {}, {}}).ok());
    ASSERT_TRUE(kms::replicate(east_.keyring, name, kWest, {}).ok());
  }
  way.link.before_apply = [&] { clock_.advance(std::chrono::milliseconds(100)); };
  const Time begun = clock_.now();
  for (const std::string name : {"first", "second", "third"}) {
    const Time written = clock_.now();
    east_.create(name, "hunter2", {kWest});
    for (int i = 0; i < 2'000 && west_.current(name).empty(); ++i)
      clock_.advance(way.replicator.step());
    EXPECT_LE(clock_.now() - written, std::chrono::seconds(10)) << name;
  }
  // And they all have their turn.
  for (int i = 0; i < 10; ++i)
    settle_all(way);
  EXPECT_EQ(east_.marks(kWest), 0U);
  EXPECT_LE(clock_.now() - begun, std::chrono::seconds(70));
}

// Keys that another region has lost all wait for a person, however many; secrets do not wait with them.
TEST_F(KeyCourierTest, ManyKeysThatCannotBeDeliveredDelayNoSecret) {
  Way way = this->way(east_, west_);
  replicate_to(kWest);
  drain(way, east_, west_);
  std::vector<kms::KeyName> keys;
  for (int i = 0; i < 1'100; ++i) {
    const kms::KeyName name = east_.keyring.draw_name(kAccount, kms::MultiRegion::kPrimary);
    ASSERT_TRUE(east_.keyring.create_key({name, "", {}, {}}).ok());
    ASSERT_TRUE(kms::replicate(east_.keyring, name, kWest, {}).ok());
    keys.push_back(name);
  }
  for (int i = 0; i < 10; ++i)
    settle_all(way);
  ASSERT_EQ(east_.marks(kWest), 0U);
  // The west loses its disk: nobody can make the keys again but a person, who says with which policies.
  for (const kms::KeyName& name : keys)
    ASSERT_TRUE(
        west_.store
            ->commit(
                {.preconditions = {}, .puts = {}, .deletes = {store::make_key("k", {name.account.text(), name.id})}})
            .ok());
  ASSERT_TRUE(east_.key_exchange.announce(kWest).ok());
  ASSERT_GE(way.replicator.status().dirty, keys.size());
  settle_all(way);
  east_.create("db", "hunter2", {kWest});
  settle_all(way);
  EXPECT_EQ(west_.current("db"), "hunter2");
  EXPECT_TRUE(way.replicator.status().concerns_one) << way.replicator.status().last_error;
}

// Somebody may take days to mend them. Every write wakes the replicator, and so does each that is due again.
TEST_F(KeyCourierTest, ManyKeysThatWaitAreNotReadAllTheTime) {
  CountingStore counted(*east_.store);
  FakeLink link(west_, random_, kEast);
  Replicator replicator(
      {counted, east_.secrets, east_.states, east_.key_exchange, link, clock_, random_, log_, kWest, kEast, 0});
  constexpr size_t kKeys = 2'000;
  for (size_t i = 0; i < kKeys; ++i) {
    const store::OutboxKey mark{kWest, std::string(kms::kOutboxKind), kAccount, "mrk-" + std::to_string(i)};
    ASSERT_TRUE(east_.store->commit({.preconditions = {}, .puts = {{mark.text(), "damaged"}}, .deletes = {}}).ok());
  }
  const auto run = [&](Duration time) {
    for (const Time end = clock_.now() + time; clock_.now() < end;)
      clock_.advance(std::max(replicator.step(), Duration(1)));
  };
  run(std::chrono::seconds(5));  // each is tried once
  const size_t before = counted.rows;
  for (int second = 0; second < 10; ++second) {
    east_.create("db-" + std::to_string(second), "value", {kWest});
    run(std::chrono::seconds(1));
    EXPECT_EQ(west_.current("db-" + std::to_string(second)), "value");
  }
  EXPECT_LE(counted.rows - before, 100 * kKeys) << "of 10 seconds, in which 500 of them were due";
  EXPECT_EQ(replicator.status().dirty, kKeys);
}

// Marks of what is not there (any more) are nobody's business.
TEST_F(KeyCourierTest, AMarkOfNothingIsCleared) {
  Way way = this->way(east_, west_);
  const store::OutboxKey mark{kWest, std::string(kms::kOutboxKind), kAccount, "mrk-" + std::string(32, '0')};
  ASSERT_TRUE(
      east_.store->commit({.preconditions = {}, .puts = {{mark.text(), store::OutboxMark{}.encode()}}, .deletes = {}})
          .ok());
  drain(way, east_, west_);
  EXPECT_EQ(way.link.sent, 0);
}

// A store that fails is not the key's fault: nothing is set aside, and all is tried again.
TEST_F(KeyCourierTest, AStoreThatFailsIsTriedAgain) {
  Way way = this->way(east_, west_);
  replicate_to(kWest);
  way.link.before_apply = [&] { west_.store->fail_syncs(1); };
  settle(way);
  EXPECT_FALSE(info(west_));
  way.link.before_apply = nullptr;
  west_.store->crash();
  clock_.advance(std::chrono::minutes(2));
  drain(way, east_, west_);
  EXPECT_TRUE(info(west_));
}

}  // namespace
}  // namespace coffer::replication::testing
