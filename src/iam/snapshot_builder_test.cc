// A snapshot that is made from the one before it and from what changed must be the one that reading everything gives.
#include "iam/snapshot_builder.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "home/state_rows.h"
#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/policies.h"
#include "iam/roles.h"
#include "iam/snapshot_contents.h"
#include "iam/tags.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam {
namespace {

using testing::allowing;
using testing::group_ref;
using testing::IdentitySite;
using testing::kAccount;
using testing::policy_ref;
using testing::role_ref;
using testing::trusting;
using testing::user_ref;

const std::string kReadOnly = "arn:aws:iam::aws:policy/ReadOnlyAccess";
constexpr std::string_view kRoot = "arn:aws:iam::123456789012:root";

// Counts how often everything is read.
class CountingStore final : public store::Store {
 public:
  explicit CountingStore(store::Store& store) : store_(store) {}
  Result<std::optional<store::Row>> get(std::string_view key) const override {
    ++gets;
    return store_.get(key);
  }
  Result<std::vector<store::Row>> scan(const store::ScanRange& range) const override {
    ++scans;
    return store_.scan(range);
  }
  Result<store::Revision> commit(store::Transaction transaction) override {
    return store_.commit(std::move(transaction));
  }
  Result<std::vector<store::Change>> changes(store::Revision after, size_t limit) const override {
    return store_.changes(after, limit);
  }
  store::Revision revision() const override { return store_.revision(); }
  bool can_commit() const override { return store_.can_commit(); }
  void on_commit(store::CommitListener listener) override { store_.on_commit(std::move(listener)); }

  mutable int gets = 0;
  mutable int scans = 0;

 private:
  store::Store& store_;
};

// Everything that a decision sees of somebody, policies by their texts.
std::string shown(const Identity& identity) {
  std::string text = identity.arn + " " + identity.unique_id;
  for (const auto& [key, value] : identity.tags)
    text.append(" ").append(key).append("=").append(value);
  for (const auto* const policies : {&identity.policies, &identity.boundary}) {
    text += " |";
    for (const policy::CompiledPolicy* const policy : *policies) {
      text.append(" ").append(policy->source().name).append(policy->source().arn);
      for (const policy::Statement& statement : policy->document().statements)
        text.append(":").append(statement.actions.items.at(0).text());
    }
  }
  if (identity.trust != nullptr)
    text.append(" trust ").append(std::to_string(identity.trust->document().statements.size()));
  return text;
}

std::string shown(const IdentitySnapshot& snapshot) {
  std::string text = std::to_string(snapshot.generation()) + "/" + std::to_string(snapshot.revision());
  const auto& contents = snapshot.contents();
  for (const auto* const identities : {&contents.user_identities, &contents.role_identities}) {
    for (const auto& identity : *identities) {
      text.append("\n").append(shown(*identity));
      EXPECT_EQ(snapshot.by_unique_id(identity->unique_id), identity.get());
    }
  }
  EXPECT_EQ(contents.by_unique_id.size(), contents.user_identities.size() + contents.role_identities.size());
  const auto& entities = snapshot.entities();
  for (const auto& user : entities.users)
    text.append("\n").append(user->name);
  for (const auto& group : entities.groups)
    text.append("\n").append(group->name).append(std::to_string(group->attached_policies.size()));
  for (const auto& policy : entities.policies) {
    text.append("\n").append(policy->name).append(std::to_string(policy->default_version));
    EXPECT_NE(snapshot.managed_policy(arn_of(kAccount, *policy)), nullptr);
  }
  EXPECT_EQ(contents.managed_policies->size(), entities.policies.size());
  return text;
}

class SnapshotBuilderTest : public ::testing::Test {
 protected:
  SnapshotPointer from_all() {
    return *build_snapshot({*site_.store, kAccount, aws_policies_}, {nullptr, std::nullopt});
  }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
  const std::shared_ptr<const AwsManagedPolicies> aws_policies_ = std::make_shared<const AwsManagedPolicies>();
};

TEST_F(SnapshotBuilderTest, WhateverChangesTheOutcomeIsTheSame) {
  constexpr uint32_t kSeed = 20261128;
  std::mt19937 random(kSeed);
  const auto draw = [&random](int below) { return static_cast<int>(random() % static_cast<uint32_t>(below)); };
  const auto name = [&draw](const char* kind) { return kind + std::to_string(draw(4)); };
  const auto policy_arn = [&] { return "arn:aws:iam::123456789012:policy/" + name("p"); };
  const auto any_policy = [&] { return draw(3) == 0 ? kReadOnly : policy_arn(); };
  const auto action = [&] { return "kms:A" + std::to_string(draw(9)); };
  // Whether each can be done or is refused: both leave something to compare.
  const std::vector<std::function<bool()>> steps = {
      [&] { return create_user(store_, kAccount, {.name = name("u")}).ok(); },
      [&] { return create_group(store_, kAccount, {.name = name("g")}).ok(); },
      [&] { return create_role(store_, kAccount, {.name = name("r"), .trust_policy = trusting(kRoot)}).ok(); },
      [&] { return create_policy(store_, kAccount, {.name = name("p"), .text = allowing(action())}).ok(); },
      [&] { return update_user(store_, user_ref(name("u")), {.name = name("u"), .path = "/x/"}).ok(); },
      [&] { return update_group(store_, group_ref(name("g")), {.name = name("g"), .path = {}}).ok(); },
      [&] { return delete_user(store_, user_ref(name("u"))).ok(); },
      [&] { return delete_group(store_, group_ref(name("g"))).ok(); },
      [&] { return delete_role(store_, role_ref(name("r"))).ok(); },
      [&] { return delete_policy(store_, policy_ref(policy_arn())).ok(); },
      [&] { return add_user_to_group(store_, group_ref(name("g")), name("u")).ok(); },
      [&] { return remove_user_from_group(store_, group_ref(name("g")), name("u")).ok(); },
      [&] { return attach_policy(store_, user_ref(name("u")), any_policy()).ok(); },
      [&] { return attach_policy(store_, group_ref(name("g")), any_policy()).ok(); },
      [&] { return attach_policy(store_, role_ref(name("r")), any_policy()).ok(); },
      [&] { return detach_policy(store_, user_ref(name("u")), any_policy()).ok(); },
      [&] { return detach_policy(store_, group_ref(name("g")), any_policy()).ok(); },
      [&] { return detach_policy(store_, role_ref(name("r")), any_policy()).ok(); },
      [&] {
        return put_inline_policy(store_, user_ref(name("u")), {"i", allowing(action())}).ok();
      },
      [&] {
        return put_inline_policy(store_, group_ref(name("g")), {"i", allowing(action())}).ok();
      },
      [&] { return delete_inline_policy(store_, user_ref(name("u")), "i").ok(); },
      [&] { return put_boundary(store_, user_ref(name("u")), any_policy()).ok(); },
      [&] { return put_boundary(store_, role_ref(name("r")), any_policy()).ok(); },
      [&] { return delete_boundary(store_, user_ref(name("u"))).ok(); },
      [&] {
        return tag_entity(store_, user_ref(name("u")), {{"k", action()}}).ok();
      },
      [&] {
        return tag_entity(store_, policy_ref(policy_arn()), {{"k", action()}}).ok();
      },
      [&] {
        return create_policy_version(store_, policy_ref(policy_arn()), {allowing(action()), VersionUse::kDefault}).ok();
      },
      [&] { return delete_policy_version(store_, policy_ref(policy_arn()), "v1").ok(); },
  };
  int done = 0;
  for (int step = 0; step < 500; ++step) {
    const auto& chosen = steps[static_cast<size_t>(draw(static_cast<int>(steps.size())))];
    // Sometimes several changes come between two looks.
    if (chosen()) ++done;
    if (draw(3) == 0) continue;
    ASSERT_EQ(shown(*site_.snapshot()), shown(*from_all())) << "seed " << kSeed << " step " << step;
  }
  EXPECT_GT(done, 130) << "most steps were refused: too little was compared";
}

// A change of one user must not cost what a thousand users cost.
TEST_F(SnapshotBuilderTest, OnlyWhatChangedIsReadAndMadeAnew) {
  for (const char* user : {"alice", "bob"})
    ASSERT_TRUE(create_user(store_, kAccount, {.name = user}).ok());
  CountingStore counted(*site_.store);
  const IdentityCache cache(counted);
  const SnapshotPointer before = *cache.snapshot(kAccount);
  EXPECT_EQ(counted.scans, 1);
  ASSERT_TRUE(tag_entity(store_, user_ref("alice"), {{"a", "b"}}).ok());
  ASSERT_TRUE(create_user(store_, kAccount, {.name = "carol"}).ok());
  ASSERT_TRUE(delete_user(store_, user_ref("carol")).ok());
  const SnapshotPointer after = *cache.snapshot(kAccount);
  EXPECT_EQ(counted.scans, 1);
  EXPECT_EQ(counted.gets, 3) << "alice, carol and the account";
  EXPECT_EQ(after->user("bob"), before->user("bob"));
  EXPECT_NE(after->user("alice"), before->user("alice"));
  EXPECT_EQ(after->user("carol"), nullptr);
  EXPECT_EQ(after->generation(), before->generation() + 3);
}

// Whoever has a group or a policy sees its change, and nobody else is made anew.
TEST_F(SnapshotBuilderTest, AChangeOfAGroupOrAPolicyReachesThoseWhoHaveIt) {
  ASSERT_TRUE(create_policy(store_, kAccount, {.name = "p", .text = allowing("kms:Sign")}).ok());
  const std::string arn = "arn:aws:iam::123456789012:policy/p";
  for (const char* user : {"alice", "bob", "carol"})
    ASSERT_TRUE(create_user(store_, kAccount, {.name = user}).ok());
  ASSERT_TRUE(create_group(store_, kAccount, {.name = "red"}).ok());
  ASSERT_TRUE(add_user_to_group(store_, group_ref("red"), "alice").ok());
  ASSERT_TRUE(attach_policy(store_, group_ref("red"), arn).ok());
  ASSERT_TRUE(put_boundary(store_, user_ref("bob"), arn).ok());
  const SnapshotPointer before = site_.snapshot();
  ASSERT_TRUE(create_policy_version(store_, policy_ref(arn), {allowing("kms:Verify"), VersionUse::kDefault}).ok());
  const SnapshotPointer after = site_.snapshot();
  const auto action = [](const policy::CompiledPolicy* policy) {
    return policy->document().statements.at(0).actions.items.at(0).text();
  };
  EXPECT_EQ(action(after->user("alice")->policies.at(0)), "kms:Verify");
  EXPECT_EQ(action(after->user("bob")->boundary.at(0)), "kms:Verify");
  EXPECT_EQ(after->user("carol"), before->user("carol"));
  EXPECT_EQ(action(before->user("alice")->policies.at(0)), "kms:Sign") << "who holds the old one sees no change";
}

// Rows of another moment than that of the changes must not be mixed with them.
TEST_F(SnapshotBuilderTest, ChangesThatAreNotTheNewestLeadToReadingEverything) {
  ASSERT_TRUE(create_user(store_, kAccount, {.name = "alice"}).ok());
  const SnapshotPointer before = site_.snapshot();
  ASSERT_TRUE(tag_entity(store_, user_ref("alice"), {{"a", "1"}}).ok());
  const store::Row alice = **site_.store->get(entity_key(kAccount, EntityKind::kUser, "alice"));
  const store::Row account = **site_.store->get(account_key(kAccount));
  ASSERT_TRUE(tag_entity(store_, user_ref("alice"), {{"a", "2"}}).ok());
  ASSERT_TRUE(create_user(store_, kAccount, {.name = "bob"}).ok());
  CountingStore counted(*site_.store);
  const auto build = [&](std::vector<store::Change> changed) {
    return *build_snapshot({counted, kAccount, aws_policies_}, {before.get(), std::move(changed)});
  };
  // Told of the first change only.
  const SnapshotPointer built =
      build({{.revision = account.revision, .key = account.key}, {.revision = alice.revision, .key = alice.key}});
  EXPECT_EQ(counted.scans, 1);
  EXPECT_EQ(shown(*built), shown(*from_all()));
  // A row that is there again after it was deleted, and one that is gone after it was put.
  EXPECT_NE(build({{.revision = 1, .key = alice.key, .deleted = true}})->user("bob"), nullptr);
  EXPECT_NE(build({{.revision = 1, .key = entity_key(kAccount, EntityKind::kUser, "carol")}})->user("bob"), nullptr);
  // What has arrived in parts.
  EXPECT_NE(build({{.revision = 1, .key = home::marker_key(account_key(kAccount)), .deleted = true}})->user("bob"),
            nullptr);
  EXPECT_EQ(counted.scans, 4);
}

}  // namespace
}  // namespace coffer::iam
