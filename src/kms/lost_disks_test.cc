// Regions of a multi-region key that come back with another disk than they had: an empty one, or one from a backup.
// What they told or were told before is not so any more.
#include <gtest/gtest.h>

#include "kms/key_rotation.h"
#include "kms/multi_region.h"
#include "kms/testing/related_regions.h"

namespace coffer::kms::testing {
namespace {

using std::chrono::hours;

constexpr hours kDay(24);

class LostDisks : public RelatedRegions {};

// A primary that was restored from a backup must not overwrite what it has forgotten.
TEST_F(LostDisks, APrimaryThatKnowsLessIsRefused) {
  const KeyName key = make_family();
  const store::Row old_row = **east_.store->get(key_row(key));
  must(rotate_on_demand(east_.keyring, key));
  settle();
  put_row(east_, old_row.key, old_row.value);
  KeyMessage outdated = message(east_, west_, key);
  const KeyAnswer answer = arrive(east_, west_, outdated);
  EXPECT_EQ(answer.verdict, KeyVerdict::kStale);
  EXPECT_EQ(must(east_.exchange.settle(std::get<SharedKey>(outdated), west_.name, answer)),
            "us-west-2 knows changes of the key which this region, its primary, does not");
  EXPECT_EQ(stored(west_, key)->materials.size(), 2U);
  // It rotates again, and makes other material than the first time.
  must(rotate_on_demand(east_.keyring, key));
  must(enable_rotation(east_.keyring, key, 90));
  must(enable_rotation(east_.keyring, key, 91));
  KeyMessage forked = message(east_, west_, key);
  const auto refused = west_.exchange.apply(std::get<SharedKey>(forked));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
}

// A replica waits for its date, not for other replicas, whatever it was when the backup was made.
TEST_F(LostDisks, ARestoredPrimaryThatWaitedForItsReplicasEndsAsAReplica) {
  const KeyName key = make_family();
  must(east_.keyring.schedule_deletion(key, 8));
  const store::Row old_row = **east_.store->get(key_row(key));
  must(east_.keyring.cancel_deletion(key));
  must(east_.keyring.enable(key));
  must(hand_over(east_.keyring, key, west_.name));
  settle();
  put_row(east_, old_row.key, old_row.value);
  must(rotate_on_demand(west_.keyring, key));
  settle();
  ASSERT_TRUE(info(east_, key));
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(info(east_, key)->state, KeyState::kPendingDeletion);
  EXPECT_EQ(info(east_, key)->deletion_date, clock_.now() + 8 * kDay);
  clock_.advance(8 * kDay);
  expire();
  EXPECT_FALSE(info(east_, key));
  EXPECT_EQ(info(west_, key)->related->replicas, std::vector{europe_.name});
}

// A former primary that was restored follows the one of the higher epoch when it hears from it.
TEST_F(LostDisks, TheHigherEpochWins) {
  const KeyName key = make_family();
  const store::Row old_row = **east_.store->get(key_row(key));
  must(hand_over(east_.keyring, key, west_.name));
  settle();
  put_row(east_, old_row.key, old_row.value);
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kPrimary);
  KeyMessage outdated = message(east_, europe_, key);
  EXPECT_EQ(arrive(east_, europe_, outdated).verdict, KeyVerdict::kStale);
  must(rotate_on_demand(west_.keyring, key));
  settle();
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(info(east_, key)->related->primary, west_.name);
}

// A region that lost its disk, or has an older one, must not keep the key from everything for ever.
TEST_F(LostDisks, AReplicaThatItsRegionHasLostIsMadeAgain) {
  const KeyName key = make_family();
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {key_row(key)}}).value();
  must(rotate_on_demand(east_.keyring, key));
  KeyMessage sent = message(east_, west_, key);
  const KeyAnswer answer = arrive(east_, west_, sent);
  EXPECT_EQ(answer.verdict, KeyVerdict::kUnknown);
  EXPECT_EQ(settle(east_, west_, sent, answer), "us-west-2 has lost the key");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "KMSInvalidStateException")
      << "the key would never have a primary again";
  EXPECT_EQ(outcome(replicate(east_.keyring, key, europe_.name, {})), "AlreadyExistsException");
  must(replicate(east_.keyring, key, west_.name, {"again", {}, {}}));
  EXPECT_EQ(outcome(replicate(east_.keyring, key, west_.name, {})), "AlreadyExistsException");
  settle();
  EXPECT_EQ(info(west_, key)->description, "again");
  EXPECT_EQ(list_materials(west_.keyring, key)->size(), 2U);
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "ok");
}

// Otherwise a key would be without a primary for ever. Nobody but a person decides that: the disk may only be away.
TEST_F(LostDisks, AKeyThatIsHandedOverToALostDiskIsTakenBack) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, east_.name)), "KMSInvalidStateException") << "as far as is known";
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {key_row(key)}}).value();
  const KeyMessage order = message(east_, west_, key);
  EXPECT_EQ(settle(east_, west_, order, arrive(east_, west_, order)), "us-west-2 has lost the key");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, europe_.name)), "KMSInvalidStateException");
  EXPECT_EQ(outcome(replicate(east_.keyring, key, west_.name, {})), "KMSInvalidStateException");
  must(hand_over(east_.keyring, key, east_.name));
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(stored(east_, key)->lineage->stamp.epoch, 3U);
  must(replicate(east_.keyring, key, west_.name, {"again", {}, {}}));
  settle();
  EXPECT_EQ(info(europe_, key)->related->primary, east_.name);
  EXPECT_EQ(info(west_, key)->description, "again");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, europe_.name)), "ok");
  settle();
  EXPECT_EQ(info(west_, key)->related->primary, europe_.name);
}

// The region that was to be the next primary was removed as lost, which a person has decided, and never answers.
TEST_F(LostDisks, AKeyThatIsHandedOverToARegionThatIsLostForGoodIsTakenBack) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  EXPECT_EQ(must(east_.exchange.forget_region(west_.name)), 1U);
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(stored(east_, key)->lineage->stamp.epoch, 3U);
  EXPECT_EQ(info(east_, key)->related->replicas, std::vector{europe_.name});
  EXPECT_EQ(must(east_.exchange.forget_region(west_.name)), 0U);
  const KeyMessage news = message(east_, europe_, key);
  EXPECT_EQ(settle(east_, europe_, news, arrive(east_, europe_, news)), "");
  EXPECT_EQ(info(europe_, key)->related->primary, east_.name);
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, europe_.name)), "ok");
}

// Who hands it over has not heard yet that the third region was removed as lost, and the next primary has forgotten
// that one already.
TEST_F(LostDisks, WhoTakesAKeyOverCountsOnNoRegionThatIsGone) {
  const KeyName key = make_family();
  west_.regions.set_others({east_.name}, {europe_.name});
  EXPECT_EQ(must(west_.exchange.forget_region(europe_.name)), 0U);
  must(rotate_on_demand(east_.keyring, key));
  must(hand_over(east_.keyring, key, west_.name));
  const KeyMessage order = message(east_, west_, key);
  EXPECT_NE(settle(east_, west_, order, arrive(east_, west_, order)).find("when the regions agree"), std::string::npos);
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, east_.name)), "KMSInvalidStateException") << "it is not lost";
  EXPECT_EQ(must(east_.exchange.keys_of(europe_.name)).replicated, std::vector{key});
  EXPECT_EQ(must(east_.exchange.forget_region(europe_.name)), 1U);
  EXPECT_TRUE(must(east_.exchange.keys_of(europe_.name)).replicated.empty());
  deliver_all(east_, west_);
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(info(west_, key)->related->replicas, std::vector{east_.name});
  EXPECT_TRUE(marks_for(west_, europe_).empty());
  deliver_all(west_, east_);
  EXPECT_EQ(stored(west_, key)->unused_materials, 0U) << "nobody waits for what has gone";
  // It comes again, with another disk, and is one like any other.
  west_.regions.set_others({east_.name, europe_.name});
  europe_.store->commit({.preconditions = {}, .puts = {}, .deletes = {key_row(key)}}).value();
  must(replicate(west_.keyring, key, europe_.name, {"again", {}, {}}));
  settle();
  EXPECT_EQ(info(europe_, key)->description, "again");
  must(hand_over(west_.keyring, key, east_.name));
  settle();
  EXPECT_EQ(info(east_, key)->related->replicas.size(), 2U);
}

// The next primary is the one that has not heard yet: the third region has come again, and has a new replica.
TEST_F(LostDisks, WhoTakesAKeyOverForgetsNoRegionThatHasComeAgain) {
  const KeyName key = make_family();
  west_.regions.set_others({east_.name}, {europe_.name});
  must(hand_over(east_.keyring, key, west_.name));
  deliver_all(east_, west_);
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kReplica);
  west_.regions.set_others({east_.name, europe_.name});
  settle();
  EXPECT_EQ(info(west_, key)->related->replicas.size(), 2U);
  EXPECT_EQ(info(europe_, key)->related->primary, west_.name);
}

// It has taken over, and the answer was lost: that it is told of fewer regions now changes nothing.
TEST_F(LostDisks, WhoHasTakenAKeyOverKnowsBetter) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  const KeyMessage order = message(east_, west_, key);
  ASSERT_EQ(arrive(east_, west_, order).verdict, KeyVerdict::kApplied);
  EXPECT_EQ(must(east_.exchange.forget_region(europe_.name)), 1U);
  deliver_all(east_, west_);
  EXPECT_FALSE(stored(east_, key)->is_handing_over);
  EXPECT_EQ(info(west_, key)->related->replicas.size(), 2U);
  EXPECT_EQ(must(west_.exchange.forget_region(europe_.name)), 1U);
  deliver_all(west_, east_);
  EXPECT_EQ(info(east_, key)->related->replicas, std::vector{east_.name});
}

// A region of which the next primary was never told may be a new one.
TEST_F(LostDisks, WhoTakesAKeyOverKeepsARegionThatItDoesNotKnow) {
  const KeyName key = make_family();
  west_.regions.set_others({east_.name});
  must(hand_over(east_.keyring, key, west_.name));
  deliver_all(east_, west_);
  EXPECT_EQ(info(west_, key)->related->replicas.size(), 2U);
  west_.regions.set_others({east_.name, europe_.name});
  settle();
  EXPECT_EQ(info(europe_, key)->related->primary, west_.name);
}

// Who hands a key over may be the primary again, long after it has forgotten a region.
TEST_F(LostDisks, WhoTakesAKeyBackCountsOnNoRegionThatIsGone) {
  const KeyName by_hand = make_family();
  const KeyName by_itself = make_family();
  for (const KeyName& key : {by_hand, by_itself})
    must(hand_over(east_.keyring, key, west_.name));
  east_.regions.set_others({west_.name}, {europe_.name});
  EXPECT_EQ(must(east_.exchange.forget_region(europe_.name)), 2U);
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {key_row(by_hand)}}).value();
  const KeyMessage order = message(east_, west_, by_hand);
  EXPECT_NE(settle(east_, west_, order, arrive(east_, west_, order)), "");
  must(hand_over(east_.keyring, by_hand, east_.name));
  EXPECT_EQ(info(east_, by_hand)->related->replicas, std::vector{west_.name});
  EXPECT_EQ(must(east_.exchange.forget_region(west_.name)), 2U);
  EXPECT_EQ(info(east_, by_itself)->multi_region, MultiRegion::kPrimary);
  EXPECT_TRUE(info(east_, by_itself)->related->replicas.empty());
  EXPECT_TRUE(marks_for(east_, europe_).empty());
}

// A replica whose primary was in a region that is gone has nobody to tell how it is, until that one comes again.
TEST_F(LostDisks, NothingIsToldToARegionThatIsGone) {
  const KeyName key = make_family();
  west_.regions.set_others({europe_.name}, {east_.name});
  must(west_.keyring.disable(key));
  EXPECT_TRUE(marks_for(west_, east_).empty());
  west_.regions.set_others({east_.name, europe_.name});
  EXPECT_EQ(must(west_.exchange.announce(east_.name)), 1U) << "as with every link that begins";
  settle();
  EXPECT_EQ(stored(east_, key)->lineage->find(west_.name)->state, KeyState::kDisabled);
}

// It had taken over, nobody heard of it, and its disk was not mounted when it was asked again.
TEST_F(LostDisks, ASuccessorThatComesBackFollowsWhoHasTakenTheKeyBack) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  const KeyMessage order = message(east_, west_, key);
  ASSERT_EQ(arrive(east_, west_, order).verdict, KeyVerdict::kApplied);
  const store::Row taken = **west_.store->get(key_row(key));
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {taken.key}}).value();
  EXPECT_NE(settle(east_, west_, order, arrive(east_, west_, order)), "");
  must(hand_over(east_.keyring, key, east_.name));
  put_row(west_, taken.key, taken.value);
  settle();
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(info(europe_, key)->related->primary, east_.name);
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "ok") << "it is not lost any more";
}

// Nor had it to take over for that: what comes back is the replica that there was.
TEST_F(LostDisks, ASuccessorThatHasNeverTakenOverFollowsAsWellWhenItComesBack) {
  const KeyName key = make_family();
  const store::Row row = **west_.store->get(key_row(key));
  must(hand_over(east_.keyring, key, west_.name));
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {row.key}}).value();
  const KeyMessage order = message(east_, west_, key);
  EXPECT_NE(settle(east_, west_, order, arrive(east_, west_, order)), "");
  must(hand_over(east_.keyring, key, east_.name));
  put_row(west_, row.key, row.value);
  settle();
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(stored(west_, key)->lineage->stamp, stored(east_, key)->lineage->stamp);
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "ok") << "it is not lost any more";
}

// And when the disk is back before anybody has decided, the hand-over goes on.
TEST_F(LostDisks, AHandOverGoesOnWhenTheDiskIsBack) {
  const KeyName key = make_family();
  const store::Row row = **west_.store->get(key_row(key));
  must(hand_over(east_.keyring, key, west_.name));
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {row.key}}).value();
  const KeyMessage order = message(east_, west_, key);
  EXPECT_NE(settle(east_, west_, order, arrive(east_, west_, order)), "");
  put_row(west_, row.key, row.value);
  settle();
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, east_.name)), "UnsupportedOperationException");
}

// It was a disk that was not there for a moment.
TEST_F(LostDisks, AReplicaThatIsFoundAgainIsNotLost) {
  const KeyName key = make_family();
  const store::Row row = **west_.store->get(key_row(key));
  west_.store->commit({.preconditions = {}, .puts = {}, .deletes = {row.key}}).value();
  KeyMessage sent = message(east_, west_, key);
  EXPECT_NE(settle(east_, west_, sent, arrive(east_, west_, sent)), "");
  EXPECT_TRUE(stored(east_, key)->lineage->find(west_.name)->is_lost);
  put_row(west_, row.key, row.value);
  EXPECT_EQ(settle(east_, west_, sent, arrive(east_, west_, sent)), "");
  EXPECT_EQ(outcome(replicate(east_.keyring, key, west_.name, {})), "AlreadyExistsException");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "ok");
}

// Nothing was there yet, and what it is to begin with must not be forgotten.
TEST_F(LostDisks, AReplicaThatIsStillToBeMadeIsNotLost) {
  const KeyName key = make_primary(east_);
  must(replicate(east_.keyring, key, west_.name, {"to be made", {}, {}}));
  const KeyMessage sent = message(east_, west_, key);
  EXPECT_NE(settle(east_, west_, sent, {KeyVerdict::kUnknown, {}, 0}), "");
  EXPECT_FALSE(stored(east_, key)->lineage->find(west_.name)->is_lost);
  settle();
  EXPECT_EQ(info(west_, key)->description, "to be made");
}

// A replica that comes back with a backup was deleted: whoever uses it must learn that it gets nothing new.
TEST_F(LostDisks, AReplicaThatIsOnNoListSaysSo) {
  const KeyName key = make_family();
  const store::Row row = **west_.store->get(key_row(key));
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  expire();
  ASSERT_FALSE(info(west_, key));
  put_row(west_, row.key, row.value);
  KeyMessage report = message(west_, east_, key);
  const KeyAnswer answer = arrive(west_, east_, report);
  EXPECT_EQ(answer.verdict, KeyVerdict::kGone);
  EXPECT_EQ(settle(west_, east_, report, answer), "us-east-1, where the primary is, does not count on this replica");
  EXPECT_TRUE(info(west_, key)) << "nobody has asked for its end";
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  expire();
  EXPECT_FALSE(info(west_, key));
}

// After a start: of this process, or of another region's, on whatever disk.
TEST_F(LostDisks, EverythingIsToldAgain) {
  const KeyName key = make_family();
  const KeyName other = make_primary(east_);
  must(east_.keyring.create_key(kAccount, ""));
  const store::Row old_row = **west_.store->get(key_row(key));
  must(rotate_on_demand(east_.keyring, key));
  settle();
  put_row(west_, old_row.key, old_row.value);
  EXPECT_EQ(must(east_.exchange.announce(west_.name)), 1U);
  EXPECT_EQ(marks(), 1U);
  settle();
  EXPECT_EQ(stored(west_, key)->materials.size(), 2U);
  EXPECT_EQ(must(west_.exchange.announce(east_.name)), 1U);
  EXPECT_EQ(must(west_.exchange.announce(europe_.name)), 0U) << "replicas do not talk to each other";
  EXPECT_EQ(stored(east_, other)->lineage->replicas.size(), 0U);
}

// A primary that was restored from a backup of before the replica was there must not let it go: the one that it was
// handed over to since counts on it.
TEST_F(LostDisks, WhoKnowsLessThanTheReplicaDoesNotLetItGo) {
  const KeyName key = make_primary(east_);
  const store::Row old_row = **east_.store->get(key_row(key));
  must(replicate(east_.keyring, key, west_.name, {}));
  must(replicate(east_.keyring, key, europe_.name, {}));
  settle();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  put_row(east_, old_row.key, old_row.value);
  KeyMessage question = message(west_, east_, key);
  const KeyAnswer answer = arrive(west_, east_, question);
  EXPECT_EQ(answer.verdict, KeyVerdict::kNotYet);
  EXPECT_NE(settle(west_, east_, question, answer), "");
  EXPECT_TRUE(info(west_, key));
}

// Of a family that was restored at its primary only, all that is left to do is often to delete it.
TEST_F(LostDisks, AFamilyWhosePrimaryKnowsLessCanBeDeleted) {
  const KeyName key = make_family();
  const store::Row old_row = **east_.store->get(key_row(key));
  must(rotate_on_demand(east_.keyring, key));
  settle();
  put_row(east_, old_row.key, old_row.value);
  must(east_.keyring.schedule_deletion(key, 7));
  must(west_.keyring.schedule_deletion(key, 7));
  must(europe_.keyring.schedule_deletion(key, 7));
  EXPECT_EQ(info(east_, key)->state, KeyState::kPendingReplicaDeletion);
  // Those that still have their material are told what it is not: that is refused, and kept for the next time.
  const auto deliver = [&] {
    for (RegionInTest* replica : {&west_, &europe_}) {
      const KeyMessage report = message(*replica, east_, key);
      if (std::holds_alternative<ReplicaReport>(report))
        settle(*replica, east_, report, arrive(*replica, east_, report));
    }
  };
  deliver();
  EXPECT_TRUE(info(west_, key)) << "its date has not come";
  clock_.advance(7 * kDay);
  for (RegionInTest* replica : {&west_, &europe_})
    must(replica->keyring.erase_expired());
  deliver();
  EXPECT_FALSE(info(west_, key));
  EXPECT_FALSE(info(europe_, key));
  EXPECT_EQ(info(east_, key)->state, KeyState::kPendingDeletion);
  EXPECT_EQ(info(east_, key)->deletion_date, clock_.now() + 7 * kDay);
  clock_.advance(7 * kDay);
  EXPECT_EQ(must(east_.keyring.erase_expired()), 1U);
  EXPECT_FALSE(info(east_, key));
}

// It counts on a replica that went after the backup was made.
TEST_F(LostDisks, AReplicaThatWasDeletedSinceTheBackupIsTakenOffTheList) {
  const KeyName key = make_family();
  const store::Row old_row = **east_.store->get(key_row(key));
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  expire();
  ASSERT_FALSE(info(west_, key));
  put_row(east_, old_row.key, old_row.value);
  ASSERT_EQ(stored(east_, key)->lineage->replicas.size(), 2U);
  must(east_.exchange.announce(west_.name));
  must(east_.exchange.announce(europe_.name));
  settle();
  EXPECT_EQ(info(east_, key)->related->replicas, std::vector{europe_.name});
  EXPECT_EQ(info(europe_, key)->related->replicas, std::vector{europe_.name});
  // One that comes again is another one, and is made.
  must(replicate(east_.keyring, key, west_.name, {"again", {}, {}}));
  settle();
  ASSERT_TRUE(info(west_, key));
  EXPECT_EQ(info(west_, key)->description, "again");
}

// As long as it is not to go itself, the primary does not let go what it may have handed over since.
TEST_F(LostDisks, WhoKnowsLessAndStaysLetsNobodyGo) {
  const KeyName key = make_family();
  const store::Row old_row = **east_.store->get(key_row(key));
  must(rotate_on_demand(east_.keyring, key));
  settle();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  put_row(east_, old_row.key, old_row.value);
  const KeyMessage question = message(west_, east_, key);
  EXPECT_EQ(arrive(west_, east_, question).verdict, KeyVerdict::kNotYet);
  // Nor one of another epoch, whatever it is to do.
  must(east_.keyring.schedule_deletion(key, 7));
  ReplicaReport later = std::get<ReplicaReport>(question);
  ++later.stamp.epoch;
  EXPECT_EQ(must(east_.exchange.apply(west_.name, later)).verdict, KeyVerdict::kNotYet);
  EXPECT_EQ(arrive(west_, east_, question).verdict, KeyVerdict::kGone);
}

// Only a replica that asks for its end goes, whatever was answered: this one was restored meanwhile from a backup of
// before its deletion was asked for.
TEST_F(LostDisks, AReplicaThatIsNotEndingIsNotDeletedByAnAnswer) {
  const KeyName key = make_family();
  const store::Row before = **west_.store->get(key_row(key));
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  KeyMessage question = message(west_, east_, key);
  const KeyAnswer answer = arrive(west_, east_, question);
  ASSERT_EQ(answer.verdict, KeyVerdict::kGone);
  put_row(west_, before.key, before.value);
  EXPECT_EQ(settle(west_, east_, question, answer), "");
  EXPECT_TRUE(info(west_, key));
}

}  // namespace
}  // namespace coffer::kms::testing
