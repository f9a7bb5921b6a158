// Changes that come in between: what a change was based on must still be so when it is committed.
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "kms/grants.h"
#include "kms/key_details.h"
#include "kms/key_rotation.h"
#include "kms/testing/keyring_fixture.h"
#include "kms/testing/test_directories.h"
#include "store/testing/interrupted_store.h"

namespace coffer::kms::testing {
namespace {

// `slow_` is interrupted; keyring_ does what comes in between.
class KeyRacesTest : public KeyringTest {
 protected:
  void before_next_commit(std::function<void()> interruption) {
    interrupted_.before_next_commit([this, interruption = std::move(interruption)] {
      interruption();
      ++interruptions_;
    });
  }
  void make_due(const KeyName& key) {
    ASSERT_TRUE(keyring_.schedule_deletion(key, 7).ok());
    clock_.advance(std::chrono::hours(7 * 24));
  }

  int interruptions_ = 0;
  store::testing::InterruptedStore interrupted_{*store_};
  Keyring slow_{{interrupted_, region_key_, random_, clock_, kRegion}};
};

// A key must not get a name while it goes: the name would name nothing.
TEST_F(KeyRacesTest, AnAliasIsNotGivenToAKeyThatIsScheduledForDeletionMeanwhile) {
  const KeyName key = make_key();
  before_next_commit([&] { EXPECT_TRUE(keyring_.schedule_deletion(key, 7).ok()); });
  EXPECT_EQ(outcome(slow_.put_alias(kAccount, "alias/app", key)), "KMSInvalidStateException");
  EXPECT_EQ(interruptions_, 1);
  EXPECT_TRUE(keyring_.list_aliases(kAccount)->empty());
}

// Nor a grant, whose row would stay behind.
TEST_F(KeyRacesTest, NoGrantIsMadeOnAKeyThatIsScheduledForDeletionMeanwhile) {
  const TestDirectories directories;
  Grants grants({slow_, directories.both()});
  const KeyName key = make_key();
  before_next_commit([&] { EXPECT_TRUE(keyring_.schedule_deletion(key, 7).ok()); });
  EXPECT_EQ(outcome(grants.create({.key = key,
                                   .grantee = kAnn.arn,
                                   .retiring = std::nullopt,
                                   .issuer = kAccount,
                                   .name = "",
                                   .operations = {GrantOperation::kDecrypt},
                                   .constraints = {}})),
            "KMSInvalidStateException");
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(rows("kg"), 0u);
}

TEST_F(KeyRacesTest, AKeyThatIsDisabledMeanwhileIsNotRotated) {
  const KeyName key = make_key();
  ASSERT_TRUE(enable_rotation(keyring_, key, kMinRotationDays).ok());
  clock_.advance(std::chrono::hours(24) * kMinRotationDays);
  before_next_commit([&] { EXPECT_TRUE(keyring_.disable(key).ok()); });
  EXPECT_EQ(*Rotator(slow_).step(), 0u);
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(list_materials(keyring_, key)->size(), 1u);
}

TEST_F(KeyRacesTest, WhatTwoRotateAtOnceIsRotatedOnce) {
  const KeyName key = make_key();
  ASSERT_TRUE(enable_rotation(keyring_, key, kMinRotationDays).ok());
  clock_.advance(std::chrono::hours(24) * kMinRotationDays);
  before_next_commit([&] { EXPECT_EQ(*Rotator(keyring_).step(), 1u); });
  EXPECT_EQ(*Rotator(slow_).step(), 0u);
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(list_materials(keyring_, key)->size(), 2u);
}

// A change of one thing must not undo that of another.
TEST_F(KeyRacesTest, ANewPolicyKeepsTheTagsAndTheMaterialThatCameMeanwhile) {
  const KeyName key = make_key();
  before_next_commit([&] {
    EXPECT_TRUE(tag(keyring_, key, std::vector<Tag>{{"a", "1"}}).ok());
    EXPECT_TRUE(rotate_on_demand(keyring_, key).ok());
  });
  EXPECT_TRUE(put_policy(slow_, key, {default_key_policy(kAccount), {}}).ok());
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(info(key).tags.size(), 1u);
  EXPECT_EQ(list_materials(keyring_, key)->size(), 2u);
}

TEST_F(KeyRacesTest, OfTwoThatPutOrDeleteAnAliasTheLastOneWins) {
  const KeyName first = make_key();
  const KeyName second = make_key();
  before_next_commit([&] { EXPECT_TRUE(keyring_.put_alias(kAccount, "alias/app", first).ok()); });
  EXPECT_TRUE(slow_.put_alias(kAccount, "alias/app", second).ok());
  EXPECT_EQ(resolved("alias/app"), second.id);
  before_next_commit([&] { EXPECT_TRUE(*keyring_.delete_alias(kAccount, "alias/app", second)); });
  EXPECT_FALSE(*slow_.delete_alias(kAccount, "alias/app", second));
  EXPECT_EQ(outcome(slow_.delete_alias(kAccount, "alias/app", std::nullopt)), "NotFoundException");
  EXPECT_EQ(interruptions_, 2);
}

// Requests wait for both: what they cost must not depend on how many aliases other keys of the account have.
TEST_F(KeyRacesTest, AliasesAreFoundAndChangedWithoutAScan) {
  const KeyName one = make_key();
  const KeyName two = make_key();
  const auto aliases = [&](const KeyName& key) { return (*slow_.find(key))->aliases.size(); };
  ASSERT_TRUE(slow_.put_alias(kAccount, "alias/a", one).ok());
  ASSERT_TRUE(slow_.put_alias(kAccount, "alias/b", one).ok());
  EXPECT_EQ(aliases(one), 2u);
  ASSERT_TRUE(*slow_.move_alias(kAccount, "alias/a", {one, two}));
  EXPECT_EQ(aliases(one), 1u);
  EXPECT_EQ(aliases(two), 1u);
  ASSERT_TRUE(*slow_.delete_alias(kAccount, "alias/a", two));
  EXPECT_EQ(aliases(two), 0u);
  EXPECT_EQ(interrupted_.scans, 0);
}

TEST_F(KeyRacesTest, AKeyHasNoMoreThanFiftyAliasesAlsoOfThoseMadeAtOnce) {
  const KeyName key = make_key();
  for (int i = 0; i < 49; ++i)
    ASSERT_TRUE(keyring_.put_alias(kAccount, "alias/" + std::to_string(i), key).ok());
  before_next_commit([&] { EXPECT_TRUE(keyring_.put_alias(kAccount, "alias/last", key).ok()); });
  EXPECT_EQ(outcome(slow_.put_alias(kAccount, "alias/app", key)), "LimitExceededException");
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ((*keyring_.find(key))->aliases.size(), 50u);
}

TEST_F(KeyRacesTest, AChangeOfStateStartsFromTheOneBefore) {
  const KeyName key = make_key();
  before_next_commit([&] { EXPECT_TRUE(keyring_.schedule_deletion(key, 7).ok()); });
  EXPECT_EQ(outcome(slow_.disable(key)), "KMSInvalidStateException");
  EXPECT_EQ(info(key).state, KeyState::kPendingDeletion);
  before_next_commit([&] { EXPECT_TRUE(keyring_.cancel_deletion(key).ok()); });
  EXPECT_EQ(outcome(slow_.cancel_deletion(key)), "KMSInvalidStateException");
  EXPECT_EQ(info(key).state, KeyState::kDisabled);
  EXPECT_EQ(interruptions_, 2);
  EXPECT_EQ(rows("kd"), 0u);
}

TEST_F(KeyRacesTest, AKeyWhoseDeletionIsCancelledAtTheLastMomentStays) {
  const KeyName key = make_key();
  ASSERT_TRUE(keyring_.put_alias(kAccount, "alias/app", key).ok());
  make_due(key);
  before_next_commit([&] { EXPECT_TRUE(keyring_.cancel_deletion(key).ok()); });
  EXPECT_EQ(*slow_.erase_expired(), 0u);
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(resolved("alias/app"), key.id);
}

// What takes more than one commit must not be half done on a key that stays.
TEST_F(KeyRacesTest, AKeyWhoseDeletionIsCancelledAtTheLastMomentKeepsItsGrants) {
  const KeyName key = make_key();
  const TestDirectories directories;
  Grants grants{{keyring_, directories.both()}};
  ASSERT_TRUE(grants
                  .create({.key = key,
                           .grantee = kAnn.arn,
                           .retiring = std::nullopt,
                           .issuer = kAccount,
                           .name = "",
                           .operations = {GrantOperation::kDecrypt},
                           .constraints = {}})
                  .ok());
  make_due(key);
  before_next_commit([&] { EXPECT_TRUE(keyring_.cancel_deletion(key).ok()); });
  EXPECT_EQ(*slow_.erase_expired(), 0u);
  EXPECT_EQ(grants.list(key, {}, {})->size(), 1u);
  EXPECT_EQ(rows("kg"), 1u);
}

// Nor is it half done when the process ends in between: nobody can take it back then, and it is done the next time.
TEST_F(KeyRacesTest, ADeletionThatWasBegunCannotBeCancelledAndEndsTheNextTime) {
  const KeyName key = make_key();
  make_due(key);
  before_next_commit([&] {
    before_next_commit([&] { EXPECT_EQ(outcome(keyring_.cancel_deletion(key)), "KMSInvalidStateException"); });
  });
  EXPECT_EQ(*slow_.erase_expired(), 1u);
  EXPECT_EQ(interruptions_, 2);
  EXPECT_EQ(resolved(key.id), "");
}

TEST_F(KeyRacesTest, AKeyTakesNoAliasAlongThatWasMovedMeanwhile) {
  const KeyName key = make_key();
  const KeyName other = make_key();
  ASSERT_TRUE(keyring_.put_alias(kAccount, "alias/app", key).ok());
  make_due(key);
  before_next_commit([&] { EXPECT_TRUE(keyring_.put_alias(kAccount, "alias/app", other).ok()); });
  EXPECT_EQ(*slow_.erase_expired(), 1u);
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(resolved("alias/app"), other.id);
}

TEST_F(KeyRacesTest, WhatTwoEraseAtOnceIsErasedOnce) {
  make_due(make_key());
  before_next_commit([&] { EXPECT_EQ(*keyring_.erase_expired(), 1u); });
  EXPECT_EQ(*slow_.erase_expired(), 0u);
  EXPECT_EQ(interruptions_, 1);
}

TEST_F(KeyRacesTest, OfTwoFirstUsesOfADefaultKeyOneMakesIt) {
  std::string made;
  before_next_commit([&] { made = resolved(kSecretsManagerAlias); });
  EXPECT_EQ(key_of(slow_.generate_data_key(kAccount, kContext)->ciphertext, kAccount)->id, made);
  EXPECT_EQ(interruptions_, 1);
  EXPECT_EQ(rows("k"), 3u) << "one key, one alias, and when it is rotated";
}

// Whatever order they come in: each change starts from the one before, and whoever asks last is answered by it.
TEST_F(KeyRacesTest, ChangesAtOnceAreDoneOneAfterTheOther) {
  const KeyName key = make_key();
  const std::string ciphertext = seal(key);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &key, &ciphertext, i] {
      const std::string alias = "alias/" + std::to_string(i);
      for (int j = 0; j < 20; ++j) {
        EXPECT_TRUE(keyring_.disable(key).ok());
        EXPECT_TRUE(keyring_.put_alias(kAccount, alias, key).ok());
        EXPECT_TRUE(keyring_.enable(key).ok());
        const std::string now = opened(ciphertext);
        EXPECT_TRUE(now == "ok" || now == "DecryptionFailure") << now;
        EXPECT_TRUE(*keyring_.delete_alias(kAccount, alias, key));
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(opened(ciphertext), "ok") << "all ended with enabling it";
  EXPECT_TRUE(keyring_.list_aliases(kAccount)->empty());
}

}  // namespace
}  // namespace coffer::kms::testing
