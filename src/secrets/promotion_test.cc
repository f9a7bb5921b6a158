// The rules of promotion.h, on records as the store has them.
#include "secrets/promotion.h"

#include <gtest/gtest.h>

#include "secrets/testing/store_fixture.h"

namespace coffer::secrets {
namespace {

using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kWest;

class PromotionTest : public testing::SecretStoreTest {
 protected:
  // A replica here of a primary in us-west-2, which is replicated to eu-west-1 as well.
  SecretPointer replica() {
    ReplicaState state = state_from(kWest, "AAAAAA", 1, 5);
    state.siblings = {{kWest, "alias/west", false}, {kEurope, "alias/europe", false}};
    EXPECT_EQ(apply(std::move(state)), ApplyVerdict::kApplied);
    return find("copy");
  }
  Result<Change> fail_over(const SecretView& view, const Region& from) {
    return failed_over(view, {.from = from, .regions = regions_});
  }
  Result<SecretPointer> store(const std::string& name, const std::function<Result<Change>(const SecretView&)>& make) {
    return secrets_.update(kAccount, name, [&](const SecretView& view) -> Result<std::optional<Change>> {
      COFFER_ASSIGN(Change change, make(view));
      return std::optional(std::move(change));
    });
  }
  void report(const std::string& name, const Region& region, const std::optional<Region>& successor) {
    ReplicaProgress progress{.acknowledged_generation = 1,
                             .acknowledged_state_id = 7,
                             .failed = true,
                             .message = "no",
                             .last_attempt = {},
                             .replaced_by = {}};
    if (successor) progress.replaced_by = {*successor, 2};
    ASSERT_TRUE(
        secrets_.record_progress({kAccount, name, find(name)->secret.suffix, region, progress, std::nullopt}).ok());
  }
  const RegionList regions_{kEast, {kWest, kEurope}};
};

std::string message(const Result<Change>& change) {
  return change.ok() ? "" : change.error().message;
}

TEST_F(PromotionTest, ACopyKnowsWhereElseTheSecretIs) {
  create("db", "v", {kWest, kEurope});
  const auto sent = *secrets_.export_state(kAccount, "db", kEurope, ValuesToSend::kAll);
  ASSERT_EQ(sent->siblings.size(), 2u);
  EXPECT_EQ(sent->siblings[0].region, kEast) << "the primary's own";
  EXPECT_EQ(sent->siblings[1].region, kWest);
  const SecretPointer copy = replica();
  ASSERT_EQ(copy->secret.siblings.size(), 2u);
  EXPECT_EQ(copy->secret.siblings[1].kms_key_id, "alias/europe");
}

// Nothing could be replicated to the primary that came back, under a key that is for no copy.
TEST_F(PromotionTest, AnotherAccountsKeyIsNotWhatTheFormerPrimaryGets) {
  create("db", "v", {kWest});
  const auto key_that_is_told = [this](const std::string& key) {
    EXPECT_TRUE(edit("db", [&](Change& change) { change.secret.kms_key_id = key; }).ok());
    return (*secrets_.export_state(kAccount, "db", kWest, ValuesToSend::kAll))->siblings.at(0).kms_key_id;
  };
  const std::string own = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";
  EXPECT_EQ(key_that_is_told(own), own);
  EXPECT_EQ(key_that_is_told("alias/app"), "alias/app");
  EXPECT_EQ(key_that_is_told("arn:aws:kms:us-east-1:210987654321:key/11111111-2222-3333-4444-555555555555"), "");
  EXPECT_EQ(key_that_is_told("arn:aws:kms:us-east-1:210987654321:alias/app"), "");
}

TEST_F(PromotionTest, FailingOverKeepsTheRegionsAndTheirKeys) {
  replica();
  const auto view = store("copy", [&](const SecretView& copy) { return fail_over(copy, kWest); });
  ASSERT_TRUE(view.ok()) << view.error().message;
  const SecretPointer now = find("copy");
  EXPECT_EQ(now->secret.role, Role::kPrimary);
  EXPECT_EQ(now->secret.primary_region, kEast);
  EXPECT_EQ(now->secret.lineage_epoch, 2u);
  EXPECT_TRUE(now->secret.siblings.empty());
  ASSERT_EQ(now->secret.replicas.size(), 2u);
  EXPECT_EQ(now->secret.replicas[0].region, kWest);
  EXPECT_EQ(now->secret.replicas[0].kms_key_id, "alias/west");
  EXPECT_FALSE(now->secret.replicas[0].force_overwrite) << "what the lost region has is its own until it rejoins";
  EXPECT_EQ(now->secret.replicas[1].kms_key_id, "alias/europe");
  EXPECT_TRUE(mark(kWest, "copy")) << "each is sent the promoted one";
  EXPECT_TRUE(mark(kEurope, "copy"));
}

TEST_F(PromotionTest, RegionsThatAreGoneAreLeftOut) {
  regions_.set_others({kWest});
  const auto change = fail_over(*replica(), kWest);
  ASSERT_TRUE(change.ok());
  ASSERT_EQ(change->secret.replicas.size(), 1u);
  EXPECT_EQ(change->secret.replicas[0].region, kWest);
}

TEST_F(PromotionTest, OnlyAReplicaOfTheLostRegionFailsOver) {
  EXPECT_EQ(message(fail_over(*replica(), kEurope)),
            "The secret is a replica of the primary in us-west-2, not of one in eu-west-1.");
  EXPECT_EQ(message(fail_over(*create("db"), kWest)),
            "The secret is not a replica: its primary is in us-east-1, where this was asked.");
}

// Two operators, or one and a cut link, promoted two copies: somebody must be able to say which of them counts.
TEST_F(PromotionTest, OfTwoThatWerePromotedAtATimeOneIsPromotedOnceMore) {
  create("copy", "mine", {kWest, kEurope});
  report("copy", kWest, std::nullopt);
  const auto above = [&](const SecretView& view, uint64_t epoch) {
    return failed_over(view, {.from = kWest, .regions = regions_, .rival_epoch = epoch});
  };
  EXPECT_NE(message(above(*find("copy"), 2)).find("the lineage epoch here is 1, not 2"), std::string::npos);
  EXPECT_NE(message(failed_over(*create("alone"), {.from = kWest, .regions = regions_, .rival_epoch = 1}))
                .find("not replicated to us-west-2"),
            std::string::npos)
      << "the other one would go on";
  ASSERT_TRUE(store("copy", [&](const SecretView& view) { return above(view, 1); }).ok());
  const SecretPointer now = find("copy");
  EXPECT_EQ(now->secret.role, Role::kPrimary);
  EXPECT_EQ(now->secret.lineage_epoch, 2u);
  EXPECT_EQ(now->secret.replicas.size(), 2u);
  EXPECT_EQ(now->replica_status(kWest).status, "InProgress") << "what it refused from the lower epoch does not count";
  EXPECT_TRUE(mark(kWest, "copy") && mark(kEurope, "copy")) << "each is sent the one that counts";
}

// Whoever was replaced by a third one would stand beside that.
TEST_F(PromotionTest, WhatWasReplacedIsNotPromotedOnceMore) {
  create("copy", "mine", {kWest, kEurope});
  report("copy", kEurope, kEurope);
  EXPECT_EQ(message(failed_over(*find("copy"), {.from = kWest, .regions = regions_, .rival_epoch = 1})),
            "The secret has been replaced by the one that was promoted in eu-west-1.");
}

// Somebody has taken the copy out since, to stand alone, or has made something else of that name.
TEST_F(PromotionTest, PromotingOnceMoreDoesNotUseForceAgain) {
  create("copy", "mine", {kWest, kEurope});
  ASSERT_TRUE(edit("copy", [](Change& change) { change.secret.replicas[1].force_overwrite = true; }).ok());
  const auto change = failed_over(*find("copy"), {.from = kWest, .regions = regions_, .rival_epoch = 1});
  ASSERT_TRUE(change.ok());
  for (const ReplicaRegion& replica : change->secret.replicas)
    EXPECT_FALSE(replica.force_overwrite);
}

// Its primary is in this very region, and what parts the two takes other permissions.
TEST_F(PromotionTest, AReplicaInAnotherAccountDoesNotFailOver) {
  SecretView view = *create("db");
  view.secret.role = Role::kReplica;
  view.secret.cross_account_primary.emplace();
  EXPECT_NE(message(fail_over(view, kEast)).find("of one in another account"), std::string::npos);
}

TEST_F(PromotionTest, APromotedCopyHasNoReplicas) {
  const auto change = promoted(*replica(), kEast);
  ASSERT_TRUE(change.ok());
  EXPECT_TRUE(change->secret.replicas.empty());
  EXPECT_TRUE(change->secret.siblings.empty());
  EXPECT_EQ(change->secret.lineage_epoch, 2u);
}

TEST_F(PromotionTest, APrimaryIsGivenUpOnlyForOneThatReplacedIt) {
  create("db", "v", {kWest, kEurope});
  EXPECT_NE(message(rejoined(*find("db"), kWest)).find("No region has answered"), std::string::npos);
  report("db", kWest, std::nullopt);
  EXPECT_FALSE(rejoined(*find("db"), kWest).ok()) << "it failed for another reason";
  report("db", kEurope, kWest);
  EXPECT_FALSE(rejoined(*find("db"), kEurope).ok()) << "that one follows the promoted one";
  EXPECT_NE(message(rejoined(*find("db"), kWest)).find("regions [us-west-2] follow"), std::string::npos);
  report("db", kWest, kWest);
  EXPECT_TRUE(rejoined(*find("db"), kWest).ok());
}

TEST_F(PromotionTest, WhoRejoinsFollowsThePromotedOne) {
  const SecretPointer made = create("copy", "mine", {kWest, kEurope});
  report("copy", kWest, kWest);
  report("copy", kEurope, kWest);
  ASSERT_TRUE(store("copy", [](const SecretView& view) { return rejoined(view, kWest); }).ok());
  const SecretPointer given_up = find("copy");
  EXPECT_EQ(given_up->secret.role, Role::kReplica);
  EXPECT_EQ(given_up->secret.primary_region, kWest);
  EXPECT_TRUE(given_up->secret.replicas.empty());
  EXPECT_TRUE(given_up->progress.empty());
  EXPECT_EQ(value(given_up, testing::version_id(0)), "mine") << "readable until the other arrives";
  EXPECT_EQ(apply(state_from(kWest, made->secret.suffix, 2, 2)), ApplyVerdict::kApplied);
  EXPECT_EQ(value(find("copy"), testing::version_id(1)), made->secret.suffix + "2");
  EXPECT_EQ(message(rejoined(*find("copy"), kWest)), "The secret is a replica already, of the primary in us-west-2.");
}

// The region that came back is told, in the status that its new primary shows, what to do.
TEST_F(PromotionTest, WhatWasPromotedDoesNotReplaceThePrimaryThatCameBack) {
  const SecretPointer made = create("copy", "mine", {kWest});
  const auto outcome = secrets_.apply_state(state_from(kWest, made->secret.suffix, 2, 9));
  EXPECT_EQ(outcome->verdict, ApplyVerdict::kNameTaken);
  EXPECT_NE(outcome->message.find("coffer rejoin"), std::string::npos) << outcome->message;
  EXPECT_EQ(value(find("copy"), testing::version_id(0)), "mine");
}

// Nothing that was acknowledged is forgotten: a copy that is ahead must stay.
TEST_F(PromotionTest, WhatFailedIsSentAgainAsItIs) {
  const auto retry = [this](const Region& region) {
    return secrets_.retry(kAccount, "db", region,
                          [&](const SecretView& view) { return check_replicated_to(view, region); });
  };
  create("db", "v", {kWest});
  ASSERT_TRUE(edit("db", [](Change& change) { change.secret.description = "changed"; }).ok());
  report("db", kWest, kWest);
  const uint64_t generation = find("db")->secret.generation;
  ASSERT_EQ(find("db")->replica_status(kWest).status, "Failed");
  const auto retried = retry(kWest);
  ASSERT_TRUE(retried.ok()) << retried.error().message;
  EXPECT_EQ((*retried)->replica_status(kWest).status, "InProgress");
  EXPECT_FALSE((*retried)->progress.at(0).second.replaced_by);
  EXPECT_EQ((*retried)->progress.at(0).second.acknowledged_generation, 1u);
  EXPECT_EQ((*retried)->secret.generation, generation) << "nothing has changed";
  EXPECT_TRUE(mark(kWest, "db"));
  EXPECT_NE((*secrets_.export_state(kAccount, "db", kWest, ValuesToSend::kAll))->base_state_id, 0u);
  EXPECT_EQ(retry(kEurope).error().message, "The secret is not replicated to eu-west-1.");
}

// What was given up is older than anything, and who promotes it stands above the one that it was given up for.
TEST_F(PromotionTest, WhoRejoinedIsBehindEverybodyAndNeverBesideThem) {
  create("copy", "mine", {kWest});
  for (int i = 0; i < 5; ++i)
    ASSERT_TRUE(edit("copy", [i](Change& change) { change.secret.description = std::to_string(i); }).ok());
  report("copy", kWest, kWest);
  ASSERT_TRUE(store("copy", [](const SecretView& view) { return rejoined(view, kWest); }).ok());
  EXPECT_FALSE(find("copy")->secret.has_arrived());
  EXPECT_EQ(find("copy")->secret.lineage_epoch, 2u);
  EXPECT_EQ(apply(state_from(kWest, find("copy")->secret.suffix, 2, 1)), ApplyVerdict::kApplied)
      << "the promoted one has changed less often";
  EXPECT_TRUE(find("copy")->secret.has_arrived());
  const auto again = promoted(*find("copy"), kEast);
  EXPECT_EQ(again->secret.lineage_epoch, 3u);
}

// The promoted one was deleted before it arrived, and another secret took its name: this copy may be the last that has
// the values.
TEST_F(PromotionTest, WhatWasGivenUpIsNotReplacedByAnotherSecretOfThatName) {
  create("copy", "mine", {kWest});
  report("copy", kWest, kWest);
  ASSERT_TRUE(store("copy", [](const SecretView& view) { return rejoined(view, kWest); }).ok());
  EXPECT_EQ(apply(state_from(kWest, "ZZZZZZ", 1, 1)), ApplyVerdict::kOtherLineage);
  EXPECT_EQ(secrets_.apply_removal({kAccount, "copy", "ZZZZZZ", kWest, 1})->verdict, ApplyVerdict::kAlreadyNewer);
  EXPECT_EQ(value(find("copy"), testing::version_id(0)), "mine");
  ReplicaState forced = state_from(kWest, "ZZZZZZ", 1, 1);
  forced.force_overwrite = true;
  EXPECT_EQ(apply(std::move(forced)), ApplyVerdict::kApplied);
}

// Its versions are from a time when it was a primary with many changes. No region takes a version that is newer than
// its secret.
TEST_F(PromotionTest, WhoRejoinedAndIsPromotedBeforeAnythingArrivedBeginsAboveItsVersions) {
  create("copy", "mine", {kWest});
  ASSERT_TRUE(edit("copy", [](Change& change) { change.secret.description = "changed"; }).ok());
  ASSERT_TRUE(edit("copy", [](Change& change) {
                change.secret.versions.push_back({testing::version_id(7), {}, {}, ValueKind::kString, 0});
                change.values.push_back({testing::version_id(7), SecretBytes::copy_of("later")});
              }).ok());
  ASSERT_EQ(find("copy")->secret.version(testing::version_id(7))->generation, 3u);
  report("copy", kWest, kWest);
  ASSERT_TRUE(store("copy", [](const SecretView& view) { return rejoined(view, kWest); }).ok());
  ASSERT_TRUE(store("copy", [](const SecretView& view) { return promoted(view, kEast); }).ok());
  EXPECT_EQ(find("copy")->secret.generation, 4u);
}

}  // namespace
}  // namespace coffer::secrets
