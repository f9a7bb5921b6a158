// New material encrypts, older material still decrypts, and it comes when it is due.
#include "kms/key_rotation.h"

#include <gtest/gtest.h>

#include <set>

#include "kms/testing/keyring_fixture.h"

namespace coffer::kms::testing {
namespace {

std::chrono::hours days(int count) {
  return std::chrono::hours(24) * count;
}

class KeyRotationTest : public KeyringTest {
 protected:
  size_t materials(const KeyName& key) { return list_materials(keyring_, key)->size(); }
  std::string enabled(const KeyName& key, int period_days = 90) {
    return outcome(enable_rotation(keyring_, key, period_days));
  }

  const KeyName key_ = make_key();
  Rotator rotator_{keyring_};
};

TEST_F(KeyRotationTest, WhatOlderMaterialEncryptedStillOpens) {
  std::vector<std::string> ciphertexts = {seal(key_)};
  std::set<std::string> ids = {info(key_).material_id};
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
    ids.insert(info(key_).material_id);
    ciphertexts.push_back(seal(key_));
    for (const std::string& ciphertext : ciphertexts)
      EXPECT_EQ(opened(ciphertext), "ok");
  }
  EXPECT_EQ(ids.size(), 6u) << "each has an id of its own";
  Keyring restarted({*store_, region_key_, random_, clock_, kRegion});
  for (const std::string& ciphertext : ciphertexts)
    EXPECT_EQ(outcome(restarted.decrypt(kAccount, ciphertext, kContext)), "ok");
  const auto all = *list_materials(keyring_, key_);
  ASSERT_EQ(all.size(), 6u);
  EXPECT_EQ(all.front().cause, MaterialCause::kCreation);
  EXPECT_EQ(all.back().cause, MaterialCause::kOnDemandRotation);
  EXPECT_EQ(all.back().id, info(key_).material_id);
}

// The name of the material is authenticated: under another one nothing opens, even if there is such a material.
TEST_F(KeyRotationTest, ACiphertextOpensWithItsOwnMaterialOnly) {
  const std::string before = seal(key_);
  ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  const std::string after = seal(key_);
  EXPECT_NE(before.substr(0, 38), after.substr(0, 38));
  EXPECT_EQ(opened(after.substr(0, 38) + before.substr(38)), "Corrupt");
  EXPECT_EQ(opened(before.substr(0, 38) + after.substr(38)), "Corrupt");
}

TEST_F(KeyRotationTest, MaterialsCannotBeSwappedInTheStore) {
  ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  StoredKey stored = *decode_key(key_, (*store_->get(key_row(key_)))->value);
  std::swap(stored.materials[1].wrapped, stored.materials[2].wrapped);
  put_row(key_row(key_), encode_key(stored));
  EXPECT_EQ(outcome(keyring_.find(key_)), "Corrupt");
}

TEST_F(KeyRotationTest, AKeyIsRotatedWhenItIsDueAndThenAgain) {
  EXPECT_EQ(*rotator_.step(), 0u);
  ASSERT_EQ(enabled(key_, 90), "ok");
  EXPECT_EQ(info(key_).rotation, (RotationSchedule{90, clock_.now() + days(90)}));
  clock_.advance(days(90) - Duration(1));
  EXPECT_EQ(*rotator_.step(), 0u);
  clock_.advance(Duration(1));
  const std::string before = seal(key_);
  EXPECT_EQ(*rotator_.step(), 1u);
  EXPECT_EQ(materials(key_), 2u);
  EXPECT_EQ(list_materials(keyring_, key_)->back().cause, MaterialCause::kAutomaticRotation);
  EXPECT_EQ(list_materials(keyring_, key_)->back().created, clock_.now());
  EXPECT_EQ(opened(before), "ok");
  EXPECT_EQ(*rotator_.step(), 0u);
  EXPECT_EQ(rows("kt"), 1u);
  // Dates that were missed are not made up for.
  clock_.advance(days(1000));
  EXPECT_EQ(*rotator_.step(), 1u);
  EXPECT_EQ(materials(key_), 3u);
  EXPECT_EQ(info(key_).rotation->next, clock_.now() + days(90));
  ASSERT_TRUE(disable_rotation(keyring_, key_).ok());
  EXPECT_FALSE(info(key_).rotation);
  EXPECT_EQ(rows("kt"), 0u);
  clock_.advance(days(1000));
  EXPECT_EQ(*rotator_.step(), 0u);
}

TEST_F(KeyRotationTest, AnotherPeriodCountsFromNowAndTheSameChangesNothing) {
  ASSERT_EQ(enabled(key_, 365), "ok");
  const store::Revision before = store_->revision();
  clock_.advance(days(30));
  ASSERT_EQ(enabled(key_, 365), "ok");
  EXPECT_EQ(store_->revision(), before);
  ASSERT_EQ(enabled(key_, 2560), "ok");
  EXPECT_EQ(info(key_).rotation, (RotationSchedule{2560, clock_.now() + days(2560)}));
  ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  EXPECT_EQ(info(key_).rotation->next, clock_.now() + days(2560)) << "the schedule stays";
}

// A key that nobody can use gets no new material; dates that passed count when it is enabled again.
TEST_F(KeyRotationTest, ADisabledKeyIsRotatedWhenItIsEnabledAgain) {
  ASSERT_EQ(enabled(key_), "ok");
  ASSERT_TRUE(keyring_.disable(key_).ok());
  EXPECT_EQ(rows("kt"), 0u);
  clock_.advance(days(100));
  EXPECT_EQ(*rotator_.step(), 0u);
  ASSERT_TRUE(keyring_.enable(key_).ok());
  EXPECT_EQ(*rotator_.step(), 1u);
  ASSERT_TRUE(keyring_.schedule_deletion(key_, 7).ok());
  EXPECT_EQ(rows("kt"), 0u);
  clock_.advance(days(100));
  EXPECT_EQ(*rotator_.step(), 0u);
  EXPECT_EQ(*keyring_.erase_expired(), 1u);
}

TEST_F(KeyRotationTest, OnlyAnEnabledKeyIsRotated) {
  ASSERT_TRUE(keyring_.disable(key_).ok());
  const auto disabled = rotate_on_demand(keyring_, key_);
  EXPECT_EQ(outcome(disabled), "DisabledException");
  EXPECT_EQ(disabled.error().message, key_arn(kRegion, key_) + " is disabled.");
  EXPECT_EQ(enabled(key_), "DisabledException");
  EXPECT_EQ(outcome(disable_rotation(keyring_, key_)), "DisabledException");
  ASSERT_TRUE(keyring_.schedule_deletion(key_, 7).ok());
  EXPECT_EQ(outcome(rotate_on_demand(keyring_, key_)), "KMSInvalidStateException");
  EXPECT_EQ(enabled(key_), "KMSInvalidStateException");
  EXPECT_EQ(enabled({kAccount, random_.uuid()}), "NotFoundException");
  const KeyName managed = *key_of(seal_by_default(kAccount), kAccount);
  EXPECT_EQ(enabled(managed), "AccessDeniedException");
  EXPECT_EQ(outcome(disable_rotation(keyring_, managed)), "AccessDeniedException");
}

TEST_F(KeyRotationTest, DemandsAreLimited) {
  for (int i = 0; i < 25; ++i)
    ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  EXPECT_EQ(outcome(rotate_on_demand(keyring_, key_)), "LimitExceededException");
  ASSERT_EQ(enabled(key_), "ok");
  clock_.advance(days(90));
  EXPECT_EQ(*rotator_.step(), 1u) << "rotation by itself goes on";
  EXPECT_EQ(materials(key_), 27u);
}

TEST_F(KeyRotationTest, DefaultKeysAreRotatedOnceAYear) {
  const std::string ciphertext = seal_by_default(kAccount);
  const KeyName managed = *key_of(ciphertext, kAccount);
  clock_.advance(days(365));
  EXPECT_EQ(*rotator_.step(), 1u);
  EXPECT_EQ(materials(managed), 2u);
  EXPECT_EQ(opened(ciphertext), "ok");
  EXPECT_EQ(opened(seal_by_default(kAccount)), "ok");
}

// Those of earlier versions have no date: they count from the day on which they were made.
TEST_F(KeyRotationTest, DefaultKeysOfEarlierVersionsAreRotatedToo) {
  const std::string ciphertext = seal_by_default(kAccount);
  const KeyName managed = *key_of(ciphertext, kAccount);
  StoredKey stored = *decode_key(managed, (*store_->get(key_row(managed)))->value);
  delete_row(due_row(DueFor::kRotation, stored.info.rotation->next, managed));
  stored.info.rotation.reset();
  put_row(key_row(managed), encode_key(stored));
  put_row(key_row({kOther, random_.uuid()}), "\xff\xff");  // damage is found by whoever uses the key
  clock_.advance(days(10));
  EXPECT_EQ(*rotator_.step(), 0u);
  EXPECT_EQ(info(managed).rotation, (RotationSchedule{365, info(managed).created + days(365)}));
  clock_.advance(days(355));
  EXPECT_EQ(*rotator_.step(), 1u);
  EXPECT_EQ(opened(ciphertext), "ok");
  EXPECT_FALSE(info(key_).rotation) << "customers' keys are theirs to schedule";
}

TEST_F(KeyRotationTest, NoRowHoldsMaterial) {
  ASSERT_TRUE(rotate_on_demand(keyring_, key_).ok());
  const StoredKey stored = *decode_key(key_, (*store_->get(key_row(key_)))->value);
  for (const StoredMaterial& one : stored.materials) {
    const auto material = region_key_.unwrap(one.wrapped, material_context(key_row(key_), one));
    ASSERT_EQ(material->size(), 32u);
    for (const store::Row& row : *store_->scan({.begin = "", .end = ""}))
      EXPECT_EQ(row.value.find(material->view(kTest)), std::string::npos);
  }
}

}  // namespace
}  // namespace coffer::kms::testing
