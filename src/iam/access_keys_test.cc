#include "iam/access_keys.h"

#include <gtest/gtest.h>

#include <thread>

#include "iam/access_key_uses.h"
#include "iam/long_term_credentials.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::IdentitySite;
using testing::kAccount;
using testing::user_ref;

constexpr SecretAccess kTest{"a test looks for the secret"};

NotedUse at(const AccessKeyUse& use) {
  return {use.used, use.region, use.service};
}

class AccessKeysTest : public ::testing::Test {
 protected:
  AccessKeysTest() { EXPECT_TRUE(create_user(store_, kAccount, {.name = "alice"}).ok()); }

  std::shared_ptr<const auth::Credential> find(std::string_view id, std::optional<std::string_view> token = {}) {
    return *credentials_.find({id, token, site_.clock.now()});
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
  LongTermCredentials credentials_{*site_.store, *site_.region_key, site_.cache};
};

TEST_F(AccessKeysTest, AUsersKeySignsAsTheUser) {
  const auto made = create_access_key(store_, user_ref("Alice"));
  ASSERT_TRUE(made.ok());
  EXPECT_TRUE(made->key.id.text().starts_with("AKIA"));
  EXPECT_EQ(made->key.id.text().size(), 20u);
  EXPECT_EQ(made->secret.size(), 40u);
  const auto credential = find(made->key.id.text());
  ASSERT_NE(credential, nullptr);
  EXPECT_TRUE(credential->secret_access_key().equals(made->secret));
  EXPECT_EQ(credential->state(), auth::KeyState::kActive);
  EXPECT_EQ(credential->caller().kind, auth::PrincipalKind::kUser);
  EXPECT_EQ(credential->caller().account, kAccount);
  EXPECT_EQ(credential->caller().arn, "arn:aws:iam::123456789012:user/alice");
  EXPECT_EQ(credential->caller().unique_id(), site_.entities().user("alice")->unique_id);
  EXPECT_EQ(find(made->key.id.text()), credential) << "the same, with the signing keys that it has cached";
  EXPECT_EQ(find(made->key.id.text(), "token"), nullptr);
}

TEST_F(AccessKeysTest, TheRootUsersKeyStillSigns) {
  const auto root = site_.accounts.root_credentials(kAccount);
  const auto credential = find(root->access_key_id.text());
  ASSERT_NE(credential, nullptr);
  EXPECT_EQ(credential->caller().kind, auth::PrincipalKind::kRoot);
  EXPECT_EQ(credential->caller().arn, "arn:aws:iam::123456789012:root");
  EXPECT_TRUE(credential->secret_access_key().equals(root->secret_access_key));
}

TEST_F(AccessKeysTest, AnInactiveKeyIsInactiveFromTheNextRequestOn) {
  const AccessKeyId id = create_access_key(store_, user_ref("alice"))->key.id;
  EXPECT_EQ(find(id.text())->state(), auth::KeyState::kActive);
  ASSERT_TRUE(update_access_key(store_, user_ref("alice"), id, AccessKeyStatus::kInactive).ok());
  EXPECT_EQ(find(id.text())->state(), auth::KeyState::kInactive);
  ASSERT_TRUE(update_access_key(store_, user_ref("alice"), id, AccessKeyStatus::kActive).ok());
  EXPECT_EQ(find(id.text())->state(), auth::KeyState::kActive);
}

TEST_F(AccessKeysTest, ADeletedKeyIsUnknown) {
  const AccessKeyId id = create_access_key(store_, user_ref("alice"))->key.id;
  ASSERT_NE(find(id.text()), nullptr);
  ASSERT_TRUE(delete_access_key(store_, user_ref("alice"), id).ok());
  EXPECT_EQ(find(id.text()), nullptr);
  EXPECT_FALSE(access_key_owner(*site_.store, id.text())->has_value());
  EXPECT_EQ(delete_access_key(store_, user_ref("alice"), id).error().message,
            "The Access Key with id " + id.text() + " cannot be found.");
}

TEST_F(AccessKeysTest, ARenamedUserSignsUnderItsNewName) {
  const AccessKeyId id = create_access_key(store_, user_ref("alice"))->key.id;
  ASSERT_NE(find(id.text()), nullptr);
  ASSERT_TRUE(update_user(store_, user_ref("alice"), {.name = "alicia", .path = {}}).ok());
  EXPECT_EQ(find(id.text())->caller().arn, "arn:aws:iam::123456789012:user/alicia");
}

TEST_F(AccessKeysTest, AUserHasTwoKeysAndNoneOfAnothers) {
  ASSERT_TRUE(create_user(store_, kAccount, {.name = "bob"}).ok());
  const AccessKeyId id = create_access_key(store_, user_ref("alice"))->key.id;
  ASSERT_TRUE(create_access_key(store_, user_ref("alice")).ok());
  EXPECT_EQ(create_access_key(store_, user_ref("alice")).error().message,
            "Cannot exceed quota for AccessKeysPerUser: 2");
  EXPECT_EQ(update_access_key(store_, user_ref("bob"), id, AccessKeyStatus::kInactive).error().code,
            ErrorCode::kNoSuchEntity);
  EXPECT_EQ(delete_access_key(store_, user_ref("bob"), id).error().code, ErrorCode::kNoSuchEntity);
}

TEST_F(AccessKeysTest, TheOwnerOfAKeyIsKnown) {
  const AccessKeyId id = create_access_key(store_, user_ref("alice"))->key.id;
  EXPECT_EQ((*access_key_owner(*site_.store, id.text()))->user_id, site_.entities().user("alice")->unique_id);
  const auto root = site_.accounts.root_credentials(kAccount);
  EXPECT_EQ((*access_key_owner(*site_.store, root->access_key_id.text()))->user_id, "");
  for (const std::string& bad : {std::string(), std::string("AKIA"), std::string("AKIA\0AAAAAAAAAAAAAAA", 20)}) {
    EXPECT_FALSE(access_key_owner(*site_.store, bad)->has_value());
    EXPECT_EQ(find(bad), nullptr);
  }
}

TEST_F(AccessKeysTest, NoRowHoldsASecret) {
  const auto made = create_access_key(store_, user_ref("alice"));
  for (const store::Row& row : *site_.store->scan({.begin = "", .end = ""}))
    EXPECT_EQ(row.value.find(made->secret.view(kTest)), std::string::npos);
}

TEST_F(AccessKeysTest, TheLastUseIsShownAtOnceAndWrittenLater) {
  const std::string id = create_access_key(store_, user_ref("alice"))->key.id.text();
  AccessKeyUses uses(*site_.store);
  EXPECT_FALSE(uses.last_use(id)->has_value());
  const AccessKeyUse first{site_.clock.now(), "us-east-1", "kms"};
  uses.note(id, at(first));
  EXPECT_EQ(*uses.last_use(id), first);
  EXPECT_FALSE(AccessKeyUses(*site_.store).last_use(id)->has_value()) << "not written yet";
  ASSERT_TRUE(uses.flush().ok());
  EXPECT_EQ(*AccessKeyUses(*site_.store).last_use(id), first);

  uses.note(id, {first.used + std::chrono::seconds(1), "us-east-1", "kms"});
  EXPECT_EQ(*uses.last_use(id), first) << "too soon to tell";
  const AccessKeyUse elsewhere{first.used + std::chrono::seconds(2), "eu-west-1", "kms"};
  uses.note(id, at(elsewhere));
  EXPECT_EQ(*uses.last_use(id), elsewhere);
  const AccessKeyUse later{first.used + std::chrono::minutes(5), "eu-west-1", "kms"};
  uses.note(id, at(later));
  ASSERT_TRUE(uses.flush().ok());
  EXPECT_EQ(*AccessKeyUses(*site_.store).last_use(id), later);
  ASSERT_TRUE(uses.flush().ok());
  EXPECT_EQ(*uses.last_use(id), later) << "from the row";
}

// What says nothing new is dropped without a lock, whoever has said it. It must not be dropped for longer than that.
TEST_F(AccessKeysTest, AUseThatIsNewsIsNotTakenForOneThatIsNot) {
  const std::string id = create_access_key(store_, user_ref("alice"))->key.id.text();
  const std::string other = create_access_key(store_, user_ref("alice"))->key.id.text();
  AccessKeyUses uses(*site_.store);
  const Time begin = site_.clock.now();
  uses.note(id, {begin, "us-east-1", "kms"});
  uses.note(id, {begin + AccessKeyUses::kGrain - Duration(1), "us-east-1", "kms"});
  EXPECT_EQ((*uses.last_use(id))->used, begin);
  uses.note(id, {begin + AccessKeyUses::kGrain, "us-east-1", "kms"});
  EXPECT_EQ((*uses.last_use(id))->used, begin + AccessKeyUses::kGrain);
  uses.note(other, {begin + AccessKeyUses::kGrain, "us-east-1", "kms"});
  EXPECT_TRUE((*uses.last_use(other)).has_value()) << "another key";
  uses.note(id, {begin + AccessKeyUses::kGrain, "us-east-1", "iam"});
  EXPECT_EQ((*uses.last_use(id))->service, "iam");
  uses.note(id, {begin, "us-east-1", "sts"});
  EXPECT_EQ((*uses.last_use(id))->service, "iam") << "told too late";
  // So that seconds which come again are not taken for the same ones.
  uses.note(id, {begin + AccessKeyUses::kGrain + std::chrono::hours(24 * 200), "us-east-1", "iam"});
  EXPECT_EQ((*uses.last_use(id))->used, begin + AccessKeyUses::kGrain + std::chrono::hours(24 * 200));
}

// Between flushes what is noted leaves the memory; a key in use does not come back with every request.
TEST_F(AccessKeysTest, AUseThatWasWrittenIsNotWrittenAgain) {
  const std::string id = create_access_key(store_, user_ref("alice"))->key.id.text();
  AccessKeyUses uses(*site_.store);
  const Time begin = site_.clock.now();
  for (int second = 0; second < 50; second += 10) {
    uses.note(id, {begin + std::chrono::seconds(second), "us-east-1", "kms"});
    ASSERT_TRUE(uses.flush().ok());
  }
  EXPECT_EQ((*uses.last_use(id))->used, begin);
}

TEST_F(AccessKeysTest, ManyThreadsNoteManyKeys) {
  AccessKeyUses uses(*site_.store);
  const Time begin = site_.clock.now();
  const auto id = [](int key) {
    return "AKIAAAAAAAAAAAAAAA" + std::string{static_cast<char>('A' + key / 10), static_cast<char>('A' + key % 10)};
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0; i < 4000; ++i)
        uses.note(id(i % 100), {begin + std::chrono::milliseconds(i), "us-east-1", "kms"});
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (int key = 0; key < 100; ++key)
    EXPECT_TRUE((*uses.last_use(id(key))).has_value()) << id(key);
}

// A flush must not bring back what was deleted.
TEST_F(AccessKeysTest, TheUseOfADeletedKeyIsForgotten) {
  const AccessKeyId id = create_access_key(store_, user_ref("alice"))->key.id;
  AccessKeyUses uses(*site_.store);
  uses.note(id.text(), {site_.clock.now(), "us-east-1", "kms"});
  ASSERT_TRUE(uses.flush().ok());
  uses.note(id.text(), {site_.clock.now() + std::chrono::hours(1), "us-east-1", "kms"});
  ASSERT_TRUE(delete_access_key(store_, user_ref("alice"), id).ok());
  ASSERT_TRUE(uses.flush().ok());
  EXPECT_FALSE(AccessKeyUses(*site_.store).last_use(id.text())->has_value());
}

}  // namespace
}  // namespace coffer::iam
