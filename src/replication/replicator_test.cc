// What the replicator promises between regions that work: every change arrives, in whatever order things happen.
#include "replication/replicator.h"

#include "replication/testing/replicator_fixture.h"

namespace coffer::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::kAccount;
using testing::kEast;
using testing::kEurope;
using testing::kWest;
using testing::ReplicatorTest;

// The whole point: created here, readable there under the same version, and the primary knows.
TEST_F(ReplicatorTest, ASecretReachesItsReplicaAndTheStatusIsInSync) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  EXPECT_EQ(east_.status("db", kWest), "InProgress");
  EXPECT_EQ(east_.marks(kWest), 1u);
  EXPECT_GT(settle(west), Duration(0));
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
  EXPECT_EQ(west_.current("db"), "first");
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
  EXPECT_EQ(west_.find("db")->secret.role, secrets::Role::kReplica);
  EXPECT_EQ(west_.find("db")->secret.primary_region, kEast);
  EXPECT_EQ(west_.find("db")->secret.versions.front().id, east_.find("db")->secret.versions.front().id);
}

// Plaintext crosses the link only: each region seals under its own keys.
TEST_F(ReplicatorTest, TheReplicaIsReadWithKeysOfItsOwnRegion) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  const auto east_key = *east_.keyring.default_key_arn(kAccount);
  const auto west_key = *west_.keyring.default_key_arn(kAccount);
  ASSERT_TRUE(east_key && west_key);
  EXPECT_NE(*east_key, *west_key);
  EXPECT_EQ(west_.find("db")->arn.find("arn:aws:secretsmanager:us-west-2:"), 0u);
}

// Coalescing: state, not operations.
TEST_F(ReplicatorTest, ManyChangesAreOneMessage) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  for (int i = 0; i < 20; ++i)
    east_.put("db", "value " + std::to_string(i));
  settle(west);
  EXPECT_EQ(west.link.sent, 1);
  EXPECT_EQ(west_.current("db"), "value 19");
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
}

// Values that the region acknowledged are not sent again.
TEST_F(ReplicatorTest, ALaterChangeCarriesOnlyNewValues) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  east_.put("db", "second");
  const auto state = *east_.secrets.export_state(kAccount, "db", kWest, secrets::ValuesToSend::kUnacknowledged);
  ASSERT_TRUE(state.has_value());
  ASSERT_EQ(state->versions.size(), 2u);
  EXPECT_FALSE(state->versions[0].value.has_value());
  EXPECT_TRUE(state->versions[1].value.has_value());
  settle(west);
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
}

// A replica that lost its copy asks for what it lacks.
TEST_F(ReplicatorTest, AReplicaThatLacksValuesGetsThemAll) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  ASSERT_TRUE(west_.secrets.erase(kAccount, "db", [](const auto&) { return Result<void>(); }).ok());
  east_.put("db", "second");
  const int before = west.link.sent;
  settle(west);
  EXPECT_EQ(west.link.sent, before + 2) << "what is new, and everything";
  EXPECT_EQ(east_.status("db", kWest), "InSync");
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
}

// The race that a dirty flag without a revision would lose.
TEST_F(ReplicatorTest, AChangeWhileAMessageIsOnItsWayIsSentToo) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  west.link.before_apply = [&] {
    west.link.before_apply = nullptr;
    east_.put("db", "second");
  };
  EXPECT_EQ(west.replicator.step(), Duration(0));
  EXPECT_EQ(west_.current("db"), "first");
  EXPECT_EQ(east_.marks(kWest), 1u);
  EXPECT_EQ(east_.status("db", kWest), "InProgress");
  settle(west);
  EXPECT_EQ(west_.current("db"), "second");
  EXPECT_EQ(east_.status("db", kWest), "InSync");
}

// The region is taken out while its copy is being brought up to date: the removal must win.
TEST_F(ReplicatorTest, ARemovalWhileAMessageIsOnItsWayIsNotForgotten) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  west.link.before_apply = [&] {
    west.link.before_apply = nullptr;
    east_.unreplicate("db", kWest);
  };
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_EQ(west_.find("db"), nullptr);
}

// And the other way round: taken out and added again before the removal was sent.
TEST_F(ReplicatorTest, ARegionThatIsAddedAgainAtOnceKeepsItsCopy) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  east_.unreplicate("db", kWest);
  east_.replicate("db", {kWest});
  settle(west);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
}

// RemoveRegionsFromReplication deletes the copy there and leaves the primary alone.
TEST_F(ReplicatorTest, ARemovedRegionLosesItsCopy) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  east_.unreplicate("db", kWest);
  settle(west);
  EXPECT_EQ(west_.find("db"), nullptr);
  EXPECT_EQ(east_.current("db"), "first");
  EXPECT_EQ(east_.marks(kWest), 0u);
}

// Section 8.2 of AWS's behaviour: a silent status, and the mark does not burn for ever.
TEST_F(ReplicatorTest, ATakenNameFailsWithAwsTextAndIsNotRetriedByItself) {
  Way west = way(east_, west_);
  west_.create("db", "theirs", {});
  east_.create("db", "ours", {kWest});
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_EQ(east_.status("db", kWest), "Failed");
  EXPECT_EQ(east_.status_message("db", kWest),
            "Replication failed: Secret name db already exists in region us-west-2.");
  EXPECT_EQ(west_.current("db"), "theirs");

  // Asking again with ForceOverwriteReplicaSecret is the way out.
  east_.replicate("db", {kWest}, true);
  settle(west);
  EXPECT_EQ(east_.status("db", kWest), "InSync");
  EXPECT_EQ(west_.contents("db"), east_.contents("db"));
}

// Two primaries of one name cannot share a replica region.
TEST_F(ReplicatorTest, AReplicaOfAnotherPrimaryIsNotTakenOver) {
  Way from_east = way(east_, west_);
  Way from_europe = way(europe_, west_);
  east_.create("db", "east", {kWest});
  settle(from_east);
  europe_.create("db", "europe", {kWest}, true);
  settle(from_europe);
  EXPECT_EQ(europe_.status("db", kWest), "Failed");
  EXPECT_FALSE(europe_.status_message("db", kWest).empty());
  EXPECT_EQ(west_.current("db"), "east");
}

// The primary was down, its replica was promoted and written to. What returns must not overwrite it.
TEST_F(ReplicatorTest, APrimaryThatReturnsIsFencedOffFromAPromotedCopy) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  east_.put("db", "written before the crash, never sent");
  west_.promote("db");
  west_.put("db", "written after the promotion");
  const std::string promoted = west_.contents("db");
  settle(west);
  EXPECT_EQ(west_.contents("db"), promoted);
  EXPECT_EQ(west_.find("db")->secret.role, secrets::Role::kPrimary);
  EXPECT_EQ(east_.status("db", kWest), "Failed");
  EXPECT_FALSE(east_.status_message("db", kWest).empty());
  EXPECT_EQ(east_.marks(kWest), 0u);

  east_.put("db", "once more");
  settle(west);
  EXPECT_EQ(west_.contents("db"), promoted);
  EXPECT_EQ(east_.status("db", kWest), "Failed");
}

// Nor must its removals delete it.
TEST_F(ReplicatorTest, ARemovalDoesNotDeleteAPromotedCopy) {
  Way west = way(east_, west_);
  east_.create("db", "first", {kWest});
  settle(west);
  west_.promote("db");
  east_.unreplicate("db", kWest);
  settle(west);
  EXPECT_EQ(west_.current("db"), "first");
  EXPECT_EQ(east_.marks(kWest), 0u);
}

// Identities flow from their home by the same engine.
TEST_F(ReplicatorTest, AccountsReachEveryRegion) {
  Way west = way(east_, west_);
  const auto account = east_.accounts.create("payments", kAccount);
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(east_.marks(kWest), 1u);
  settle(west);
  EXPECT_EQ(east_.marks(kWest), 0u);
  const auto there = west_.accounts.root_credentials(kAccount);
  ASSERT_TRUE(there.ok());
  EXPECT_EQ(there->access_key_id, account->access_key_id);
  EXPECT_TRUE(there->secret_access_key.equals(account->secret_access_key));
}

// The region's data comes back as it was some changes ago; its replicas have more, and it must not pretend otherwise.
TEST_F(ReplicatorTest, APrimaryRestoredFromABackupLearnsThatItsReplicaIsAhead) {
  testing::TestRegion restored(world_, kEast);
  Way before = way(east_, west_);
  east_.create("db", "one", {kWest});
  settle(before);
  // A copy of the secret with the same lineage and an older state.
  auto backup = *east_.secrets.export_state(kAccount, "db", kWest, secrets::ValuesToSend::kAll);
  east_.put("db", "two");
  east_.put("db", "three");
  settle(before);
  backup->primary_region = kEurope;
  ASSERT_EQ(restored.secrets.apply_state(std::move(*backup))->verdict, secrets::ApplyVerdict::kApplied);
  restored.become_primary("db", {kWest});

  Way after = way(restored, west_);
  restored.put("db", "after the restore");
  settle(after);
  EXPECT_EQ(restored.status("db", kWest), "Failed");
  EXPECT_NE(restored.status_message("db", kWest).find("is ahead of its primary"), std::string::npos);
  EXPECT_EQ(west_.current("db"), "three");

  restored.replicate("db", {kWest}, true);
  settle(after);
  EXPECT_EQ(restored.status("db", kWest), "InSync");
  EXPECT_EQ(west_.contents("db"), restored.contents("db"));
}

// A region that is filled is given so many copies a second, and what changes meanwhile does not stand behind them.
TEST_F(ReplicatorTest, FirstCopiesAreHeldBackAndChangesOfCopiesAreNot) {
  east_.create("a", "one", {kWest});
  Way unlimited = way(east_, west_);
  drain(unlimited, east_, west_);
  Way west(east_, west_, clock_, random_, log_, 10);
  settle(west);
  for (int i = 0; i < 40; ++i)
    east_.create("new-" + std::to_string(i), "value", {kWest});
  Duration wait = settle(west);
  EXPECT_EQ(east_.marks(kWest), 38u) << "a tenth of a second's worth, and the one that is due";
  EXPECT_GT(wait, Duration(0));
  east_.put("a", "two");
  east_.put("new-0", "later");
  settle(west);
  EXPECT_EQ(west_.current("a"), "two") << "it has a copy already";
  int steps = 0;
  for (; east_.marks(kWest) > 0 && steps < 1000; ++steps) {
    clock_.advance(wait);
    wait = settle(west);
  }
  EXPECT_EQ(east_.marks(kWest), 0u);
  EXPECT_EQ(west_.current("new-39"), "value");
  EXPECT_GE(steps, 30) << "not all at once";
}

TEST_F(ReplicatorTest, AHeldBackCopyKeepsThePaceOverTime) {
  Way west(east_, west_, clock_, random_, log_, 10);
  for (int i = 0; i < 40; ++i)
    east_.create("new-" + std::to_string(i), "value", {kWest});
  const Time begin = clock_.now();
  for (int i = 0; i < 1000; ++i) {
    const Duration wait = settle(west);
    if (east_.marks(kWest) == 0) break;
    clock_.advance(wait);
  }
  const Duration took = clock_.now() - begin;
  EXPECT_GE(took, milliseconds(3'700));
  EXPECT_LE(took, milliseconds(4'000));
}

}  // namespace
}  // namespace coffer::replication
