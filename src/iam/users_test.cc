#include "iam/users.h"

#include <gtest/gtest.h>

#include "iam/access_keys.h"
#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/quotas.h"
#include "iam/tags.h"
#include "iam/testing/identity_site.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::IdentitySite;
using testing::kAccount;
using testing::kOther;
using testing::user_ref;

constexpr std::string_view kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";

TEST(Users, ANewUserHasAUniqueIdAndAnArnWithItsPath) {
  IdentitySite site;
  const auto user = create_user(site.identity_store, kAccount, {.name = "Alice", .path = "/teams/red/"});
  ASSERT_TRUE(user.ok()) << user.error().message;
  EXPECT_TRUE(user->unique_id.starts_with("AIDA"));
  EXPECT_EQ(user->unique_id.size(), 21u);
  EXPECT_EQ(user->created, site.clock.now());
  const Identity* const identity = site.snapshot()->by_unique_id(user->unique_id);
  ASSERT_NE(identity, nullptr);
  EXPECT_EQ(identity->arn, "arn:aws:iam::123456789012:user/teams/red/Alice");
  EXPECT_EQ(identity->kind, Identity::Kind::kUser);
}

TEST(Users, NamesAreUniqueWhateverTheirCaseInTheirAccountOnly) {
  IdentitySite site;
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "Alice"}).ok());
  const auto again = create_user(site.identity_store, kAccount, {.name = "aLICE"});
  EXPECT_EQ(again.error().code, ErrorCode::kEntityAlreadyExists);
  EXPECT_EQ(again.error().message, "User with name aLICE already exists.");
  EXPECT_TRUE(create_user(site.identity_store, kOther, {.name = "Alice"}).ok());
  EXPECT_EQ(site.snapshot()->user("ALICE")->name, "Alice") << "shown as it was given";
}

// The name becomes part of a row's key.
TEST(Users, OnlyNamesAndPathsOfTheDocumentedFormsAreTaken) {
  IdentitySite site;
  for (const std::string& bad : {std::string(), std::string(65, 'a'), std::string("a\0b", 3), std::string("a/b")}) {
    EXPECT_EQ(create_user(site.identity_store, kAccount, {.name = bad}).error().code, ErrorCode::kValidation);
  }
  for (const std::string& bad : {std::string(), std::string("teams"), std::string("/teams"), std::string("//"),
                                 "/" + std::string(512, 'a') + "/", std::string("/a b/")}) {
    EXPECT_EQ(create_user(site.identity_store, kAccount, {.name = "a", .path = bad}).error().code,
              ErrorCode::kValidation)
        << bad;
  }
  EXPECT_TRUE(create_user(site.identity_store, kAccount, {.name = "aZ09_+=,.@-"}).ok());
}

TEST(Users, ARenamedUserKeepsItsIdItsKeysAndItsPolicies) {
  IdentitySite site;
  const auto user = *create_user(site.identity_store, kAccount, {.name = "alice"});
  ASSERT_TRUE(put_inline_policy(site.identity_store, user_ref("alice"), {"p", allowing("kms:*")}).ok());
  ASSERT_TRUE(create_access_key(site.identity_store, user_ref("alice")).ok());
  ASSERT_TRUE(update_user(site.identity_store, user_ref("alice"), {.name = "bob", .path = "/x/"}).ok());
  EXPECT_EQ(site.snapshot()->user("alice"), nullptr);
  const Identity* const renamed = site.snapshot()->user("bob");
  ASSERT_NE(renamed, nullptr);
  EXPECT_EQ(renamed->unique_id, user.unique_id);
  EXPECT_EQ(renamed->arn, "arn:aws:iam::123456789012:user/x/bob");
  EXPECT_EQ(site.entities().user("bob")->access_keys.size(), 1u);
  EXPECT_EQ(site.entities().user("bob")->inline_policies.size(), 1u);
}

TEST(Users, ANameCanChangeItsCaseButNotBecomeAnothersName) {
  IdentitySite site;
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "alice"}).ok());
  ASSERT_TRUE(create_user(site.identity_store, kAccount, {.name = "bob"}).ok());
  EXPECT_EQ(update_user(site.identity_store, user_ref("alice"), {.name = "BOB"}).error().code,
            ErrorCode::kEntityAlreadyExists);
  ASSERT_TRUE(update_user(site.identity_store, user_ref("alice"), {.name = "ALICE"}).ok());
  EXPECT_EQ(site.snapshot()->user("alice")->name, "ALICE");
}

TEST(Users, AUserGoesOnlyWithoutKeysGroupsAndPolicies) {
  IdentitySite site;
  IdentityStore& store = site.identity_store;
  const EntityRef alice = user_ref("alice");
  ASSERT_TRUE(create_user(store, kAccount, {.name = "alice", .boundary = std::string(kReadOnly)}).ok());
  const auto refusal = [&] { return delete_user(store, alice).error(); };

  const AccessKeyId key = create_access_key(store, alice)->key.id;
  EXPECT_EQ(refusal().code, ErrorCode::kDeleteConflict);
  EXPECT_EQ(refusal().message, "Cannot delete entity, must delete access keys first.");
  ASSERT_TRUE(delete_access_key(store, alice, key).ok());

  ASSERT_TRUE(create_group(store, kAccount, {.name = "red"}).ok());
  ASSERT_TRUE(add_user_to_group(store, testing::group_ref("red"), "alice").ok());
  EXPECT_EQ(refusal().message, "Cannot delete entity, must remove users from group first.");
  ASSERT_TRUE(remove_user_from_group(store, testing::group_ref("red"), "alice").ok());

  ASSERT_TRUE(attach_policy(store, alice, kReadOnly).ok());
  EXPECT_EQ(refusal().message, "Cannot delete entity, must detach all policies first.");
  ASSERT_TRUE(detach_policy(store, alice, kReadOnly).ok());

  ASSERT_TRUE(put_inline_policy(store, alice, {"p", allowing("kms:*")}).ok());
  EXPECT_EQ(refusal().message, "Cannot delete entity, must delete policies first.");
  ASSERT_TRUE(delete_inline_policy(store, alice, "p").ok());

  EXPECT_TRUE(delete_user(store, alice).ok()) << "a boundary goes with its user";
  EXPECT_EQ(delete_user(store, alice).error().message, "The user with name alice cannot be found.");
}

TEST(Users, AUserThatIsMadeAgainIsSomebodyElse) {
  IdentitySite site;
  const auto first = *create_user(site.identity_store, kAccount, {.name = "alice"});
  ASSERT_TRUE(delete_user(site.identity_store, user_ref("alice")).ok());
  EXPECT_EQ(*site.identities.arn(first.unique_id), std::nullopt);
  const auto second = *create_user(site.identity_store, kAccount, {.name = "alice"});
  EXPECT_NE(first.unique_id, second.unique_id);
  EXPECT_EQ(site.snapshot()->by_unique_id(first.unique_id), nullptr);
  EXPECT_EQ(*site.identities.arn(second.unique_id), "arn:aws:iam::123456789012:user/alice");
}

TEST(Users, AnAccountHas5000) {
  IdentitySite site;
  for (size_t begin = 0; begin < kUsersPerAccount; begin += 2500) {
    ASSERT_TRUE(site.identity_store
                    .change(kAccount,
                            [&](IdentityChange& change) -> Result<void> {
                              for (size_t i = begin; i < begin + 2500; ++i) {
                                User user;
                                user.name = "user-" + std::to_string(i);
                                user.path = "/";
                                user.unique_id = "AIDA" + std::to_string(10'000'000'000'000'000 + i);
                                change.put(user);
                              }
                              return {};
                            })
                    .ok());
  }
  const auto refused = create_user(site.identity_store, kAccount, {.name = "one-more"});
  EXPECT_EQ(refused.error().code, ErrorCode::kLimitExceeded);
  EXPECT_EQ(refused.error().message, "Cannot exceed quota for UsersPerAccount: 5000");
}

TEST(Users, TagKeysOfUsersDifferInMoreThanCase) {
  IdentitySite site;
  IdentityStore& store = site.identity_store;
  ASSERT_TRUE(create_user(store, kAccount, {.name = "alice", .tags = {{"Team", "red"}}}).ok());
  ASSERT_TRUE(tag_entity(store, user_ref("alice"), {{"team", "blue"}, {"cost", "7"}}).ok());
  EXPECT_EQ(site.entities().user("alice")->tags, (std::vector<Tag>{{"team", "blue"}, {"cost", "7"}}));
  EXPECT_EQ(site.snapshot()->user("alice")->tags.size(), 2u);
  ASSERT_TRUE(untag_entity(store, user_ref("alice"), {"TEAM", "absent"}).ok());
  EXPECT_EQ(site.entities().user("alice")->tags, (std::vector<Tag>{{"cost", "7"}}));

  const auto twice = tag_entity(store, user_ref("alice"), {{"a", "1"}, {"A", "2"}});
  EXPECT_EQ(twice.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(twice.error().message, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  EXPECT_EQ(tag_entity(store, user_ref("alice"), {{"AWS:a", "1"}}).error().code, ErrorCode::kInvalidInput);
  std::vector<Tag> many;
  for (int i = 0; i < 50; ++i)
    many.push_back({"key-" + std::to_string(i), ""});
  EXPECT_EQ(tag_entity(store, user_ref("alice"), many).error().code, ErrorCode::kLimitExceeded) << "51 with cost";
  EXPECT_EQ(tag_entity(store, user_ref("nobody"), {{"a", "1"}}).error().code, ErrorCode::kNoSuchEntity);
}

TEST(Users, ABoundaryMustBeAPolicyThatExists) {
  IdentitySite site;
  const auto make = [&](std::string boundary) {
    return create_user(site.identity_store, kAccount, {.name = "alice", .boundary = std::move(boundary)}).error();
  };
  EXPECT_EQ(make("arn:aws:iam::123456789012:policy/absent").code, ErrorCode::kNoSuchEntity);
  EXPECT_EQ(make("arn:aws:iam::123456789012:user/alice").code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace coffer::iam
