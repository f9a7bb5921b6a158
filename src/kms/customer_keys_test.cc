// The life of customer keys: names, aliases, states, deletion.
#include <gtest/gtest.h>

#include "kms/testing/keyring_fixture.h"

namespace coffer::kms::testing {
namespace {

using std::chrono::hours;

class CustomerKeysTest : public KeyringTest {
 protected:
  std::string arn(const AccountId& account, const std::string& resource) {
    return "arn:aws:kms:us-east-1:" + account.text() + ":" + resource;
  }
  std::string put_alias(const std::string& alias, const KeyName& key) {
    return outcome(keyring_.put_alias(kAccount, alias, key));
  }
  KeyName default_key(const AccountId& account) { return *key_of(seal_by_default(account), account); }
};

TEST_F(CustomerKeysTest, AKeyIsFoundByItsIdItsArnAndItsAliases) {
  const KeyName key = *keyring_.create_key(kAccount, "for the database");
  ASSERT_EQ(put_alias("alias/app/db", key), "ok");
  for (const std::string& key_id :
       {key.id, arn(kAccount, "key/" + key.id), std::string("alias/app/db"), arn(kAccount, "alias/app/db")}) {
    const auto found = keyring_.resolve(kAccount, key_id);
    ASSERT_TRUE(found.ok() && *found) << key_id;
    KeyInfo expected;
    expected.name = key;
    expected.description = "for the database";
    expected.created = clock_.now();
    expected.material_id = material_id_text(first_material_id(key));
    EXPECT_EQ((*found)->info, expected);
    EXPECT_EQ(*keyring_.find(key), *found) << "the same in memory";
  }
  for (const std::string& key_id :
       {std::string("alias/app"), random_.uuid(), arn(kAccount, "key/" + random_.uuid()), arn(kOther, "key/" + key.id),
        arn(kOther, "alias/app/db"), std::string("db"), std::string("alias/aws/ssm"), std::string()})
    EXPECT_EQ(resolved(key_id), "") << key_id;
  EXPECT_EQ(resolved("arn:aws:kms:us-west-2:123456789012:key/" + key.id), "InvalidParameterException");
  EXPECT_FALSE(exists({kAccount, "no key id"}));
}

// An id or alias alone is looked for in the caller's account, as AWS does it, even if another account has it.
TEST_F(CustomerKeysTest, AnotherAccountsKeyIsFoundByArnOnly) {
  const KeyName key = make_key(kOther);
  ASSERT_TRUE(keyring_.put_alias(kOther, "alias/shared", key).ok());
  EXPECT_EQ(resolved(key.id), "");
  EXPECT_EQ(resolved("alias/shared"), "");
  EXPECT_EQ(resolved(arn(kOther, "key/" + key.id)), key.id);
  EXPECT_EQ(resolved(arn(kOther, "alias/shared")), key.id);
  EXPECT_EQ((*keyring_.resolve(kAccount, arn(kOther, "alias/shared")))->info.name.account, kOther);
}

TEST_F(CustomerKeysTest, TheDefaultKeyIsMadeWhenItIsAskedForFirst) {
  const std::string id = resolved(kSecretsManagerAlias);
  EXPECT_EQ(default_key(kAccount).id, id);
  EXPECT_EQ(resolved(arn(kAccount, "alias/aws/secretsmanager")), id);
  EXPECT_EQ(resolved(id), id);
  EXPECT_TRUE(info({kAccount, id}).is_default);
  EXPECT_EQ(rows("k"), 3u) << "one key, one alias, and when it is rotated";
  EXPECT_NE(resolved(arn(kOther, "alias/aws/secretsmanager"), kOther), id);
}

TEST_F(CustomerKeysTest, TheDefaultKeyOfAnotherAccountIsOutOfReach) {
  EXPECT_EQ(resolved(arn(kOther, "alias/aws/secretsmanager")), "");
  EXPECT_EQ(rows("k"), 0u) << "asking for it does not make it";
  const KeyName theirs = default_key(kOther);
  EXPECT_EQ(resolved(arn(kOther, "alias/aws/secretsmanager")), "");
  EXPECT_EQ(resolved(arn(kOther, "key/" + theirs.id)), "");
  EXPECT_EQ(resolved(arn(kOther, "key/" + theirs.id), kOther), theirs.id);
}

TEST_F(CustomerKeysTest, NobodyChangesADefaultKey) {
  const KeyName key = default_key(kAccount);
  const store::Revision before = store_->revision();
  EXPECT_EQ(outcome(keyring_.disable(key)), "AccessDeniedException");
  EXPECT_EQ(outcome(keyring_.enable(key)), "AccessDeniedException");
  EXPECT_EQ(outcome(keyring_.schedule_deletion(key, 7)), "AccessDeniedException");
  EXPECT_EQ(outcome(keyring_.cancel_deletion(key)), "AccessDeniedException");
  EXPECT_EQ(put_alias("alias/mine", key), "AccessDeniedException");
  EXPECT_EQ(outcome(keyring_.delete_alias(kAccount, kSecretsManagerAlias, std::nullopt)), "InvalidAliasNameException");
  EXPECT_EQ(store_->revision(), before);
}

TEST_F(CustomerKeysTest, AMovedAliasLeavesWhatWasEncryptedWithItsKey) {
  const KeyName first = make_key();
  const KeyName second = make_key();
  ASSERT_EQ(put_alias("alias/app", first), "ok");
  const std::string ciphertext = seal({kAccount, resolved("alias/app")});
  ASSERT_EQ(put_alias("alias/app", second), "ok");
  EXPECT_EQ(resolved("alias/app"), second.id) << "at once";
  EXPECT_EQ(key_of(ciphertext, kAccount), first);
  EXPECT_EQ(opened(ciphertext), "ok");
  ASSERT_TRUE(*keyring_.delete_alias(kAccount, "alias/app", second));
  EXPECT_EQ(resolved("alias/app"), "");
  EXPECT_EQ(outcome(keyring_.delete_alias(kAccount, "alias/app", std::nullopt)), "NotFoundException");
  EXPECT_EQ(opened(ciphertext), "ok");
}

TEST_F(CustomerKeysTest, AliasesFollowTheRulesOfKms) {
  const KeyName key = make_key();
  for (const std::string bad : {"", "app", "alias/", "alias/a b", "alias/a:b", "alias/\xc3\xa4"})
    EXPECT_EQ(put_alias(bad, key), "ValidationException") << bad;
  EXPECT_EQ(put_alias("alias/" + std::string(251, 'a'), key), "ValidationException");
  EXPECT_EQ(put_alias("alias/" + std::string(250, 'a'), key), "ok");
  EXPECT_EQ(put_alias("alias/aws/app", key), "InvalidAliasNameException");
  EXPECT_EQ(put_alias("alias/awsome", key), "ok");
  EXPECT_EQ(put_alias("alias/app", {kAccount, random_.uuid()}), "NotFoundException");
  EXPECT_EQ(put_alias("alias/app", {kAccount, "no key id"}), "NotFoundException");
  EXPECT_EQ(put_alias("alias/app", make_key(kOther)), "NotFoundException") << "of another account";
  EXPECT_EQ(outcome(keyring_.delete_alias(kAccount, "alias/a b", std::nullopt)), "ValidationException");
  EXPECT_EQ(keyring_.list_aliases(kAccount)->size(), 2u);
}

TEST_F(CustomerKeysTest, AKeyHasAtMostFiftyAliases) {
  const KeyName key = make_key();
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(put_alias("alias/" + std::to_string(i), key), "ok");
  EXPECT_EQ(put_alias("alias/one-more", key), "LimitExceededException");
  EXPECT_EQ(put_alias("alias/7", key), "ok") << "is there already";
  EXPECT_EQ(put_alias("alias/one-more", make_key()), "ok");
  EXPECT_EQ(put_alias("alias/one-more", key), "LimitExceededException") << "moving one counts, too";
}

TEST_F(CustomerKeysTest, OnlyAnEnabledKeyEncryptsAndDecrypts) {
  const KeyName key = make_key();
  const std::string ciphertext = seal(key);
  ASSERT_EQ(opened(ciphertext), "ok");
  const auto expect_unusable = [&](KeyState state) {
    EXPECT_EQ(info(key).state, state);
    const auto refused = keyring_.generate_data_key(key, kContext);
    EXPECT_EQ(outcome(refused), "EncryptionFailure");
    EXPECT_TRUE(refused.error().message.starts_with(
        "Secrets Manager can't encrypt the protected secret text using the provided KMS key. Check that the KMS key "
        "is available, enabled, and not in an invalid state. For more information, see https://"));
    const auto closed = keyring_.decrypt(kAccount, ciphertext, kContext);
    EXPECT_EQ(outcome(closed), "DecryptionFailure");
    EXPECT_EQ(closed.error().message,
              "Secrets Manager can't decrypt the protected secret text using the provided KMS key.");
    EXPECT_EQ(resolved(key.id), key.id) << "it is found all the same";
  };
  ASSERT_TRUE(keyring_.disable(key).ok());
  expect_unusable(KeyState::kDisabled);
  ASSERT_TRUE(keyring_.enable(key).ok());
  EXPECT_EQ(info(key).state, KeyState::kEnabled);
  EXPECT_EQ(opened(ciphertext), "ok");
  EXPECT_EQ(opened(seal(key)), "ok");
  ASSERT_TRUE(keyring_.schedule_deletion(key, 7).ok());
  expect_unusable(KeyState::kPendingDeletion);
  ASSERT_TRUE(keyring_.cancel_deletion(key).ok());
  expect_unusable(KeyState::kDisabled);
  ASSERT_TRUE(keyring_.enable(key).ok());
  EXPECT_EQ(opened(ciphertext), "ok");
}

// Policies decide by them, so that a key that is kept in memory must not go on with old ones.
TEST_F(CustomerKeysTest, AKeyIsFoundWithTheAliasesThatItHasNow) {
  using Names = std::vector<std::string>;
  Keyring other({*store_, region_key_, random_, clock_, kRegion});
  const auto aliases = [&](const KeyName& key) {
    EXPECT_EQ((*other.find(key))->aliases, (*keyring_.find(key))->aliases) << "whoever else caches it hears of it, too";
    return (*keyring_.find(key))->aliases;
  };
  const KeyName one = make_key();
  const KeyName two = make_key();
  const KeyName foreign = make_key(kOther);
  EXPECT_EQ(aliases(one), Names());
  ASSERT_EQ(put_alias("alias/b", one), "ok");
  ASSERT_EQ(put_alias("alias/a", one), "ok");
  ASSERT_TRUE(keyring_.put_alias(kOther, "alias/a", foreign).ok());
  EXPECT_EQ(aliases(one), Names({"alias/a", "alias/b"}));
  EXPECT_EQ(aliases(two), Names());
  EXPECT_EQ(aliases(foreign), Names({"alias/a"}));
  ASSERT_EQ(put_alias("alias/a", two), "ok");
  EXPECT_EQ(aliases(one), Names({"alias/b"}));
  EXPECT_EQ(aliases(two), Names({"alias/a"}));
  ASSERT_TRUE(*keyring_.delete_alias(kAccount, "alias/b", one));
  EXPECT_EQ(aliases(one), Names());
  const KeyInfo before = info(two);
  ASSERT_TRUE(*keyring_.move_alias(kAccount, "alias/a", {two, one}));
  EXPECT_EQ(aliases(two), Names());
  EXPECT_EQ(info(two), before) << "nothing else of it has changed";
  EXPECT_EQ(encrypted(two), "ok");
  EXPECT_EQ(aliases(default_key(kAccount)), Names({std::string(kSecretsManagerAlias)}));
}

// Their rows say nothing of aliases, which are found by the rows of those; a row gets them when one of them changes.
TEST_F(CustomerKeysTest, AKeyOfAnEarlierVersionHasItsAliases) {
  using Names = std::vector<std::string>;
  const KeyName old = make_key();
  const KeyName other = make_key();
  const auto in_row = [&](const KeyName& key) {
    return decode_key(key, (*store_->get(key_row(key)))->value, kRegion)->aliases;
  };
  const auto forget = [&](const KeyName& key) {
    StoredKey stored = *decode_key(key, (*store_->get(key_row(key)))->value, kRegion);
    stored.aliases.reset();
    put_row(key_row(key), encode_key(stored));
    ASSERT_EQ(in_row(key), std::nullopt);
  };
  for (const char* const alias : {"alias/b", "alias/a", "alias/c"})
    ASSERT_EQ(put_alias(alias, old), "ok");
  forget(old);
  EXPECT_EQ((*keyring_.find(old))->aliases, Names({"alias/a", "alias/b", "alias/c"}));
  ASSERT_TRUE(keyring_.disable(old).ok());
  EXPECT_EQ(in_row(old), std::nullopt) << "which nobody has looked for";
  ASSERT_TRUE(*keyring_.move_alias(kAccount, "alias/b", {old, other}));
  EXPECT_EQ(in_row(old), Names({"alias/a", "alias/c"}));
  EXPECT_EQ(in_row(other), Names({"alias/b"}));
  forget(other);
  ASSERT_EQ(put_alias("alias/d", other), "ok");
  EXPECT_EQ(in_row(other), Names({"alias/b", "alias/d"}));
  forget(other);
  ASSERT_TRUE(keyring_.schedule_deletion(other, 7).ok());
  clock_.advance(std::chrono::hours(7 * 24));
  EXPECT_EQ(*keyring_.erase_expired(), 1u);
  EXPECT_EQ(keyring_.list_aliases(kAccount)->size(), 2u) << "the others went with it";
}

// What was decided on is what the alias named: any other key must be decided on again.
TEST_F(CustomerKeysTest, AnAliasIsMovedAndDeletedFromTheKeyThatWasMeantOnly) {
  const KeyName one = make_key();
  const KeyName two = make_key();
  const auto moved = [&](const std::optional<KeyName>& from, const KeyName& to) {
    const auto outcome_of = keyring_.move_alias(kAccount, "alias/app", {from, to});
    return outcome_of.ok() ? (*outcome_of ? "moved" : "another") : outcome(outcome_of);
  };
  const auto deleted = [&](const std::optional<KeyName>& from) {
    const auto outcome_of = keyring_.delete_alias(kAccount, "alias/app", from);
    return outcome_of.ok() ? (*outcome_of ? "deleted" : "another") : outcome(outcome_of);
  };
  EXPECT_EQ(moved(std::nullopt, one), "NotFoundException");
  EXPECT_EQ(moved(one, two), "another") << "which has been deleted meanwhile";
  EXPECT_EQ(deleted(std::nullopt), "NotFoundException");
  EXPECT_EQ(deleted(one), "another");
  ASSERT_EQ(put_alias("alias/app", one), "ok");
  EXPECT_EQ(moved(std::nullopt, two), "another");
  EXPECT_EQ(moved(two, two), "another");
  EXPECT_EQ(deleted(std::nullopt), "another");
  EXPECT_EQ(deleted(two), "another");
  EXPECT_EQ(resolved("alias/app"), one.id);
  EXPECT_EQ(moved(one, make_key(kOther)), "NotFoundException");
  EXPECT_EQ(moved(one, two), "moved");
  EXPECT_EQ(resolved("alias/app"), two.id);
  EXPECT_EQ(deleted(two), "deleted");
  EXPECT_EQ(resolved("alias/app"), "");
}

// Who may not use it must not make it, so that it is decided on before it is there.
TEST_F(CustomerKeysTest, ADefaultKeyIsShownAsItWillBeMade) {
  const store::Revision before = store_->revision();
  const KeyPointer future = *keyring_.default_key(kAccount);
  EXPECT_EQ(resolved(kSecretsManagerAlias), future->info.name.id);
  EXPECT_EQ(store_->revision(), before);
  EXPECT_FALSE(exists(future->info.name));
  EXPECT_FALSE(keyring_.default_key_arn(kAccount)->has_value());
  EXPECT_NE((*keyring_.default_key(kOther))->info.name.id, future->info.name.id);

  const KeyPointer made = *keyring_.make_default_key(kAccount);
  EXPECT_EQ(made->info.name, future->info.name);
  EXPECT_EQ(made->info.is_default, future->info.is_default);
  EXPECT_EQ(made->info.rotation, future->info.rotation);
  EXPECT_EQ(made->aliases, future->aliases);
  EXPECT_EQ(policy_text(made->info, {}, kRegion), policy_text(future->info, {}, kRegion));
  EXPECT_EQ((*keyring_.default_key(kAccount))->info, made->info);
  EXPECT_EQ((*keyring_.make_default_key(kAccount))->info, made->info);
}

TEST_F(CustomerKeysTest, StatesChangeAsKmsPermitsIt) {
  const KeyName key = make_key();
  const auto not_pending = keyring_.cancel_deletion(key);
  EXPECT_EQ(outcome(not_pending), "KMSInvalidStateException");
  EXPECT_EQ(not_pending.error().message, key_arn(kRegion, key) + " is not pending deletion.");
  for (const int days : {-1, 0, 6, 31, 1'000'000'000})
    EXPECT_EQ(outcome(keyring_.schedule_deletion(key, days)), "ValidationException") << days;
  ASSERT_TRUE(keyring_.disable(key).ok());
  const store::Revision before = store_->revision();
  EXPECT_TRUE(keyring_.disable(key).ok());
  EXPECT_EQ(store_->revision(), before) << "nothing to change";
  EXPECT_EQ(put_alias("alias/app", key), "ok") << "a disabled key may have a name";

  const auto due = keyring_.schedule_deletion(key, 30);
  EXPECT_EQ(*due, clock_.now() + hours(30 * 24));
  EXPECT_EQ(info(key).deletion_date, *due);
  const auto pending = keyring_.enable(key);
  EXPECT_EQ(outcome(pending), "KMSInvalidStateException");
  EXPECT_EQ(pending.error().message, key_arn(kRegion, key) + " is pending deletion.");
  EXPECT_EQ(outcome(keyring_.disable(key)), "KMSInvalidStateException");
  EXPECT_EQ(outcome(keyring_.schedule_deletion(key, 7)), "KMSInvalidStateException");
  EXPECT_EQ(put_alias("alias/other", key), "KMSInvalidStateException");
  EXPECT_EQ(info(key).deletion_date, *due);
  ASSERT_TRUE(*keyring_.delete_alias(kAccount, "alias/app", key)) << "in every state";
  ASSERT_TRUE(keyring_.cancel_deletion(key).ok());
  EXPECT_FALSE(info(key).deletion_date);
  const KeyName nobody{kAccount, random_.uuid()};
  EXPECT_EQ(outcome(keyring_.enable(nobody)), "NotFoundException");
  EXPECT_EQ(outcome(keyring_.schedule_deletion(nobody, 7)), "NotFoundException");
  EXPECT_EQ(outcome(keyring_.cancel_deletion({kOther, key.id})), "NotFoundException");
}

TEST_F(CustomerKeysTest, AKeyIsDeletedWithItsAliasesWhenItsDateHasCome) {
  const KeyName key = make_key();
  const KeyName kept = make_key();
  ASSERT_EQ(put_alias("alias/app", key), "ok");
  ASSERT_EQ(put_alias("alias/app/old", key), "ok");
  ASSERT_EQ(put_alias("alias/kept", kept), "ok");
  const std::string ciphertext = seal(key);
  ASSERT_TRUE(keyring_.schedule_deletion(key, 7).ok());
  clock_.advance(hours(7 * 24) - Duration(1));
  EXPECT_EQ(*keyring_.erase_expired(), 0u);
  EXPECT_EQ(resolved("alias/app"), key.id);
  clock_.advance(Duration(1));
  EXPECT_EQ(*keyring_.erase_expired(), 1u);
  EXPECT_EQ(*keyring_.erase_expired(), 0u);

  EXPECT_EQ(opened(ciphertext), "DecryptionFailure") << "its owner deleted it: that is no damage";
  EXPECT_EQ(encrypted(key), "EncryptionFailure");
  for (const std::string& key_id : {key.id, std::string("alias/app"), std::string("alias/app/old")})
    EXPECT_EQ(resolved(key_id), "") << key_id;
  EXPECT_EQ(outcome(keyring_.cancel_deletion(key)), "NotFoundException");
  EXPECT_EQ(keyring_.list_keys(kAccount)->size(), 1u);
  EXPECT_EQ(keyring_.list_keys(kAccount)->front().name, kept);
  ASSERT_EQ(keyring_.list_aliases(kAccount)->size(), 1u);
  EXPECT_EQ(keyring_.list_aliases(kAccount)->front().name, "alias/kept");
  EXPECT_FALSE(store_->get(key_row(key))->has_value()) << "its material is gone";
  EXPECT_EQ(rows("kd"), 0u);
  EXPECT_EQ(rows("k"), 3u) << "the other key, its alias, and that there was one";
}

TEST_F(CustomerKeysTest, ACancelledDeletionDoesNotHappen) {
  const KeyName cancelled = make_key();
  const KeyName put_off = make_key();
  ASSERT_TRUE(keyring_.schedule_deletion(cancelled, 7).ok());
  ASSERT_TRUE(keyring_.schedule_deletion(put_off, 7).ok());
  EXPECT_EQ(rows("kd"), 2u);
  ASSERT_TRUE(keyring_.cancel_deletion(cancelled).ok());
  ASSERT_TRUE(keyring_.cancel_deletion(put_off).ok());
  EXPECT_EQ(rows("kd"), 0u);
  ASSERT_TRUE(keyring_.schedule_deletion(put_off, 8).ok());
  clock_.advance(hours(7 * 24));
  EXPECT_EQ(*keyring_.erase_expired(), 0u);
  EXPECT_EQ(info(cancelled).state, KeyState::kDisabled);
  // Where the index says something else, the key's own row decides.
  put_row(due_row(DueFor::kDeletion, clock_.now(), cancelled), "");
  put_row(due_row(DueFor::kDeletion, clock_.now(), put_off), "");
  EXPECT_EQ(*keyring_.erase_expired(), 0u);
  EXPECT_EQ(info(cancelled).state, KeyState::kDisabled);
  EXPECT_EQ(info(put_off).state, KeyState::kPendingDeletion);
  clock_.advance(hours(24));
  EXPECT_EQ(*keyring_.erase_expired(), 1u);
}

TEST_F(CustomerKeysTest, AKeyThatCannotBeDeletedKeepsNoOtherFromBeing) {
  const KeyName damaged = make_key();
  const KeyName other = make_key(kOther);
  ASSERT_TRUE(keyring_.schedule_deletion(damaged, 7).ok());
  clock_.advance(Duration(1));
  ASSERT_TRUE(keyring_.schedule_deletion(other, 7).ok());
  put_row(key_row(damaged), "\xff\xff\xff");
  clock_.advance(hours(7 * 24));
  EXPECT_EQ(outcome(keyring_.erase_expired()), "Corrupt");
  EXPECT_FALSE(exists(other));
}

// More than one scan returns at once.
TEST_F(CustomerKeysTest, ManyKeysAreListedAndDeleted) {
  for (int i = 0; i < 1001; ++i)
    ASSERT_TRUE(keyring_.schedule_deletion(make_key(), 7).ok());
  EXPECT_EQ(keyring_.list_keys(kAccount)->size(), 1001u);
  EXPECT_TRUE(keyring_.list_keys(kOther)->empty());
  clock_.advance(hours(7 * 24));
  EXPECT_EQ(*keyring_.erase_expired(), 1001u);
  EXPECT_TRUE(keyring_.list_keys(kAccount)->empty());
}

TEST_F(CustomerKeysTest, KeysAliasesAndStatesSurviveARestart) {
  const KeyName key = *keyring_.create_key(kAccount, "text");
  ASSERT_EQ(put_alias("alias/app", key), "ok");
  const std::string ciphertext = seal(key);
  ASSERT_TRUE(keyring_.disable(key).ok());
  store_->crash();
  Keyring restarted({*store_, region_key_, random_, clock_, kRegion});
  EXPECT_EQ((*restarted.resolve(kAccount, "alias/app"))->info, info(key));
  EXPECT_EQ(outcome(restarted.decrypt(kAccount, ciphertext, kContext)), "DecryptionFailure");
  ASSERT_TRUE(restarted.enable(key).ok());
  EXPECT_EQ(outcome(restarted.decrypt(kAccount, ciphertext, kContext)), "ok");
  EXPECT_EQ(opened(ciphertext), "ok") << "whoever else caches the key hears of it, too";
}

TEST_F(CustomerKeysTest, AChangeThatWasNotMadeDurableDoesNotShow) {
  const KeyName key = make_key();
  const std::string ciphertext = seal(key);
  store_->fail_syncs(1);
  EXPECT_EQ(outcome(keyring_.disable(key)), "Io");
  EXPECT_EQ(opened(ciphertext), "ok");
  EXPECT_EQ(outcome(keyring_.create_key(kAccount, "")), "Io");
  EXPECT_EQ(put_alias("alias/app", key), "Io");
  store_->crash();
  EXPECT_EQ(info(key).state, KeyState::kEnabled);
  EXPECT_EQ(resolved("alias/app"), "");
  store_->fail_reads(true);
  EXPECT_EQ(resolved("alias/app"), "Io") << "not: there is none";
}

}  // namespace
}  // namespace coffer::kms::testing
