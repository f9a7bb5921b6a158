// What the copier promises when a store fails, a permission is missing, or somebody changes the two secrets meanwhile.
#include "replication/cross_account_copier.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "replication/testing/test_region.h"
#include "secrets/promotion.h"
#include "store/keys.h"

namespace coffer::replication {
namespace {

using std::chrono::seconds;
using testing::kAccount;

const Region kHere = *Region::parse("us-east-1");
const AccountId kOther = *AccountId::parse("210987654321");

template <class T>
T must(Result<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.error().message;
  return std::move(result).value();
}

// Allows what it is told to, and counts.
class Permission final : public secrets::CopyPermission {
 public:
  Result<void> permit_reading(const secrets::CrossAccountCopy& copy) const override {
    ++asked;
    if (meanwhile) meanwhile();
    for (const VersionId& id : copy.versions) {
      if (hidden.contains(id.text())) return Error{ErrorCode::kAccessDenied, "kms:Decrypt with the primary's key"};
    }
    values += copy.versions.size();
    return answer ? Result<void>(*answer) : Result<void>();
  }
  Result<void> permit_sealing(const secrets::CrossAccountCopy& copy) const override {
    ++asked_for_sealing;
    decided_about = copy.key ? copy.key->info.name.id : "";
    if (meanwhile_sealing) meanwhile_sealing();
    return sealing ? Result<void>(*sealing) : Result<void>();
  }
  std::optional<Error> answer;   // about reading
  std::optional<Error> sealing;  // about sealing
  std::set<std::string> hidden;  // versions that may not be read
  std::function<void()> meanwhile;
  std::function<void()> meanwhile_sealing;
  mutable size_t asked_for_sealing = 0;
  mutable std::string decided_about;  // the key
  mutable size_t asked = 0;
  mutable size_t values = 0;
};

class CrossAccountCopierTest : public ::testing::Test {
 protected:
  CrossAccountCopierTest() {
    here_.create("db", "first", {});
    key_ = must(here_.keyring.create_key(kOther, "of the replica"));
    create_replica("copy", "db");
    associate();
  }

  void create_replica(const std::string& name, const std::string& of) {
    secrets::Change change;
    change.secret.account = kOther;
    change.secret.name = name;
    change.secret.kms_key_id = key_.id;
    change.secret.cross_account_primary =
        secrets::CrossAccountPrimary{secrets::foreign_secret(here_.find(of)->secret), 0};
    must(here_.secrets.create(std::move(change)));
  }
  // The same key by an alias, or none of its names.
  void seal_copies_with(const std::string& kms_key_id) {
    must(here_.secrets.update(kOther, "copy",
                              [&](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                                secrets::Change change;
                                change.secret = view.secret;
                                change.secret.kms_key_id = kms_key_id;
                                return std::optional(std::move(change));
                              }));
  }
  void name_key(const kms::KeyName& key) {
    if (!here_.keyring.put_alias(kOther, "alias/copies", key).ok()) ADD_FAILURE();
  }
  std::string id_with(std::string_view stage) const { return primary()->secret.version_with(stage)->id.text(); }
  std::string message_for_replica() const { return secrets::status_of_primary(*replica(), primary().get()).message; }
  std::string message_for_primary() const { return secrets::status_of_replica(*primary(), replica().get()).message; }

  secrets::SecretPointer primary() const { return here_.find("db"); }
  secrets::SecretPointer replica() const { return must(here_.secrets.find(kOther, "copy")); }

  void associate(const std::string& from = "db", const std::string& to = "copy") {
    must(here_.secrets.associate({.primary = secrets::foreign_secret(here_.find(from)->secret),
                                  .replica = secrets::foreign_secret(must(here_.secrets.find(kOther, to))->secret),
                                  .link = {},
                                  .check = [](const auto&, const auto&) { return Result<void>(); }}));
  }
  void promote() {
    must(here_.secrets.update(kOther, "copy",
                              [](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                                return std::optional(must(secrets::promoted(view, kHere)));
                              }));
  }
  void disassociate() {
    must(here_.secrets.update(kAccount, "db",
                              [](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
                                secrets::Change change;
                                change.secret = view.secret;
                                change.secret.cross_account_replica.reset();
                                return std::optional(std::move(change));
                              }));
  }

  size_t step() { return must(copier_.step()); }
  size_t marks() const { return here_.marks(kHere); }
  std::string status() const { return std::string(secrets::status_of_primary(*replica(), primary().get()).status); }
  // Of AWSCURRENT; empty when there is none.
  std::string copied() const {
    const secrets::SecretPointer view = replica();
    const secrets::Version* const current = view->secret.version_with("AWSCURRENT");
    if (current == nullptr) return "";
    const SecretBytes value = must(here_.secrets.read_value(*view, current->id));
    for (const char* text : {"first", "second", "third"}) {
      if (value.equals(SecretBytes::copy_of(text))) return text;
    }
    return "something else";
  }

  ManualClock clock_{Time(std::chrono::hours(480'000))};
  SeededRandom random_{11};
  Log log_{clock_, ::open("/dev/null", O_WRONLY | O_CLOEXEC), LogLevel::kError};
  testing::TestRegion here_{{clock_, random_, {kHere}, log_}, kHere};
  kms::KeyName key_;
  Permission permission_;
  CrossAccountCopier copier_{{*here_.store, here_.secrets, permission_, clock_, random_, log_, kHere}};
};

TEST_F(CrossAccountCopierTest, AMarkedPrimaryIsCopiedOnce) {
  EXPECT_EQ(status(), "InProgress");
  EXPECT_EQ(marks(), 1u);
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(copied(), "first");
  EXPECT_EQ(status(), "InSync");
  EXPECT_EQ(marks(), 0u);
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(permission_.asked, 1u);
}

// Otherwise a busy primary would be copied as often as it changes, and all of its values each time.
TEST_F(CrossAccountCopierTest, ManyChangesAreOneCopyOfWhatTheReplicaLacks) {
  step();
  here_.put("db", "second");
  here_.put("db", "third");
  EXPECT_EQ(marks(), 1u);
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(copied(), "third");
  EXPECT_EQ(permission_.values, 3u) << "the first value was there already";
}

// Nobody's permission is needed where no value is read, and nothing is sealed anew.
TEST_F(CrossAccountCopierTest, AChangeWithoutANewValueReadsNone) {
  step();
  permission_.values = 0;
  here_.describe("db", "another description");
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(replica()->secret.description, "another description");
  EXPECT_EQ(permission_.values, 0u);
}

// The copy, the progress and the mark are one transaction: a crash loses all or nothing of it.
TEST_F(CrossAccountCopierTest, ACrashWhileACopyIsMadeIsACopyLater) {
  step();
  here_.put("db", "second");
  here_.store->fail_syncs(1);
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(copied(), "first");
  EXPECT_EQ(status(), "InProgress");
  here_.store->crash();
  EXPECT_EQ(marks(), 1u);
  EXPECT_EQ(copied(), "first");
  // As a process does that starts again: what it had set aside is forgotten.
  CrossAccountCopier restarted{{*here_.store, here_.secrets, permission_, clock_, random_, log_, kHere}};
  EXPECT_EQ(must(restarted.step()), 1u);
  EXPECT_EQ(copied(), "second");
  EXPECT_EQ(marks(), 0u);
}

// An association that is not durable must not have changed either side.
TEST_F(CrossAccountCopierTest, ACrashWhileTheTwoAreLinkedLeavesBothAsTheyWere) {
  step();
  const uint64_t before = replica()->secret.cross_account_primary->association;
  here_.store->fail_syncs(1);
  const auto failed = here_.secrets.associate({.primary = secrets::foreign_secret(primary()->secret),
                                               .replica = secrets::foreign_secret(replica()->secret),
                                               .link = {},
                                               .check = [](const auto&, const auto&) { return Result<void>(); }});
  EXPECT_FALSE(failed.ok());
  here_.store->crash();
  EXPECT_EQ(replica()->secret.cross_account_primary->association, before);
  EXPECT_EQ(primary()->secret.cross_account_replica->association, before);
  EXPECT_EQ(status(), "InSync");
}

TEST_F(CrossAccountCopierTest, AStoreThatFailsIsTriedAgainLater) {
  here_.store->fail_reads(true);
  EXPECT_FALSE(copier_.step().ok());
  here_.store->fail_reads(false);
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(copied(), "first");
}

// Trouble of this region is no verdict about a policy: it must not show as Failed, nor clear the mark.
TEST_F(CrossAccountCopierTest, TroubleOfThisRegionSetsACopyAside) {
  permission_.answer = Error{ErrorCode::kIo, "no disk"};
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(permission_.asked, 1u) << "it is not tried all the time";
  EXPECT_EQ(status(), "InProgress");
  EXPECT_EQ(marks(), 1u);
  permission_.answer.reset();
  clock_.advance(seconds(2));
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(status(), "InSync");
}

TEST_F(CrossAccountCopierTest, ARefusalIsShownOnBothSidesAndTriedAgainByTheNextChange) {
  permission_.sealing = Error{ErrorCode::kAccessDenied, "somebody is not authorized to perform: kms:Encrypt"};
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(marks(), 0u);
  EXPECT_EQ(message_for_primary(), "Replication failed: somebody is not authorized to perform: kms:Encrypt");
  EXPECT_EQ(status(), "Failed");
  EXPECT_EQ(copied(), "");
  permission_.sealing.reset();
  here_.put("db", "second");
  EXPECT_EQ(status(), "Failed") << "until another attempt has ended otherwise";
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(status(), "InSync");
  EXPECT_EQ(copied(), "second");
}

// What the replica's account can mend it is told; users, roles and keys of the other account are not its business.
TEST_F(CrossAccountCopierTest, TheReplicasAccountIsToldNothingOfThePrimarysKeysAndUsers) {
  permission_.sealing = Error{ErrorCode::kAccessDenied, "arn:aws:iam::123456789012:user/alice may not"};
  step();
  EXPECT_EQ(message_for_primary(), "Replication failed: arn:aws:iam::123456789012:user/alice may not");
  EXPECT_EQ(message_for_replica(),
            "Replication failed: account 123456789012 is not authorized to perform: kms:Encrypt on resource: " +
                kms::key_arn(kHere, key_));
  permission_.answer = Error{ErrorCode::kAccessDenied, "no kms:Decrypt on arn:aws:kms:us-east-1:123456789012:key/k"};
  here_.put("db", "second");
  step();
  EXPECT_EQ(message_for_primary(), "Replication failed: no kms:Decrypt on arn:aws:kms:us-east-1:123456789012:key/k");
  EXPECT_EQ(message_for_replica(), secrets::kReadingRefused);
}

// An old version is there for whoever knows its id; its key may be another one, which nobody may use any more.
TEST_F(CrossAccountCopierTest, AVersionWithoutLabelsThatMayNotBeReadKeepsNoOther) {
  const std::string oldest = id_with("AWSCURRENT");
  here_.put("db", "second");
  const std::string previous = id_with("AWSCURRENT");
  here_.put("db", "third");
  permission_.hidden = {oldest};
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(status(), "InSync");
  EXPECT_EQ(copied(), "third");
  EXPECT_EQ(replica()->secret.version(*VersionId::parse(oldest)), nullptr);
  EXPECT_NE(replica()->secret.version(*VersionId::parse(previous)), nullptr);
  permission_.hidden.clear();
  here_.describe("db", "another description");
  EXPECT_EQ(step(), 1u);
  EXPECT_NE(replica()->secret.version(*VersionId::parse(oldest)), nullptr) << "now it may be";
}

TEST_F(CrossAccountCopierTest, AVersionWithALabelThatMayNotBeReadIsMissed) {
  const std::string previous = id_with("AWSCURRENT");
  here_.put("db", "second");
  permission_.hidden = {previous};
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(status(), "Failed");
}

// What is to be read and sealed is decided once: a key that goes in between makes no value travel that nobody has
// decided about. The next copy does.
TEST_F(CrossAccountCopierTest, AKeyThatGoesDuringACopyMakesNoValueTravelUnasked) {
  ASSERT_EQ(step(), 1u);
  seal_copies_with(must(here_.keyring.create_key(kOther, "the next")).id);
  ASSERT_TRUE(here_.keyring.schedule_deletion(key_, 7).ok());
  clock_.advance(std::chrono::hours(8 * 24));
  here_.describe("db", "another description");
  permission_.values = 0;
  permission_.meanwhile = [this] { EXPECT_EQ(must(here_.keyring.erase_expired()), 1u); };
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(permission_.values, 0u);
  EXPECT_EQ(permission_.asked_for_sealing, 1u) << "at the first copy";
  permission_.meanwhile = nullptr;
  here_.describe("db", "yet another description");
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(permission_.values, 1u);
  EXPECT_EQ(copied(), "first");
}

// Between the decision and the commit an alias may be given to another key, whose policy nobody has asked.
TEST_F(CrossAccountCopierTest, TheKeyThatWasDecidedAboutIsTheOneThatSeals) {
  const kms::KeyName other = must(here_.keyring.create_key(kOther, "another"));
  name_key(key_);
  seal_copies_with("alias/copies");
  permission_.meanwhile_sealing = [&] {
    permission_.meanwhile_sealing = nullptr;
    name_key(other);
  };
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(permission_.decided_about, key_.id);
  EXPECT_EQ(replica()->secret.version_with("AWSCURRENT")->kms_key_arn, kms::key_arn(kHere, key_));
  EXPECT_EQ(copied(), "first");
}

// Where nothing is sealed, what became of the key does not matter.
TEST_F(CrossAccountCopierTest, ACopyWithoutAValueNeedsNoKey) {
  step();
  permission_.asked_for_sealing = 0;
  seal_copies_with("alias/that-is-gone");
  here_.describe("db", "another description");
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(status(), "InSync") << message_for_primary();
  EXPECT_EQ(replica()->secret.description, "another description");
  EXPECT_EQ(permission_.asked_for_sealing, 0u);
  here_.put("db", "second");
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(message_for_replica(), "Replication failed: Access to KMS is not allowed");
}

// Whoever shares the thread has his turn, and the next step goes on where this one stopped.
TEST_F(CrossAccountCopierTest, AStepDoesSoMuchAndNoMore) {
  step();
  constexpr size_t kMore = CrossAccountCopier::kMaxAttempts + 20;
  for (size_t i = 0; i < kMore; ++i) {
    const std::string number = std::to_string(i);
    here_.create("db" + number, "first", {});
    create_replica("copy" + number, "db" + number);
    associate("db" + number, "copy" + number);
  }
  EXPECT_EQ(step(), CrossAccountCopier::kMaxAttempts);
  EXPECT_EQ(marks(), kMore - CrossAccountCopier::kMaxAttempts);
  EXPECT_EQ(step(), kMore - CrossAccountCopier::kMaxAttempts);
  EXPECT_EQ(marks(), 0u);
  EXPECT_EQ(step(), 0u);
}

// Those that fail again and again come first in the order of names, and must not use up every step.
TEST_F(CrossAccountCopierTest, WhatCannotBeCopiedDoesNotUseUpTheStepsOfOthers) {
  step();
  for (size_t i = 0; i < CrossAccountCopier::kMaxAttempts; ++i)
    must(here_.store->commit({.preconditions = {},
                              .puts = {{store::OutboxKey::prefix(kHere) + "a" + std::to_string(i), "damaged"}},
                              .deletes = {}}));
  here_.put("db", "second");
  EXPECT_EQ(step(), 0u) << "each was tried once";
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(copied(), "second");
  clock_.advance(seconds(3));
  here_.put("db", "third");
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(step(), 1u) << "they were due again, and had their turn";
  EXPECT_EQ(copied(), "third");
}

// The moment that matters: the copy is decided, and not yet committed.
TEST_F(CrossAccountCopierTest, NothingArrivesOnceTheReplicaWasPromoted) {
  step();
  here_.put("db", "second");
  permission_.meanwhile = [this] {
    permission_.meanwhile = nullptr;
    promote();
  };
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(copied(), "first");
  EXPECT_EQ(secrets::status_of_replica(*primary(), replica().get()).status, "Detached");
  here_.put("db", "third");
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(copied(), "first");
  EXPECT_EQ(marks(), 0u);
}

TEST_F(CrossAccountCopierTest, NothingArrivesOnceTheTwoWereTakenApart) {
  step();
  here_.put("db", "second");
  permission_.meanwhile = [this] {
    permission_.meanwhile = nullptr;
    disassociate();
  };
  EXPECT_EQ(step(), 0u);
  EXPECT_EQ(copied(), "first");
  EXPECT_EQ(status(), "Detached");
  EXPECT_EQ(marks(), 0u);
}

// A change that comes while a copy is made is never forgotten.
TEST_F(CrossAccountCopierTest, AChangeMeanwhileIsCopiedToo) {
  permission_.meanwhile = [this] {
    permission_.meanwhile = nullptr;
    here_.put("db", "second");
  };
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(copied(), "second");
  EXPECT_EQ(status(), "InSync");
  EXPECT_EQ(marks(), 0u);
}

// The two belong together by the association, not by their names.
TEST_F(CrossAccountCopierTest, AnEarlierAssociationIsNoLinkAnyMore) {
  step();
  secrets::Secret earlier = primary()->secret;
  associate();
  EXPECT_FALSE(secrets::is_linked(earlier, replica()->secret));
  EXPECT_TRUE(secrets::is_linked(primary()->secret, replica()->secret));
}

// A primary that became the replica of another region's has nothing to say any more.
TEST_F(CrossAccountCopierTest, APrimaryThatGaveUpItsPlaceIsDetached) {
  step();
  must(here_.secrets.update(kAccount, "db", [](const secrets::SecretView& view) {
    secrets::Change change;
    change.secret = view.secret;
    change.secret.role = secrets::Role::kReplica;
    change.secret.primary_region = *Region::parse("eu-west-1");
    return Result<std::optional<secrets::Change>>(std::optional(std::move(change)));
  }));
  EXPECT_EQ(status(), "Detached");
  EXPECT_EQ(step(), 0u);
}

// One that is damaged delays no other.
TEST_F(CrossAccountCopierTest, AMarkThatCannotBeReadKeepsNobodyWaiting) {
  const std::string damaged = store::OutboxKey::prefix(kHere) + "a";
  must(here_.store->commit({.preconditions = {}, .puts = {{damaged, "damaged"}}, .deletes = {}}));
  EXPECT_EQ(step(), 1u);
  EXPECT_EQ(status(), "InSync");
}

}  // namespace
}  // namespace coffer::replication
