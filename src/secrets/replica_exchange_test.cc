// What a region makes of the states that other regions send: the rules of replica_state.h, one by one.
#include "secrets/replica_state.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "secrets/testing/store_fixture.h"
#include "store/testing/interrupted_store.h"

namespace coffer::secrets {
namespace {

using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kWest;
using testing::version_id;
class ReplicaExchangeTest : public testing::SecretStoreTest {
 protected:
  // The west has what this view shows, and the mark that stands there now was for it.
  ProgressReport acknowledged(const SecretPointer& view) {
    const Secret& secret = view->secret;
    return {.account = kAccount,
            .name = secret.name,
            .suffix = secret.suffix,
            .region = kWest,
            .progress = {.acknowledged_generation = secret.generation},
            .mark_to_clear = *store_->get(store::OutboxKey{kWest, "secret", kAccount, secret.name}.text())};
  }
};

TEST_F(ReplicaExchangeTest, AReplicaIsAppliedOnceAndOnlyForward) {
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kAlreadyNewer);
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 1, 4)), ApplyVerdict::kAhead);
  EXPECT_EQ(value(find("copy"), version_id(1)), "AAAAAA5");
  EXPECT_EQ(find("copy")->secret.role, Role::kReplica);
  EXPECT_EQ(find("copy")->arn, "arn:aws:secretsmanager:us-east-1:123456789012:secret:copy-AAAAAA");
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 1, 6)), ApplyVerdict::kApplied);
  EXPECT_EQ(value(find("copy"), version_id(1)), "AAAAAA5") << "a version never changes its value";
}

// A primary that was restored from a backup has lost changes that its replicas have, and does not know it.
TEST_F(ReplicaExchangeTest, ACopyThatIsAheadOfItsPrimarySaysSo) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  const auto behind = secrets_.apply_state(state_from(kWest, "AAAAAA", 1, 4));
  EXPECT_EQ(behind->verdict, ApplyVerdict::kAhead);
  EXPECT_EQ(behind->generation, 5u);
  ReplicaState other = state_from(kWest, "AAAAAA", 1, 5);
  other.state_id = 99;
  EXPECT_EQ(apply(std::move(other)), ApplyVerdict::kAhead) << "another fifth change than the one we know";
  EXPECT_EQ(find("copy")->secret.generation, 5u);
}

// The more a restored primary is changed, the less its generation tells; what it believes to be here still does.
TEST_F(ReplicaExchangeTest, AStateMustBeBasedOnWhatIsHere) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  const auto based_on = [&](uint64_t base, uint64_t generation) {
    ReplicaState state = state_from(kWest, "AAAAAA", 1, generation);
    state.base_state_id = base;
    return apply(std::move(state));
  };
  EXPECT_EQ(based_on(5, 6), ApplyVerdict::kApplied);
  EXPECT_EQ(based_on(5, 7), ApplyVerdict::kApplied) << "the answer to the sixth was lost";
  EXPECT_EQ(based_on(7, 8), ApplyVerdict::kApplied);
  EXPECT_EQ(based_on(6, 900), ApplyVerdict::kAhead);
  EXPECT_EQ(based_on(0, 9), ApplyVerdict::kApplied) << "the region was added anew: nothing is claimed";
}

// A promoted copy and its old primary may both be given a token by a client that counts.
TEST_F(ReplicaExchangeTest, AnIdThatNamesAnotherValueInAnotherLineageIsReplaced) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  ReplicaState promoted = state_from(kEurope, "AAAAAA", 2, 5);
  promoted.versions[0].version.generation = 4;
  promoted.versions[0].value = std::nullopt;
  EXPECT_EQ(apply(std::move(promoted)), ApplyVerdict::kNeedVersions);
  promoted = state_from(kEurope, "AAAAAA", 2, 5);
  promoted.versions[0].version.generation = 4;
  promoted.versions[0].value = SecretBytes::copy_of("of the promoted one");
  EXPECT_EQ(apply(std::move(promoted)), ApplyVerdict::kApplied);
  EXPECT_EQ(value(find("copy"), version_id(1)), "of the promoted one");
}

TEST_F(ReplicaExchangeTest, APromotedCopyThatWasDeletedIsNotBroughtBack) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  ASSERT_TRUE(edit("copy", [](Change& change) {
                change.secret.role = Role::kPrimary;
                change.secret.primary_region = kEast;
                change.secret.lineage_epoch = 2;
              }).ok());
  ASSERT_TRUE(erase("copy").ok());
  ReplicaState late = state_from(kWest, "AAAAAA", 1, 6);
  late.force_overwrite = true;
  EXPECT_EQ(apply(std::move(late)), ApplyVerdict::kFenced);
  EXPECT_FALSE(find("copy"));
  EXPECT_EQ(apply(state_from(kWest, "BBBBBB", 1, 1)), ApplyVerdict::kApplied) << "another secret of that name may come";
}

// Force is an answer to what was there when it was asked for, and to nothing that takes the name later.
TEST_F(ReplicaExchangeTest, ForceIsSentUntilTheRegionHasAcknowledgedOnce) {
  Change change = new_secret("db", "v", {kWest});
  change.secret.replicas[0].force_overwrite = true;
  const SecretPointer made = *secrets_.create(std::move(change));
  const auto is_forced = [&] {
    return (*secrets_.export_state(kAccount, "db", kWest, ValuesToSend::kAll))->force_overwrite;
  };
  EXPECT_TRUE(is_forced());
  ReplicaProgress progress{.acknowledged_generation = 0, .failed = true, .message = "no", .last_attempt = {}};
  ASSERT_TRUE(secrets_.record_progress({kAccount, "db", made->secret.suffix, kWest, progress, std::nullopt}).ok());
  EXPECT_TRUE(is_forced());
  progress.acknowledged_generation = 1;
  ASSERT_TRUE(secrets_.record_progress({kAccount, "db", made->secret.suffix, kWest, progress, std::nullopt}).ok());
  EXPECT_FALSE(is_forced());
  ASSERT_TRUE(edit("db", [](Change& again) { again.restarted_replicas.push_back(kWest); }).ok());
  EXPECT_TRUE(is_forced()) << "asked for once more";
}

TEST_F(ReplicaExchangeTest, ValuesThatAreMissingAreAskedFor) {
  ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  state.versions[0].value.reset();
  const auto outcome = secrets_.apply_state(std::move(state));
  EXPECT_EQ(outcome->verdict, ApplyVerdict::kNeedVersions);
  EXPECT_EQ(outcome->needed, std::vector{version_id(1)});
  EXPECT_FALSE(find("copy"));
}

// Together is a matter of the disk only: each is decided as if it had come alone.
TEST_F(ReplicaExchangeTest, StatesThatArriveTogetherAreEachDecidedAlone) {
  create("mine", "mine");
  std::vector<ReplicaState> states;
  for (const char* name : {"first", "mine", "second"}) {
    states.push_back(state_from(kWest, "AAAAAA", 1, 5));
    states.back().name = name;
  }
  const auto before = store_->revision();
  const auto outcomes = secrets_.apply_states(std::move(states));
  ASSERT_TRUE(outcomes.ok());
  ASSERT_EQ(outcomes->size(), 3u);
  EXPECT_EQ((*outcomes)[0].verdict, ApplyVerdict::kApplied);
  EXPECT_EQ((*outcomes)[1].verdict, ApplyVerdict::kNameTaken);
  EXPECT_EQ((*outcomes)[2].verdict, ApplyVerdict::kApplied);
  EXPECT_EQ(store_->revision(), before + 1) << "one transaction";
  EXPECT_EQ(value(find("first"), version_id(1)), "AAAAAA5");
  EXPECT_EQ(value(find("mine"), version_id(0)), "mine");
  EXPECT_EQ(value(find("second"), version_id(1)), "AAAAAA5");
}

TEST_F(ReplicaExchangeTest, ProgressOfManyIsRecordedTogether) {
  std::vector<ProgressReport> reports;
  for (const char* name : {"a", "b"}) {
    reports.push_back(acknowledged(create(name, "value", {kWest})));
  }
  // Changed since it was sent: its mark stands for something newer.
  ASSERT_TRUE(edit("b", [](Change& change) { change.secret.description = "new"; }).ok());
  const auto before = store_->revision();
  EXPECT_TRUE(std::ranges::all_of(secrets_.record_progress(reports), &Result<void>::ok));
  EXPECT_EQ(store_->revision(), before + 1) << "one transaction";
  EXPECT_FALSE(mark(kWest, "a"));
  EXPECT_TRUE(mark(kWest, "b"));
  EXPECT_EQ(find("a")->replica_status(kWest).status, "InSync");
  EXPECT_EQ(find("b")->replica_status(kWest).status, "InProgress");
}

// Those that are written all the time must not make each of the others wait for the disk alone.
TEST_F(ReplicaExchangeTest, ProgressOfManyStaysTogetherWhenOneIsChangedMeanwhile) {
  store::testing::InterruptedStore interrupted(*store_);
  SecretStore slow({interrupted, keyring_, random_, clock_, kEast});
  std::vector<ProgressReport> reports;
  for (int i = 0; i < 16; ++i) {
    const std::string name = "secret" + std::to_string(i);
    reports.push_back(acknowledged(create(name, "value", {kWest})));
  }
  int left = 2;
  const std::function<void()> interruption = [&] {
    ASSERT_TRUE(edit("secret7", [&](Change& change) { change.secret.description += "x"; }).ok());
    if (--left > 0) interrupted.before_next_commit(interruption);
  };
  interrupted.before_next_commit(interruption);
  const auto before = store_->revision();
  EXPECT_TRUE(std::ranges::all_of(slow.record_progress(reports), &Result<void>::ok));
  EXPECT_EQ(left, 0);
  EXPECT_EQ(store_->revision(), before + 2 + 2) << "two changes, and one transaction for each half";
  for (const ProgressReport& report : reports)
    EXPECT_EQ(mark(kWest, report.name).has_value(), report.name == "secret7") << report.name;
}

// Such a row changes no revision of the record. One that stayed would be taken for that of the next replica there, or
// of the next secret of that name: InSync, though nothing was ever sent.
TEST_F(ReplicaExchangeTest, ProgressThatIsRecordedWhileARegionIsRemovedGoesWithIt) {
  store::testing::InterruptedStore interrupted(*store_);
  SecretStore slow({interrupted, keyring_, random_, clock_, kEast});
  const auto made = create("db", "value", {kWest, kEurope});
  const auto acknowledge = [&](const Region& region) {
    EXPECT_TRUE(secrets_
                    .record_progress({.account = kAccount,
                                      .name = "db",
                                      .suffix = made->secret.suffix,
                                      .region = region,
                                      .progress = {.acknowledged_generation = 99},
                                      .mark_to_clear = {}})
                    .ok());
  };
  interrupted.before_next_commit([&] {
    acknowledge(kWest);
    acknowledge(kEurope);
  });
  ASSERT_TRUE(slow.update(kAccount, "db",
                          [&](const SecretView& view) -> Result<std::optional<Change>> {
                            EXPECT_TRUE(view.progress.empty());
                            Change change;
                            change.secret = view.secret;
                            change.secret.replicas = {{kEurope, "", false}};
                            change.removed_replicas = {kWest};
                            change.restarted_replicas = {kEurope};
                            return std::optional(sealed(std::move(change)));
                          })
                  .ok());
  EXPECT_FALSE(store_->get(progress_key(kAccount, "db", kWest))->has_value());
  EXPECT_FALSE(store_->get(progress_key(kAccount, "db", kEurope))->has_value());
  // What an earlier Coffer has left behind does not count either.
  ASSERT_TRUE(store_->commit({{}, {{progress_key(kAccount, "db", kWest), "old"}}, {}}).ok());
  ASSERT_TRUE(edit("db", [](Change& change) { change.secret.replicas.push_back({kWest, "", false}); }).ok());
  EXPECT_EQ(find("db")->replica_status(kWest).status, "InProgress");
  ASSERT_TRUE(store_->commit({{}, {{progress_key(kAccount, "next", kWest), "old"}}, {}}).ok());
  create("next", "value", {kWest});
  EXPECT_EQ(find("next")->replica_status(kWest).status, "InProgress");
}

// A state older than the mark that it is sent for would be acknowledged in its place.
TEST_F(ReplicaExchangeTest, AStateIsNotOlderThanTheMarkThatItIsSentFor) {
  store::testing::InterruptedStore interrupted(*store_);
  SecretStore cached({interrupted, keyring_, random_, clock_, kEast});
  create("db", "value", {kWest});
  const auto other = create("other", "value", {kWest});
  ASSERT_TRUE((*cached.find(kAccount, "db"))->secret.description.empty());
  interrupted.hold_back();
  ASSERT_TRUE(edit("db", [](Change& change) { change.secret.description = "new"; }).ok());
  const auto row = *store_->get(store::OutboxKey{kWest, "secret", kAccount, "db"}.text());
  ASSERT_TRUE((*cached.find(kAccount, "db"))->secret.description.empty()) << "the cache does not know yet";
  const auto description = [&](std::optional<store::Revision> since) {
    return (*cached.export_state(kAccount, "db", kWest, ValuesToSend::kUnacknowledged, since))->description;
  };
  EXPECT_EQ(description(row->revision), "new");
  EXPECT_EQ(description(std::nullopt), "new");
  // Nor is it taken from the cache that there is nothing to send: the mark would be cleared.
  ASSERT_TRUE(edit("db", [](Change& change) {
                change.secret.replicas.clear();
                change.removed_replicas = {kWest};
              }).ok());
  interrupted.tell();
  ASSERT_TRUE((*cached.find(kAccount, "db"))->secret.replicas.empty());
  interrupted.hold_back();
  ASSERT_TRUE(edit("db", [](Change& change) { change.secret.replicas = {{kWest, "", false}}; }).ok());
  EXPECT_TRUE(cached.export_state(kAccount, "db", kWest, ValuesToSend::kUnacknowledged, 0)->has_value());
  // And what was acknowledged is recorded.
  const std::vector<ProgressReport> reports = {acknowledged(find("db")), acknowledged(other)};
  EXPECT_TRUE(std::ranges::all_of(cached.record_progress(reports), &Result<void>::ok));
  EXPECT_EQ(find("db")->replica_status(kWest).status, "InSync");
  EXPECT_EQ(find("other")->replica_status(kWest).status, "InSync");
}

// Whatever a primary that lost its region says afterwards: what was promoted stays.
TEST_F(ReplicaExchangeTest, APromotedCopyIsFencedOffFromItsOldPrimary) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  ASSERT_TRUE(edit("copy", [](Change& change) {
                change.secret.role = Role::kPrimary;
                change.secret.primary_region = kEast;
                change.secret.lineage_epoch = 2;
              }).ok());
  ReplicaState late = state_from(kWest, "AAAAAA", 1, 900);
  late.force_overwrite = true;
  const auto outcome = secrets_.apply_state(std::move(late));
  EXPECT_EQ(outcome->verdict, ApplyVerdict::kFenced);
  EXPECT_EQ(outcome->successor, (ReplicaProgress::Successor{kEast, 2}));
  EXPECT_NE(outcome->message.find("promoted"), std::string::npos);
  EXPECT_EQ(secrets_.apply_removal({kAccount, "copy", "AAAAAA", kWest, 1})->verdict, ApplyVerdict::kAlreadyNewer);
  EXPECT_EQ(value(find("copy"), version_id(1)), "AAAAAA5");
}

// The other replicas of a lost primary follow the promoted one, and from then on nobody else.
TEST_F(ReplicaExchangeTest, AReplicaFollowsTheHigherLineageEpoch) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 50)), ApplyVerdict::kApplied);
  EXPECT_EQ(apply(state_from(kEurope, "AAAAAA", 1, 60)), ApplyVerdict::kOtherLineage);
  EXPECT_EQ(apply(state_from(kEurope, "AAAAAA", 2, 6)), ApplyVerdict::kApplied);
  EXPECT_EQ(find("copy")->secret.primary_region, kEurope);
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 1, 70)), ApplyVerdict::kFenced);
  EXPECT_EQ(apply(state_from(kWest, "AAAAAA", 2, 70)), ApplyVerdict::kOtherLineage);
}

TEST_F(ReplicaExchangeTest, ANameThatIsTakenIsOverwrittenOnlyByForce) {
  create("copy", "mine");
  const auto outcome = secrets_.apply_state(state_from(kWest, "AAAAAA", 1, 5));
  EXPECT_EQ(outcome->verdict, ApplyVerdict::kNameTaken);
  EXPECT_EQ(outcome->message, "Replication failed: Secret name copy already exists in region us-east-1.");
  EXPECT_EQ(value(find("copy"), version_id(0)), "mine");
  ReplicaState forced = state_from(kWest, "AAAAAA", 1, 5);
  forced.force_overwrite = true;
  EXPECT_EQ(apply(std::move(forced)), ApplyVerdict::kApplied);
  EXPECT_EQ(value(find("copy"), version_id(1)), "AAAAAA5");
  EXPECT_EQ(secrets_.list(kAccount, std::nullopt, 10, [](const SecretView&) { return true; })->secrets.size(), 1u);
}

// "A different arn" and "coffer rejoin gives it up" are about others: here nobody knows yet which of the two counts.
TEST_F(ReplicaExchangeTest, OfTwoThatWerePromotedAtATimeEachIsToldSo) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 2, 5)), ApplyVerdict::kApplied);
  const auto follows_other = secrets_.apply_state(state_from(kEurope, "AAAAAA", 2, 6));
  EXPECT_EQ(follows_other->verdict, ApplyVerdict::kOtherLineage);
  EXPECT_EQ(follows_other->message,
            "Replication failed: the secret was promoted in region us-west-2 as well, which replicates it to "
            "us-east-1.");
  ASSERT_TRUE(edit("copy", [](Change& change) {
                change.secret.role = Role::kPrimary;
                change.secret.primary_region = kEast;
              }).ok());
  const auto is_other = secrets_.apply_state(state_from(kEurope, "AAAAAA", 2, 6));
  EXPECT_EQ(is_other->verdict, ApplyVerdict::kNameTaken);
  EXPECT_EQ(is_other->message,
            "Replication failed: Secret name copy already exists in region us-east-1. It was promoted there as well; "
            "coffer failover --from us-east-1 --to eu-west-1 --secret copy --force makes this one count.");
}

TEST_F(ReplicaExchangeTest, WhoCeasesToFollowIsCounted) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 1, 5)), ApplyVerdict::kApplied);
  EXPECT_EQ(secrets_.departures_from(kWest), 0u);
  ASSERT_EQ(apply(state_from(kEurope, "AAAAAA", 2, 6)), ApplyVerdict::kApplied);
  EXPECT_EQ(secrets_.departures_from(kWest), 1u) << "it follows another one now";
  ASSERT_TRUE(edit("copy", [](Change& change) {
                change.secret.role = Role::kPrimary;
                change.secret.primary_region = kEast;
              }).ok());
  EXPECT_EQ(secrets_.departures_from(kEurope), 1u) << "it was promoted";
  EXPECT_EQ(secrets_.departures_from(kWest), 1u);
}

TEST_F(ReplicaExchangeTest, ASecretWithReplicasOfItsOwnIsNotOverwrittenEvenByForce) {
  create("copy", "mine", {kEurope});
  ReplicaState forced = state_from(kWest, "AAAAAA", 1, 5);
  forced.force_overwrite = true;
  EXPECT_EQ(apply(std::move(forced)), ApplyVerdict::kNameTaken);
}

// The removal of the first secret was overtaken by the second of the same name: one mark per name and region.
TEST_F(ReplicaExchangeTest, ACopyOfAnEarlierSecretOfTheSamePrimaryGoes) {
  ASSERT_EQ(apply(state_from(kWest, "AAAAAA", 3, 5)), ApplyVerdict::kApplied);
  EXPECT_EQ(apply(state_from(kEurope, "BBBBBB", 1, 1)), ApplyVerdict::kOtherLineage);
  EXPECT_EQ(apply(state_from(kWest, "BBBBBB", 1, 1)), ApplyVerdict::kApplied);
  EXPECT_EQ(find("copy")->secret.suffix, "BBBBBB");
  EXPECT_EQ(secrets_.apply_removal({kAccount, "copy", "CCCCCC", kEurope, 9})->verdict, ApplyVerdict::kAlreadyNewer);
  EXPECT_EQ(secrets_.apply_removal({kAccount, "copy", "CCCCCC", kWest, 1})->verdict, ApplyVerdict::kApplied);
  EXPECT_FALSE(find("copy"));
}

// 150 versions of 64 KiB are more than one transaction of the store holds.
TEST_F(ReplicaExchangeTest, AReplicaOfAnySizeIsApplied) {
  create("other");
  const size_t before = rows();
  ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  for (int i = 2; i <= 150; ++i) {
    state.versions.push_back({{version_id(i), {}, clock_.now(), ValueKind::kString, 1},
                              SecretBytes::copy_of(std::string(65'536, static_cast<char>('a' + i % 26)))});
  }
  EXPECT_EQ(apply(std::move(state)), ApplyVerdict::kApplied);
  const SecretPointer view = find("copy");
  ASSERT_EQ(view->secret.versions.size(), 150u);
  for (int i = 2; i <= 150; ++i)
    EXPECT_EQ(value(view, version_id(i)), std::string(65'536, static_cast<char>('a' + i % 26)));
  EXPECT_EQ(find("copy")->secret.version_with("AWSCURRENT")->id, version_id(1));
  // Nothing stays behind that no record knows of.
  EXPECT_EQ(secrets_.apply_removal({kAccount, "copy", "AAAAAA", kWest, 1})->verdict, ApplyVerdict::kApplied);
  EXPECT_EQ(rows(), before);
}

// Otherwise they would be missing until the primary's next change, which would send every value again.
TEST_F(ReplicaExchangeTest, ACopyWhoseKeyIsChangedHereKeepsItsVersions) {
  ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  for (int i = 2; i <= 150; ++i)
    state.versions.push_back({{version_id(i), {}, clock_.now(), ValueKind::kString, 1}, SecretBytes::copy_of("x")});
  ASSERT_EQ(apply(std::move(state)), ApplyVerdict::kApplied);
  clock_.advance(std::chrono::hours(25));
  const kms::KeyName key = *keyring_.create_key(kAccount, "");
  ASSERT_TRUE(edit("copy", [&](Change& change) { change.secret.kms_key_id = key.id; }).ok());
  EXPECT_EQ(find("copy")->secret.versions.size(), 150u);
  EXPECT_EQ(value(find("copy"), version_id(2)), "x");
}

// The primary has it still, and would otherwise show InSync for a copy that cannot be read.
TEST_F(ReplicaExchangeTest, AValueWhoseKeyWasDeletedHereIsAskedForAgain) {
  const kms::KeyName key = *keyring_.create_key(kAccount, "");
  const auto state = [&](uint64_t generation, bool with_value) {
    ReplicaState sent = state_from(kWest, "AAAAAA", 1, generation);
    sent.kms_key_id = key.id;
    sent.versions[0].version.created = Time();
    if (!with_value) sent.versions[0].value.reset();
    return sent;
  };
  ASSERT_EQ(apply(state(5, true)), ApplyVerdict::kApplied);
  ASSERT_TRUE(keyring_.disable(key).ok());
  ASSERT_TRUE(edit("copy", [](Change& change) { change.secret.kms_key_id = ""; }).ok());
  EXPECT_EQ(apply(state(6, false)), ApplyVerdict::kApplied) << "a disabled key can be had back";
  ASSERT_TRUE(keyring_.schedule_deletion(key, 7).ok());
  clock_.advance(std::chrono::hours(8 * 24));
  ASSERT_EQ(*keyring_.erase_expired(), 1u);
  EXPECT_EQ(apply(state(7, false)), ApplyVerdict::kNeedVersions);
  EXPECT_EQ(apply(state(7, true)), ApplyVerdict::kApplied);
  EXPECT_EQ(value(find("copy"), version_id(1)), "AAAAAA7");
  EXPECT_EQ(find("copy")->secret.versions[0].kms_key_arn, "");
}

TEST_F(ReplicaExchangeTest, AKeyThatDoesNotExistHereIsReported) {
  ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
  state.kms_key_id = "alias/mine";
  EXPECT_EQ(apply(std::move(state)), ApplyVerdict::kKeyUnusable);
  EXPECT_FALSE(find("copy"));
}

// All values would travel for nothing.
TEST_F(ReplicaExchangeTest, AKeyThatCannotBeUsedIsReportedBeforeValuesAreAskedFor) {
  const kms::KeyName key = *keyring_.create_key(kAccount, "");
  ASSERT_TRUE(keyring_.disable(key).ok());
  for (const std::string& unusable : {std::string("alias/mine"), key.id}) {
    ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
    state.kms_key_id = unusable;
    state.versions[0].value.reset();
    EXPECT_EQ(apply(std::move(state)), ApplyVerdict::kKeyUnusable) << unusable;
  }
  EXPECT_FALSE(find("copy"));
}

TEST_F(ReplicaExchangeTest, ProgressOfAnEarlierSecretIsNotTakenForThatOfTheNext) {
  const std::string first = create("db", "v", {kWest})->secret.suffix;
  ASSERT_TRUE(edit("db", [](Change& change) {
                change.secret.replicas.clear();
                change.removed_replicas.push_back(kWest);
              }).ok());
  ASSERT_TRUE(erase("db").ok());
  create("db", "w", {kWest});
  const ReplicaProgress progress{.acknowledged_generation = 9, .failed = false, .message = {}, .last_attempt = {}};
  ASSERT_TRUE(secrets_.record_progress({kAccount, "db", first, kWest, progress, std::nullopt}).ok());
  EXPECT_EQ(find("db")->replica_status(kWest).status, "InProgress");
  ASSERT_TRUE(
      secrets_.record_progress({kAccount, "db", find("db")->secret.suffix, kWest, progress, std::nullopt}).ok());
  EXPECT_EQ(find("db")->replica_status(kWest).status, "InSync");
}

}  // namespace
}  // namespace coffer::secrets
