// Descriptions and tags of keys, and lists of them in pages.
#include "kms/key_details.h"

#include <gtest/gtest.h>

#include "kms/testing/keyring_fixture.h"
#include "kms/testing/test_directories.h"

namespace coffer::kms::testing {
namespace {

class KeyDetailsTest : public KeyringTest {
 protected:
  const KeyName key_ = make_key();
};

std::string refusal(const std::vector<Tag>& tags) {
  const auto checked = check_tags(tags);
  return checked.ok() ? "ok" : std::string(error_name(checked.error().code)) + ": " + checked.error().message;
}

std::vector<Tag> numbered_tags(int count) {
  std::vector<Tag> tags;
  for (int i = 0; i < count; ++i)
    tags.push_back({"k" + std::to_string(i), ""});
  return tags;
}

TEST_F(KeyDetailsTest, TagsFollowTheRulesOfKms) {
  EXPECT_EQ(refusal({}), "ok");
  EXPECT_EQ(refusal({{"a", "1"}, {"A", "2"}}), "ok") << "case counts";
  EXPECT_EQ(refusal({{"a", "1"}, {"b", "2"}, {"a", "3"}}), "TagException: Duplicate tag keys");
  EXPECT_EQ(refusal({{"AWS:x", "1"}}), "TagException: Tags beginning with aws: are reserved");
  EXPECT_EQ(refusal({{"aws", "1"}, {"awsx:", ""}}), "ok");
  EXPECT_EQ(refusal(numbered_tags(50)), "ok");
  EXPECT_EQ(refusal(numbered_tags(51)), "TagException: Too many tags");
}

TEST_F(KeyDetailsTest, TagsKeepTheirPlaces) {
  ASSERT_TRUE(tag(keyring_, key_, std::vector<Tag>{{"a", "1"}, {"b", "2"}}).ok());
  ASSERT_TRUE(tag(keyring_, key_, std::vector<Tag>{{"c", ""}, {"a", "3"}}).ok());
  EXPECT_EQ(info(key_).tags, (std::vector<Tag>{{"a", "3"}, {"b", "2"}, {"c", ""}}));
  const store::Revision before = store_->revision();
  ASSERT_TRUE(tag(keyring_, key_, std::vector<Tag>{{"b", "2"}}).ok());
  ASSERT_TRUE(untag(keyring_, key_, std::vector<std::string>{"nobody"}).ok());
  EXPECT_EQ(store_->revision(), before) << "nothing to change";
  ASSERT_TRUE(untag(keyring_, key_, std::vector<std::string>{"a", "nobody"}).ok());
  EXPECT_EQ(info(key_).tags, (std::vector<Tag>{{"b", "2"}, {"c", ""}}));
}

TEST_F(KeyDetailsTest, AKeyHasAtMostFiftyTags) {
  ASSERT_TRUE(tag(keyring_, key_, numbered_tags(50)).ok());
  EXPECT_EQ(outcome(tag(keyring_, key_, std::vector<Tag>{{"one more", ""}})), "LimitExceededException");
  EXPECT_EQ(outcome(tag(keyring_, key_, std::vector<Tag>{{"k7", "new"}})), "ok");
  EXPECT_EQ(info(key_).tags.size(), 50u);
}

TEST_F(KeyDetailsTest, AKeyIsMadeWithTagsPolicyAndDescription) {
  const TestDirectories directories;
  const KeyName name = keyring_.draw_name(kAccount, MultiRegion::kPrimary);
  const std::string text =
      R"({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}})";
  ASSERT_TRUE(keyring_.create_key({name, "d\xc3\xa9j\xc3\xa0", {{"a", "1"}}, {text, {}}}).ok());
  EXPECT_TRUE(name.id.starts_with("mrk-"));
  EXPECT_EQ(info(name).description, "d\xc3\xa9j\xc3\xa0");
  EXPECT_EQ(info(name).tags, (std::vector<Tag>{{"a", "1"}}));
  EXPECT_EQ(info(name).multi_region, MultiRegion::kPrimary);
  EXPECT_EQ(*get_policy(keyring_, name, directories), text);
  EXPECT_EQ(opened(seal(name)), "ok");
  EXPECT_EQ(info(key_).multi_region, MultiRegion::kNo);
}

TEST_F(KeyDetailsTest, NothingButThePolicyChangesWhileDeletionIsPending) {
  ASSERT_TRUE(keyring_.schedule_deletion(key_, 7).ok());
  const std::string arn = key_arn(kRegion, key_);
  const auto refused = describe(keyring_, key_, "new");
  EXPECT_EQ(outcome(refused), "KMSInvalidStateException");
  EXPECT_EQ(refused.error().message, arn + " is pending deletion.");
  EXPECT_EQ(outcome(tag(keyring_, key_, std::vector<Tag>{{"a", ""}})), "KMSInvalidStateException");
  EXPECT_EQ(outcome(untag(keyring_, key_, std::vector<std::string>{"a"})), "KMSInvalidStateException");
  EXPECT_EQ(outcome(put_policy(keyring_, key_, {default_key_policy(kAccount), {}})), "ok");
  EXPECT_EQ(outcome(get_policy(keyring_, key_, TestDirectories())), "ok");
}

TEST_F(KeyDetailsTest, NobodyDescribesAKeyThatIsNotThereOrIsManagedByAws) {
  const KeyName none{kAccount, random_.uuid()};
  const KeyName managed = *key_of(seal_by_default(kAccount), kAccount);
  EXPECT_EQ(outcome(describe(keyring_, none, "x")), "NotFoundException");
  EXPECT_EQ(describe(keyring_, none, "x").error().message, "Key '" + key_arn(kRegion, none) + "' does not exist");
  EXPECT_EQ(outcome(get_policy(keyring_, none, TestDirectories())), "NotFoundException");
  EXPECT_EQ(outcome(describe(keyring_, managed, "x")), "AccessDeniedException");
  EXPECT_EQ(outcome(put_policy(keyring_, managed, {})), "AccessDeniedException");
}

TEST_F(KeyDetailsTest, ListsGoOnWhereThePageBeforeEnded) {
  for (int i = 0; i < 6; ++i) {
    make_key();
    ASSERT_TRUE(keyring_.put_alias(kAccount, "alias/a" + std::to_string(i), key_).ok());
  }
  make_key(kOther);
  const auto all = *keyring_.list_keys(kAccount);
  const auto aliases = *keyring_.list_aliases(kAccount);
  ASSERT_EQ(all.size(), 7u);
  for (const size_t limit : {1u, 3u, 7u, 8u}) {
    std::vector<KeyInfo> keys;
    std::vector<std::string> names;
    for (;;) {
      const auto page = *keyring_.list_keys(kAccount, {keys.empty() ? "" : keys.back().name.id, limit});
      EXPECT_LE(page.size(), limit);
      if (page.empty()) break;
      keys.insert(keys.end(), page.begin(), page.end());
    }
    for (;;) {
      const auto page = *keyring_.list_aliases(kAccount, {names.empty() ? "" : names.back(), limit});
      if (page.empty()) break;
      for (const Alias& alias : page)
        names.push_back(alias.name);
    }
    EXPECT_EQ(keys, all);
    EXPECT_EQ(names.size(), aliases.size());
  }
}

TEST_F(KeyDetailsTest, AnAliasIsCreatedOnceAndMovedOnlyIfThereIsOne) {
  const KeyName other = make_key();
  const auto create = [&](const KeyName& key) {
    const auto done = keyring_.put_alias(kAccount, "alias/app", key, AliasChange::kCreate);
    return done.ok() ? "ok" : std::string(error_name(done.error().code)) + ": " + done.error().message;
  };
  EXPECT_EQ(keyring_.move_alias(kAccount, "alias/app", {std::nullopt, key_}).error().message,
            "Alias arn:aws:kms:us-east-1:123456789012:alias/app is not found.");
  const Time created = clock_.now();
  EXPECT_EQ(create(key_), "ok");
  const std::string exists =
      "AlreadyExistsException: An alias with the name arn:aws:kms:us-east-1:123456789012:alias/app already exists";
  EXPECT_EQ(create(key_), exists);
  EXPECT_EQ(create(other), exists);
  clock_.advance(Duration(5000));
  EXPECT_TRUE(*keyring_.move_alias(kAccount, "alias/app", {key_, other}));
  const Alias alias = keyring_.list_aliases(kAccount)->front();
  EXPECT_EQ(alias.key_id, other.id);
  EXPECT_EQ(alias.created, created);
  EXPECT_EQ(alias.updated, clock_.now());
}

// What earlier versions wrote is the key id alone.
TEST_F(KeyDetailsTest, AnAliasOfAnEarlierVersionIsStillOne) {
  put_row(alias_row(kAccount, "alias/old"), key_.id);
  EXPECT_EQ(resolved("alias/old"), key_.id);
  EXPECT_EQ(keyring_.list_aliases(kAccount)->front().key_id, key_.id);
  put_row(alias_row(kAccount, "alias/old"), "\xff");
  EXPECT_FALSE(*keyring_.delete_alias(kAccount, "alias/old", key_)) << "nobody can tell whose it is";
  EXPECT_EQ(resolved("alias/old"), "Corrupt");
}

}  // namespace
}  // namespace coffer::kms::testing
