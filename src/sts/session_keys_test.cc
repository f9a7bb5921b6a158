#include "sts/session_keys.h"

#include <gtest/gtest.h>

#include "store/keys.h"
#include "sts/session_key_rows.h"
#include "sts/testing/region.h"

namespace coffer::sts::testing {
namespace {

using std::chrono::days;
using std::chrono::hours;

class SessionKeysTest : public ::testing::Test {
 protected:
  std::string sealing(Time now, const TestRegion& region) { return (*region.keys.sealing_key(now))->id; }
  std::string sealing(Time now) { return sealing(now, home_); }
  size_t count() { return count(home_); }
  static size_t count(const TestRegion& region) {
    return decode_session_keys((*region.store->get("sk"))->value)->keys.size();
  }

  SeededRandom random_{5};
  const Region peer_ = *Region::parse("eu-west-1");
  TestRegion home_{random_, "us-east-1"};
  TestRegion away_{random_, "eu-west-1"};
};

TEST_F(SessionKeysTest, BeforeTheFirstStepNothingIsSealed) {
  EXPECT_EQ(home_.keys.sealing_key(kNow).error().code, ErrorCode::kServiceUnavailable);
  EXPECT_EQ(*home_.keys.find(std::string(kSessionKeyIdSize, 'x')), nullptr);
}

TEST_F(SessionKeysTest, TheFirstKeySealsAtOnce) {
  EXPECT_EQ(*home_.keys.step(kNow), kNow + kSessionKeyPeriod - kSessionKeyNotice);
  const auto key = home_.keys.sealing_key(kNow);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ((*home_.keys.find((*key)->id))->id, (*key)->id);
  EXPECT_EQ(*home_.keys.find(std::string(kSessionKeyIdSize, 'x')), nullptr);
  // A clock that was set back since must not stop the region.
  EXPECT_EQ(sealing(kNow - days(1)), (*key)->id);
}

// The other regions must have a key before the first token that it seals.
TEST_F(SessionKeysTest, AKeyIsMadeADayBeforeItSeals) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  const std::string first = sealing(kNow);
  const Time due = kNow + days(29);
  ASSERT_TRUE(home_.keys.step(due - hours(1)).ok());
  EXPECT_EQ(count(), 1u);
  ASSERT_TRUE(home_.keys.step(due).ok());
  EXPECT_EQ(count(), 2u);
  EXPECT_EQ(sealing(due), first);
  EXPECT_EQ(sealing(due + hours(23)), first);
  EXPECT_NE(sealing(due + hours(24)), first);
}

TEST_F(SessionKeysTest, AKeyStaysForTheLongestSessionThatItSealed) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  const std::string first = sealing(kNow);
  const auto next = home_.keys.step(kNow + days(29));
  const Time last_use = kNow + days(30);
  ASSERT_GE(*next, last_use + kLongestSession);
  ASSERT_TRUE(home_.keys.step(last_use + kLongestSession).ok());
  EXPECT_NE(*home_.keys.find(first), nullptr);
  ASSERT_TRUE(home_.keys.step(*next).ok());
  EXPECT_EQ(*home_.keys.find(first), nullptr);
  EXPECT_EQ(count(), 1u);
}

// step() says when it wants to be called: following that for a year must neither lose a key in use nor pile them up.
TEST_F(SessionKeysTest, AYearOfStepsKeepsOneOrTwoKeys) {
  std::vector<std::pair<Time, std::string>> sealed;
  Time now = kNow;
  while (now < kNow + days(365)) {
    const auto next = home_.keys.step(now);
    ASSERT_TRUE(next.ok());
    ASSERT_GT(*next, now);
    for (; now < *next; now += hours(1)) {
      sealed.emplace_back(now, sealing(now));
      while (sealed.front().first + kLongestSession < now)
        sealed.erase(sealed.begin());
      for (const auto& [time, id] : sealed)
        ASSERT_NE(*home_.keys.find(id), nullptr) << iso_basic(time) << " at " << iso_basic(now);
    }
    EXPECT_LE(count(), 2u);
  }
}

TEST_F(SessionKeysTest, AfterAYearOfStandstillTheOldKeySealsUntilTheNewOneIsKnown) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  const std::string first = sealing(kNow);
  const Time later = kNow + days(365);
  ASSERT_TRUE(home_.keys.step(later).ok());
  EXPECT_EQ(count(), 2u);
  EXPECT_EQ(sealing(later), first);
  EXPECT_NE(sealing(later + days(1)), first);
}

TEST_F(SessionKeysTest, StepsThatChangeNothingWriteNothing) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  const store::Revision revision = home_.store->revision();
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  ASSERT_TRUE(home_.keys.step(kNow + days(20)).ok());
  EXPECT_EQ(home_.store->revision(), revision);
}

// Each region wraps the keys by its own region key: what flows is the state, not the row.
TEST_F(SessionKeysTest, AnotherRegionHasTheSameKeys) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  away_.take_keys_of(home_);
  EXPECT_EQ(sealing(kNow, away_), sealing(kNow));
  EXPECT_TRUE((*away_.keys.sealing_key(kNow))->key.material().equals((*home_.keys.sealing_key(kNow))->key.material()));
  EXPECT_NE((*away_.store->get("sk"))->value, (*home_.store->get("sk"))->value);
}

TEST_F(SessionKeysTest, OnlyTheHomeRegionMakesKeys) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  away_.take_keys_of(home_);
  const store::Revision revision = away_.store->revision();
  EXPECT_GT(*away_.keys.step(kNow + days(40)), kNow + days(40));
  EXPECT_EQ(away_.store->revision(), revision);
  // From then on it does, and goes on with the keys that there are.
  ASSERT_TRUE(away_.home.adopt(*away_.home.claim()).ok());
  ASSERT_TRUE(away_.keys.step(kNow + days(40)).ok());
  EXPECT_EQ(count(away_), 2u);
}

// A home region whose row was lost, or deleted because a key became known, must not be ignored by the others.
TEST_F(SessionKeysTest, KeysThatWereMadeAfreshWinEverywhere) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  ASSERT_TRUE(home_.keys.step(kNow + days(29)).ok());
  away_.take_keys_of(home_);
  EXPECT_EQ(count(away_), 2u);
  ASSERT_TRUE(home_.store->commit({.preconditions = {}, .puts = {}, .deletes = {"sk"}}).ok());
  ASSERT_TRUE(home_.keys.step(kNow + days(40)).ok());
  away_.take_newer_keys_of(home_);
  EXPECT_EQ(count(away_), 1u);
  EXPECT_EQ(sealing(kNow + days(40), away_), sealing(kNow + days(40)));
}

TEST_F(SessionKeysTest, AStateThatMakesNoSenseIsRefused) {
  const auto key = [](size_t id, Time active_from) { return StoredSessionKey{std::string(id, 'k'), active_from, ""}; };
  const auto refusal = [this](std::vector<StoredSessionKey> keys, std::vector<size_t> materials) {
    home::StateRow row{"", encode(StoredSessionKeys{9, std::move(keys)}), {}};
    for (const size_t size : materials)
      row.secrets.emplace_back(size);
    const auto arrived = away_.states.arriving(state_of_session_keys(), row);
    return arrived.ok() ? std::string("none") : std::string(error_name(arrived.error().code));
  };
  EXPECT_EQ(refusal({}, {}), "Corrupt");
  EXPECT_EQ(refusal({key(8, kNow), key(7, kNow)}, {32, 32}), "Corrupt");
  EXPECT_EQ(refusal({key(8, kNow), key(8, kNow)}, {31, 32}), "Corrupt");
  EXPECT_EQ(refusal({key(8, kNow), key(8, kNow)}, {32}), "Corrupt");
  EXPECT_EQ(refusal({key(8, kNow), key(8, kNow - hours(1))}, {32, 32}), "Corrupt");
  EXPECT_EQ(refusal({key(8, kNow), key(8, kNow)}, {32, 32}), "none");
}

TEST_F(SessionKeysTest, EveryPeerIsToldInTheSameTransaction) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  const auto marks = home_.store->scan(store::ScanRange::prefix(store::OutboxKey::prefix(peer_)));
  ASSERT_EQ(marks->size(), 1u);
  EXPECT_EQ(marks->front().revision, (*home_.store->get("sk"))->revision);
  EXPECT_EQ(store::OutboxKey::parse(marks->front().key)->kind, "session_keys");
  EXPECT_EQ(store::OutboxMark::parse(marks->front().value)->generation, 1u);
}

TEST_F(SessionKeysTest, ADamagedRecordIsAnError) {
  ASSERT_TRUE(home_.keys.step(kNow).ok());
  const std::string good = (*home_.store->get("sk"))->value;
  for (const std::string& bad : {std::string(), good.substr(0, good.size() - 1), std::string("\xff\xff")}) {
    ASSERT_TRUE(home_.store->commit({.preconditions = {}, .puts = {{"sk", bad}}, .deletes = {}}).ok());
    EXPECT_EQ(home_.keys.sealing_key(kNow).error().code, ErrorCode::kCorrupt);
    EXPECT_EQ(home_.keys.step(kNow).error().code, ErrorCode::kCorrupt);
  }
  // The row of another region is wrapped by another key.
  ASSERT_TRUE(away_.store->commit({.preconditions = {}, .puts = {{"sk", good}}, .deletes = {}}).ok());
  EXPECT_EQ(away_.keys.sealing_key(kNow).error().code, ErrorCode::kCorrupt);
}

TEST_F(SessionKeysTest, AKeyThatWasNotStoredSealsNothing) {
  home_.store->fail_syncs(1);
  EXPECT_EQ(home_.keys.step(kNow).error().code, ErrorCode::kIo);
  EXPECT_EQ(home_.keys.sealing_key(kNow).error().code, ErrorCode::kServiceUnavailable);
}

}  // namespace
}  // namespace coffer::sts::testing
