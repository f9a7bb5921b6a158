// Three regions of a multi-region key that exchange messages as the test says: what each of them may do, and when.
#include "kms/multi_region.h"

#include <gtest/gtest.h>

#include "kms/key_details.h"
#include "kms/key_exchange.h"
#include "kms/key_rotation.h"
#include "kms/key_store.h"
#include "kms/operations.h"
#include "kms/testing/related_regions.h"

namespace coffer::kms::testing {
namespace {

using std::chrono::hours;

constexpr hours kDay(24);

class MultiRegionTest : public RelatedRegions {};

// All begins with this: the replica is the same key, with a policy, tags and a description of its own.
TEST_F(MultiRegionTest, AReplicaHasTheMaterialAndWhatItWasGiven) {
  const KeyName key = make_primary(east_);
  const std::string ciphertext = encrypted(east_, key, "hello");
  Birth birth{"in the west", {{"team", "red"}}, {}};
  birth.policy.text = default_key_policy(key.account) + " ";
  must(replicate(east_.keyring, key, west_.name, birth));
  EXPECT_EQ(info(west_, key), std::nullopt);
  settle();
  const auto replica = info(west_, key);
  ASSERT_TRUE(replica);
  EXPECT_EQ(replica->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(replica->description, "in the west");
  EXPECT_EQ(replica->tags, birth.tags);
  EXPECT_EQ(stored(west_, key)->policy, birth.policy);
  EXPECT_EQ(replica->related, (RelatedKeys{east_.name, {west_.name}}));
  EXPECT_EQ(info(east_, key)->related, replica->related);
  EXPECT_EQ(decrypted(west_, key, ciphertext), "hello");
  EXPECT_EQ(decrypted(east_, key, encrypted(west_, key, "back")), "back");
}

// The primary keeps nothing of what is the replica's own.
TEST_F(MultiRegionTest, ThePrimaryForgetsWhatTheReplicaBeganWith) {
  const KeyName key = make_primary(east_);
  must(replicate(east_.keyring, key, west_.name, {"secret plans", {}, {}}));
  EXPECT_TRUE(stored(east_, key)->lineage->find(west_.name)->birth);
  settle();
  EXPECT_FALSE(stored(east_, key)->lineage->find(west_.name)->birth);
  must(describe(west_.keyring, key, "changed"));
  must(rotate_on_demand(east_.keyring, key));
  settle();
  EXPECT_EQ(info(west_, key)->description, "changed");
}

// As AWS has it, one key in a region.
TEST_F(MultiRegionTest, WhatCannotBeReplicated) {
  const KeyName single = must(east_.keyring.create_key(kAccount, ""));
  EXPECT_EQ(outcome(replicate(east_.keyring, single, west_.name, {})), "UnsupportedOperationException");
  const KeyName key = make_primary(east_);
  EXPECT_EQ(outcome(replicate(east_.keyring, key, east_.name, {})), "AlreadyExistsException");
  must(replicate(east_.keyring, key, west_.name, {}));
  EXPECT_EQ(outcome(replicate(east_.keyring, key, west_.name, {})), "AlreadyExistsException");
  settle();
  EXPECT_EQ(outcome(replicate(west_.keyring, key, europe_.name, {})), "UnsupportedOperationException");
  must(east_.keyring.disable(key));
  EXPECT_EQ(outcome(replicate(east_.keyring, key, europe_.name, {})), "DisabledException");
  must(east_.keyring.schedule_deletion(key, 7));
  EXPECT_EQ(outcome(replicate(east_.keyring, key, europe_.name, {})), "KMSInvalidStateException");
}

// What one region encrypts, every other must be able to decrypt at that very moment.
TEST_F(MultiRegionTest, NewMaterialEncryptsOnceEveryRegionHasIt) {
  const KeyName key = make_family();
  const std::string first = info(east_, key)->material_id;
  must(rotate_on_demand(east_.keyring, key));
  EXPECT_EQ(info(east_, key)->material_id, first);
  EXPECT_TRUE(info(east_, key)->on_demand_rotation);
  EXPECT_EQ(list_materials(east_.keyring, key)->size(), 1U);
  deliver_all(east_, west_);
  EXPECT_EQ(stored(west_, key)->materials.size(), 2U);
  EXPECT_EQ(info(west_, key)->material_id, first);
  EXPECT_EQ(info(east_, key)->material_id, first) << "Europe has not got it yet";
  deliver_all(east_, europe_);
  const std::string second = info(east_, key)->material_id;
  EXPECT_NE(second, first);
  EXPECT_FALSE(info(east_, key)->on_demand_rotation);
  EXPECT_EQ(list_materials(east_.keyring, key)->size(), 2U);
  // Decrypts already, though it does not encrypt with it yet.
  EXPECT_EQ(info(west_, key)->material_id, first);
  EXPECT_EQ(decrypted(west_, key, encrypted(east_, key, "new")), "new");
  settle();
  EXPECT_EQ(info(west_, key)->material_id, second);
  EXPECT_EQ(info(europe_, key)->material_id, second);
}

// The schedule is the primary's, and is shown everywhere.
TEST_F(MultiRegionTest, ThePrimaryRotatesForAll) {
  const KeyName key = make_family();
  must(enable_rotation(east_.keyring, key, 90));
  settle();
  EXPECT_EQ(info(west_, key)->rotation, info(east_, key)->rotation);
  EXPECT_TRUE(info(west_, key)->rotation);
  EXPECT_EQ(outcome(enable_rotation(west_.keyring, key, 90)), "UnsupportedOperationException");
  EXPECT_EQ(outcome(disable_rotation(west_.keyring, key)), "UnsupportedOperationException");
  EXPECT_EQ(outcome(rotate_on_demand(west_.keyring, key)), "UnsupportedOperationException");
  clock_.advance(90 * kDay);
  EXPECT_EQ(must(Rotator(west_.keyring).step()), 0U);
  EXPECT_EQ(must(Rotator(east_.keyring).step()), 1U);
  settle();
  EXPECT_EQ(list_materials(west_.keyring, key)->size(), 2U);
}

// Who is enabled, and with which policy, each region decides.
TEST_F(MultiRegionTest, StatesAreEachRegionsOwn) {
  const KeyName key = make_family();
  must(east_.keyring.disable(key));
  settle();
  EXPECT_EQ(info(west_, key)->state, KeyState::kEnabled);
  EXPECT_EQ(decrypted(europe_, key, encrypted(west_, key, "x")), "x");
}

// The whole of a hand-over.
TEST_F(MultiRegionTest, AnotherRegionBecomesThePrimary) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  EXPECT_TRUE(info(east_, key)->related->is_updating);
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kReplica);
  EXPECT_EQ(encrypted(east_, key, "x").empty(), false) << "it encrypts all the time";
  for (const auto& refused : {east_.keyring.disable(key), east_.keyring.enable(key),
                              hand_over(east_.keyring, key, west_.name), replicate(east_.keyring, key, west_.name, {})})
    EXPECT_EQ(outcome(refused), "KMSInvalidStateException");
  EXPECT_EQ(outcome(east_.keyring.schedule_deletion(key, 7)), "KMSInvalidStateException");
  settle();
  const RelatedKeys expected{west_.name, {europe_.name, east_.name}};
  for (RegionInTest* region : all())
    EXPECT_EQ(info(*region, key)->related, expected) << region->name.text();
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kPrimary);
  must(rotate_on_demand(west_.keyring, key));
  settle();
  EXPECT_EQ(list_materials(east_.keyring, key)->size(), 2U);
}

// Nobody may end up as a primary that cannot be used, if that is known.
TEST_F(MultiRegionTest, WhoCannotBecomeThePrimary) {
  const KeyName key = make_family();
  EXPECT_EQ(outcome(hand_over(west_.keyring, key, europe_.name)), "UnsupportedOperationException");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, *Region::parse("ap-south-1"))), "NotFoundException");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, east_.name)), "NotFoundException");
  must(west_.keyring.disable(key));
  must(europe_.keyring.schedule_deletion(key, 7));
  settle();
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "DisabledException");
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, europe_.name)), "KMSInvalidStateException");
  must(west_.keyring.enable(key));
  settle();
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "ok");
  settle();
  // What the former primary knew the new one learns from the replica itself.
  EXPECT_EQ(outcome(hand_over(west_.keyring, key, europe_.name)), "KMSInvalidStateException");
  const KeyName fresh = make_primary(east_);
  must(replicate(east_.keyring, fresh, west_.name, {}));
  EXPECT_EQ(outcome(hand_over(east_.keyring, fresh, west_.name)), "KMSInvalidStateException") << "is creating";
}

// What one replica begins with, its policy too, is nobody else's business.
TEST_F(MultiRegionTest, OnlyWhoBeginsHearsWithWhat) {
  const KeyName key = make_primary(east_);
  must(replicate(east_.keyring, key, west_.name, {"the west's", {}, {}}));
  must(replicate(east_.keyring, key, europe_.name, {"Europe's", {}, {}}));
  const KeyMessage sent = message(east_, west_, key);
  const Lineage& lineage = std::get<SharedKey>(sent).lineage;
  EXPECT_TRUE(lineage.find(west_.name)->birth);
  EXPECT_FALSE(lineage.find(europe_.name)->birth);
}

// Until the next primary is there, the order to take over is all that is left of one.
TEST_F(MultiRegionTest, AHandOverIsNotDoneBeforeItIsTaken) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  const KeyMessage sent = message(east_, west_, key);
  const Stamp stamp = stored(east_, key)->lineage->stamp;
  const KeyAnswer refusals[] = {{KeyVerdict::kUnknown, {}, 0},
                                {KeyVerdict::kBusy, stamp, 1},
                                {KeyVerdict::kStale, {stamp.epoch - 1, stamp.generation + 5}, 1}};
  for (const KeyAnswer& refusal : refusals) {
    EXPECT_NE(settle(east_, west_, sent, refusal), "");
    EXPECT_TRUE(info(east_, key)->related->is_updating);
  }
  settle();
  EXPECT_FALSE(info(east_, key)->related->is_updating);
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kPrimary);
}

// A replica that is still to be made is made by whoever is primary then.
TEST_F(MultiRegionTest, AHandOverTakesUnmadeReplicasAlong) {
  const KeyName key = make_primary(east_);
  must(replicate(east_.keyring, key, west_.name, {}));
  settle();
  must(replicate(east_.keyring, key, europe_.name, {"to be made", {}, {}}));
  must(hand_over(east_.keyring, key, west_.name));
  deliver_all(east_, west_);
  EXPECT_EQ(info(europe_, key), std::nullopt);
  deliver_all(west_, europe_);
  EXPECT_EQ(info(europe_, key)->description, "to be made");
  EXPECT_EQ(info(europe_, key)->related->primary, west_.name);
}

// A primary must outlive its replicas, and waits its whole period after them.
TEST_F(MultiRegionTest, APrimaryIsDeletedAfterItsReplicas) {
  const KeyName key = make_family();
  EXPECT_EQ(must(east_.keyring.schedule_deletion(key, 8)), std::nullopt);
  EXPECT_EQ(info(east_, key)->state, KeyState::kPendingReplicaDeletion);
  EXPECT_EQ(info(east_, key)->waiting_days, 8);
  EXPECT_EQ(outcome(east_.keyring.enable(key)), "KMSInvalidStateException");
  clock_.advance(100 * kDay);
  expire();
  EXPECT_TRUE(info(east_, key));
  for (RegionInTest* region : {&west_, &europe_})
    EXPECT_EQ(must(region->keyring.schedule_deletion(key, 7)), clock_.now() + 7 * kDay);
  clock_.advance(7 * kDay);
  expire();
  EXPECT_EQ(info(west_, key), std::nullopt);
  EXPECT_EQ(info(europe_, key), std::nullopt);
  EXPECT_EQ(info(east_, key)->state, KeyState::kPendingDeletion);
  EXPECT_EQ(info(east_, key)->deletion_date, clock_.now() + 8 * kDay);
  clock_.advance(8 * kDay);
  expire();
  EXPECT_EQ(info(east_, key), std::nullopt);
  EXPECT_EQ(marks(), 0U);
}

// Cancelling takes both kinds of waiting back.
TEST_F(MultiRegionTest, DeletionIsCancelled) {
  const KeyName key = make_family();
  must(east_.keyring.schedule_deletion(key, 8));
  must(east_.keyring.cancel_deletion(key));
  EXPECT_EQ(info(east_, key)->state, KeyState::kDisabled);
  EXPECT_EQ(info(east_, key)->waiting_days, std::nullopt);
  must(west_.keyring.schedule_deletion(key, 8));
  settle();
  EXPECT_EQ(stored(east_, key)->lineage->find(west_.name)->state, KeyState::kPendingDeletion);
  must(west_.keyring.cancel_deletion(key));
  settle();
  EXPECT_EQ(stored(east_, key)->lineage->find(west_.name)->state, KeyState::kDisabled);
}

// A material that is gone while the primary still counts on the replica could never be made again.
TEST_F(MultiRegionTest, AReplicaKeepsItsMaterialUntilThePrimaryHasAgreed) {
  const KeyName key = make_family();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  EXPECT_EQ(must(west_.keyring.erase_expired()), 0U);
  EXPECT_EQ(info(west_, key)->state, KeyState::kPendingDeletion);
  EXPECT_EQ(outcome(west_.keyring.cancel_deletion(key)), "KMSInvalidStateException");
  // The answer is lost, and the question asked again.
  KeyMessage question = message(west_, east_, key);
  const KeyAnswer lost = arrive(west_, east_, question);
  EXPECT_EQ(lost.verdict, KeyVerdict::kGone);
  EXPECT_EQ(info(east_, key)->related->replicas, std::vector{europe_.name});
  EXPECT_TRUE(info(west_, key));
  settle();
  EXPECT_EQ(info(west_, key), std::nullopt);
  // And once more, held up in the network.
  arrive(west_, east_, question);
  EXPECT_EQ(info(east_, key)->related->replicas, std::vector{europe_.name});
}

// The case that made a key without a primary: the hand-over and the end of the replica cross.
TEST_F(MultiRegionTest, AReplicaThatEndsWhileItIsMadeThePrimaryStays) {
  const KeyName key = make_family();
  must(west_.keyring.schedule_deletion(key, 7));  // nobody has been told
  must(hand_over(east_.keyring, key, west_.name));
  clock_.advance(7 * kDay);
  EXPECT_EQ(must(west_.keyring.erase_expired()), 0U);
  deliver_all(west_, east_);
  EXPECT_TRUE(info(west_, key)) << "the former primary does not agree";
  settle();
  EXPECT_EQ(info(west_, key)->multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(info(west_, key)->state, KeyState::kPendingReplicaDeletion);
  EXPECT_EQ(info(west_, key)->waiting_days, 7);
  EXPECT_EQ(info(west_, key)->deletion_date, std::nullopt);
  clock_.advance(100 * kDay);
  expire();
  EXPECT_TRUE(info(west_, key));
  must(west_.keyring.cancel_deletion(key));
  must(west_.keyring.enable(key));
  must(hand_over(west_.keyring, key, east_.name));
  settle();
  EXPECT_EQ(info(east_, key)->multi_region, MultiRegion::kPrimary);
}

// The other order: once it was let go, it cannot be made the primary.
TEST_F(MultiRegionTest, AReplicaThatWasLetGoIsNotMadeThePrimary) {
  const KeyName key = make_family();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  arrive(west_, east_, message(west_, east_, key));  // and the answer is on its way
  EXPECT_EQ(outcome(hand_over(east_.keyring, key, west_.name)), "NotFoundException");
}

// A replica may come again, and nothing of the former one may touch it.
TEST_F(MultiRegionTest, AReplicaComesAgainWhereOneWas) {
  const KeyName key = make_family();
  KeyMessage old_state = message(east_, west_, key);
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  KeyMessage old_question = message(west_, east_, key);
  arrive(west_, east_, old_question);
  must(replicate(east_.keyring, key, west_.name, {"again", {}, {}}));
  // The former one does not know yet that it may go.
  KeyMessage birth = message(east_, west_, key);
  EXPECT_EQ(arrive(east_, west_, birth).verdict, KeyVerdict::kBusy);
  const KeyAnswer gone = arrive(west_, east_, old_question);
  EXPECT_EQ(gone.verdict, KeyVerdict::kGone);
  settle(west_, east_, old_question, gone);
  EXPECT_EQ(info(west_, key), std::nullopt);
  EXPECT_EQ(arrive(east_, west_, old_state).verdict, KeyVerdict::kStale) << "of the former one";
  settle();
  EXPECT_EQ(info(west_, key)->description, "again");
  EXPECT_EQ(arrive(west_, east_, old_question).verdict, KeyVerdict::kGone);
  EXPECT_TRUE(stored(east_, key)->lineage->find(west_.name)) << "the new one is not meant";
}

// An answer about the former one comes when the new one is on the list already: it must still be made, of what it was
// given.
TEST_F(MultiRegionTest, AnAnswerAboutAFormerReplicaIsNotTakenForTheNewOne) {
  const KeyName key = make_family();
  KeyMessage sent = message(east_, west_, key);
  const KeyAnswer answer = arrive(east_, west_, sent);
  ASSERT_EQ(answer.verdict, KeyVerdict::kApplied);
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  expire();
  must(replicate(east_.keyring, key, west_.name, {"again", {}, {}}));
  EXPECT_EQ(settle(east_, west_, sent, answer), "");
  EXPECT_TRUE(stored(east_, key)->lineage->find(west_.name)->birth);
  settle();
  ASSERT_TRUE(info(west_, key));
  EXPECT_EQ(info(west_, key)->description, "again");
}

// The answer that lets a replica go is lost, and then nobody is the primary that it could ask again.
TEST_F(MultiRegionTest, AReplicaThatWasLetGoBeforeAHandOverLearnsOfIt) {
  const KeyName key = make_family();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  EXPECT_EQ(arrive(west_, east_, message(west_, east_, key)).verdict, KeyVerdict::kGone);
  must(hand_over(east_.keyring, key, europe_.name));
  settle();
  EXPECT_FALSE(info(west_, key));
  must(replicate(europe_.keyring, key, west_.name, {"again", {}, {}}));
  settle();
  EXPECT_EQ(info(west_, key)->description, "again");
}

// And when even the former primary is there no more, the next one tells, as soon as it has something to tell.
TEST_F(MultiRegionTest, AReplicaThatWasLetGoByWhoHasGoneLearnsOfItWhenItComesAgain) {
  const KeyName key = make_family();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  arrive(west_, east_, message(west_, east_, key));
  must(hand_over(east_.keyring, key, europe_.name));
  for (int i = 0; i < 2; ++i) {  // the west is away
    deliver_all(east_, europe_);
    deliver_all(europe_, east_);
  }
  must(east_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(east_.keyring.erase_expired());
  deliver_all(east_, europe_);
  ASSERT_FALSE(info(east_, key));
  deliver_all(west_, east_);
  ASSERT_TRUE(info(west_, key)) << "nobody there can tell";
  must(replicate(europe_.keyring, key, west_.name, {"again", {}, {}}));
  settle();
  ASSERT_TRUE(info(west_, key));
  EXPECT_EQ(info(west_, key)->description, "again");
}

// The same question and answer twice, of a replica that has come again since and is to end, too.
TEST_F(MultiRegionTest, AnAnswerLetsOnlyTheReplicaGoThatAsked) {
  const KeyName key = make_family();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  KeyMessage question = message(west_, east_, key);
  const KeyAnswer answer = arrive(west_, east_, question);
  settle();
  must(replicate(east_.keyring, key, west_.name, {}));
  settle();
  must(west_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(west_.keyring.erase_expired());
  EXPECT_EQ(settle(west_, east_, question, answer), "");
  EXPECT_TRUE(info(west_, key)) << "the primary still counts on it";
}

// A region that was away asks the wrong one; only the primary's own word lets it go.
TEST_F(MultiRegionTest, AFormerPrimaryThatHasGoneLetsNobodyGo) {
  const KeyName key = make_family();
  must(hand_over(east_.keyring, key, west_.name));
  deliver_all(east_, west_);
  deliver_all(west_, east_);
  must(east_.keyring.schedule_deletion(key, 7));
  must(europe_.keyring.schedule_deletion(key, 7));
  clock_.advance(7 * kDay);
  must(east_.keyring.erase_expired());
  deliver_all(east_, west_);
  EXPECT_EQ(info(east_, key), std::nullopt);
  must(europe_.keyring.erase_expired());
  deliver_all(europe_, east_);
  EXPECT_TRUE(info(europe_, key));
  settle();
  EXPECT_EQ(info(europe_, key), std::nullopt);
  EXPECT_TRUE(info(west_, key)->related->replicas.empty());
}

// Messages of the past change nothing.
TEST_F(MultiRegionTest, WhatComesLateIsStale) {
  const KeyName key = make_family();
  KeyMessage before = message(east_, west_, key);
  must(enable_rotation(east_.keyring, key, 90));
  settle();
  EXPECT_EQ(arrive(east_, west_, before).verdict, KeyVerdict::kStale);
  EXPECT_TRUE(info(west_, key)->rotation);
  must(hand_over(east_.keyring, key, west_.name));
  KeyMessage first_hand_over = message(east_, west_, key);
  settle();
  must(hand_over(west_.keyring, key, europe_.name));
  settle();
  EXPECT_EQ(arrive(east_, west_, first_hand_over).verdict, KeyVerdict::kStale);
  EXPECT_EQ(info(west_, key)->related->primary, europe_.name);
  EXPECT_EQ(arrive(east_, west_, before).verdict, KeyVerdict::kStale);
}

// Rows from before there were replicas are primaries without any.
TEST_F(MultiRegionTest, APrimaryOfAnEarlierVersionIsReplicated) {
  const KeyName key = make_primary(east_);
  StoredKey old = *stored(east_, key);
  old.lineage.reset();
  put_row(east_, key_row(key), encode_key(old));
  EXPECT_EQ(info(east_, key)->related, (RelatedKeys{east_.name, {}}));
  must(replicate(east_.keyring, key, west_.name, {}));
  settle();
  EXPECT_EQ(decrypted(west_, key, encrypted(east_, key, "x")), "x");
}

}  // namespace
}  // namespace coffer::kms::testing
