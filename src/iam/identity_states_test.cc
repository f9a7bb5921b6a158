// Identities on their way between two regions: what the home has is what the other decides with.
#include "iam/identity_states.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "home/state_exporter.h"
#include "home/state_receiver.h"
#include "iam/access_key_uses.h"
#include "iam/access_keys.h"
#include "iam/account_alias.h"
#include "iam/attachments.h"
#include "iam/groups.h"
#include "iam/identity_rows.h"
#include "iam/long_term_credentials.h"
#include "iam/policies.h"
#include "iam/providers.h"
#include "iam/roles.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"

namespace coffer::iam::testing {
namespace {

using std::string_literals::operator""s;

constexpr SecretAccess kTest("tests look at what they made");
const std::string kRoot = "arn:aws:iam::123456789012:root";

class IdentityStatesTest : public ::testing::Test {
 protected:
  struct Away {
    explicit Away(size_t operations = store::kMaxOperations)
        : home({*site.store, site.random, {*Region::parse("eu-west-1"), {site.region}}, site.region}),
          states({*site.store, *site.region_key, site.random}),
          kinds{&states},
          receiver({*site.store, home, kinds, log, operations}) {}

    home::Stamp stamp() const { return *home::current_stamp({*site.store, states}, identities_of(kAccount)); }

    IdentitySite site;  // with another region key
    home::HomeRegion home;
    IdentityStates states;
    home::StateKinds kinds;
    Log log{site.clock, STDERR_FILENO, LogLevel::kError};
    home::StateReceiver receiver;
    LongTermCredentials credentials{*site.store, *site.region_key, site.cache};
  };

  std::vector<home::StatePart> parts_for(const Away& away, const home::PartLimits& limits = {}) {
    const home::ExportSource source{*site_.store, states_, limits};
    home::StateExport made = std::move(home::export_state(source, identities_of(kAccount), away.stamp()).value());
    for (home::StatePart& part : made.parts)
      part.home = *site_.home.claim();
    return std::move(made.parts);
  }
  void bring(Away& away) {
    for (const home::StatePart& part : parts_for(away)) {
      const auto answer = away.receiver.apply(part);
      ASSERT_TRUE(answer.ok()) << answer.error().message;
      ASSERT_EQ(answer->verdict, home::StateVerdict::kApplied);
    }
    expect_equal(away);
  }

  // All rows but those that only a region can read or write itself.
  static std::string shared_rows(IdentitySite& site) {
    std::string text;
    for (const std::string& family : {"i\0"s + kAccount.text(), "iu\0"s, "ia\0"s}) {
      for (const store::Row& row : *site.store->scan(store::ScanRange::prefix(family, 100'000)))
        text += row.key + "=" + row.value + "\n";
    }
    return text;
  }
  void expect_equal(Away& away) {
    EXPECT_EQ(shared_rows(away.site), shared_rows(site_));
    EXPECT_EQ(away.site.snapshot()->generation(), site_.snapshot()->generation());
  }

  // One of everything.
  void populate() {
    must(create_group(store_, kAccount, {.name = "Red"}));
    const User alice = must(create_user(store_, kAccount, {.name = "Alice", .path = "/team/", .tags = {{"a", "b"}}}));
    must(add_user_to_group(store_, group_ref("red"), "alice"));
    must(put_inline_policy(store_, group_ref("red"), {"p", allowing("kms:Sign")}));
    const ManagedPolicy policy = must(create_policy(store_, kAccount, {.name = "reader", .text = allowing("s3:Get")}));
    must(attach_policy(store_, user_ref("alice"), arn_of(kAccount, policy)));
    must(create_role(store_, kAccount, {.name = "r", .trust_policy = trusting(arn_of(kAccount, alice))}));
    must(create_account_alias(store_, kAccount, "security"));
  }

  template <class T>
  static T must(Result<T> result) {
    EXPECT_TRUE(result.ok()) << result.error().message;
    return std::move(result).value();
  }
  static void must(const Result<void>& result) { EXPECT_TRUE(result.ok()) << result.error().message; }

  static auth::ClaimedCredential claim(const AccessKeyId& id) { return {id.text(), std::nullopt, Time()}; }

  IdentitySite site_;
  IdentityStore& store_ = site_.identity_store;
  IdentityStates states_{{*site_.store, *site_.region_key, site_.random}};
};

TEST_F(IdentityStatesTest, EverythingOfAnAccountIsThereAsItIsAtHome) {
  populate();
  Away away;
  bring(away);
  EXPECT_EQ(away.site.snapshot()->user("alice")->policies.size(), 2u);
  EXPECT_EQ(away.site.entities().alias, "security");
}

TEST_F(IdentityStatesTest, AnAccessKeySignsInTheOtherRegionWithTheSameSecret) {
  populate();
  const NewAccessKey made = must(create_access_key(store_, user_ref("alice")));
  Away away;
  bring(away);
  const auto credential = must(away.credentials.find(claim(made.key.id)));
  ASSERT_NE(credential, nullptr);
  EXPECT_TRUE(credential->secret_access_key().equals(made.secret));
  EXPECT_EQ(credential->caller().arn, "arn:aws:iam::123456789012:user/team/Alice");
  EXPECT_NE((*away.site.store->get(access_key_key(made.key.id.text())))->value,
            (*site_.store->get(access_key_key(made.key.id.text())))->value)
      << "wrapped by the region's own key";
  for (const store::Row& row : *away.site.store->scan({.begin = "", .end = "", .limit = 10'000}))
    EXPECT_EQ(row.value.find(made.secret.view(kTest)), std::string::npos);

  must(update_access_key(store_, user_ref("alice"), made.key.id, AccessKeyStatus::kInactive));
  bring(away);
  EXPECT_EQ(must(away.credentials.find(claim(made.key.id)))->state(), auth::KeyState::kInactive);
  must(delete_access_key(store_, user_ref("alice"), made.key.id));
  bring(away);
  EXPECT_EQ(must(away.credentials.find(claim(made.key.id))), nullptr);
  EXPECT_FALSE(must(away.site.store->get(access_key_key(made.key.id.text()))));
}

// What was bound to who is gone must name nobody, in every region.
TEST_F(IdentityStatesTest, WhoIsDeletedOrRenamedIsSoElsewhere) {
  populate();
  const NewAccessKey made = must(create_access_key(store_, user_ref("alice")));
  Away away;
  bring(away);
  const std::string role = site_.snapshot()->role("r")->unique_id;
  must(delete_role(store_, role_ref("r")));
  must(update_user(store_, user_ref("alice"), {.name = "Alicia"}));
  must(create_role(store_, kAccount, {.name = "r", .trust_policy = trusting(kRoot)}));
  must(delete_account_alias(store_, kAccount, "security"));
  bring(away);
  EXPECT_EQ(away.site.snapshot()->by_unique_id(role), nullptr);
  EXPECT_FALSE(must(away.site.identities.arn(role)));
  EXPECT_NE(must(away.credentials.find(claim(made.key.id))), nullptr) << "a renamed user keeps the key";
  EXPECT_TRUE(away.site.entities().alias.empty());
}

// When a key was last used is each region's own knowledge.
TEST_F(IdentityStatesTest, LastUsesAreLeftAlone) {
  populate();
  const NewAccessKey made = must(create_access_key(store_, user_ref("alice")));
  Away away;
  bring(away);
  AccessKeyUses uses(*away.site.store);
  uses.note(made.key.id.text(), {away.site.clock.now(), "eu-west-1", "kms"});
  must(uses.flush());
  must(put_inline_policy(store_, user_ref("alice"), {"p", allowing("kms:Sign")}));
  bring(away);
  EXPECT_TRUE(must(AccessKeyUses(*away.site.store).last_use(made.key.id.text())).has_value());
}

TEST_F(IdentityStatesTest, ARegionThatIsNotHomeChangesNothing) {
  Away away;
  IdentityStore there({*away.site.store, *away.site.region_key, away.site.random, away.site.clock, away.site.cache,
                       away.site.identities, away.site.principals, away.home});
  const auto refused = create_user(there, kAccount, {.name = "alice"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kServiceUnavailable);
  EXPECT_NE(refused.error().message.find("us-east-1"), std::string::npos);
  // Nor does it when it is home no more, at the last moment.
  ASSERT_TRUE(away.home.adopt(*away.home.claim()).ok());
  EXPECT_TRUE(create_user(there, kAccount, {.name = "alice"}).ok());
  ASSERT_TRUE(away.home.learn({away.site.region, 9}).ok());
  EXPECT_FALSE(create_user(there, kAccount, {.name = "bob"}).ok());
}

// Alice exchanges one permission for another, and so many others change that it takes several messages: nobody must see
// her with both.
TEST_F(IdentityStatesTest, NobodyHasPermissionsOfTwoStates) {
  const ManagedPolicy shared = must(create_policy(store_, kAccount, {.name = "aaa", .text = allowing("kms:Sign")}));
  must(create_user(store_, kAccount, {.name = "zoe"}));
  must(attach_policy(store_, user_ref("zoe"), arn_of(kAccount, shared)));
  Away away(20);
  bring(away);
  const auto actions = [&away] {
    std::vector<std::string> all;
    const SnapshotPointer snapshot = away.site.snapshot();
    for (const policy::CompiledPolicy* policy : snapshot->user("zoe")->policies)
      all.push_back(std::string(policy->document().statements.at(0).actions.items.at(0).text()));
    return all;
  };
  ASSERT_EQ(actions(), std::vector<std::string>{"kms:Sign"});
  must(detach_policy(store_, user_ref("zoe"), arn_of(kAccount, shared)));
  must(put_inline_policy(store_, user_ref("zoe"), {"own", allowing("s3:GetObject")}));
  const std::string arn = arn_of(kAccount, shared);
  must(create_policy_version(store_, policy_ref(arn), {.text = allowing("*"), .use = VersionUse::kDefault}));
  for (int i = 0; i < 30; ++i)
    must(create_user(store_, kAccount, {.name = "user-" + std::to_string(i)}));
  const auto parts = parts_for(away, {.rows = 7});
  ASSERT_GT(parts.size(), 3u);
  for (const home::StatePart& part : parts) {
    EXPECT_EQ(actions(), std::vector<std::string>{"kms:Sign"});
    must(away.receiver.apply(part));
  }
  EXPECT_EQ(actions(), std::vector<std::string>{"s3:GetObject"});
  expect_equal(away);
}

TEST_F(IdentityStatesTest, WhatIsNoIdentityIsNotTaken) {
  populate();
  const home::StateId id = identities_of(kAccount);
  const std::string name = "u\0alice"s;
  const std::string alice = (*site_.store->get(entity_key(kAccount, EntityKind::kUser, "alice")))->value;
  const auto refusal = [&](std::string row, std::string value, int secrets) {
    home::StateRow made{std::move(row), std::move(value), {}};
    for (int i = 0; i < secrets; ++i)
      made.secrets.push_back(SecretBytes::copy_of("secret"));
    const auto arrived = states_.arriving(id, made);
    return arrived.ok() ? std::string("none") : std::string(error_name(arrived.error().code));
  };
  EXPECT_EQ(refusal(name, alice, 0), "none");
  EXPECT_EQ(refusal(name, alice, 1), "Corrupt") << "a secret that nobody has";
  EXPECT_EQ(refusal("u\0bob"s, alice, 0), "Corrupt") << "another name";
  EXPECT_EQ(refusal("r\0alice"s, alice, 0), "Corrupt") << "another kind";
  EXPECT_EQ(refusal("x\0alice"s, alice, 0), "Corrupt") << "no kind";
  EXPECT_EQ(refusal(name, "\xff", 0), "Corrupt");
  User user;
  user.name = "alice";
  user.unique_id = "AIDA\0AAAAAAAAAAAAAAAA"s;
  EXPECT_EQ(refusal(name, encode(user, 1), 0), "Corrupt") << "no unique id";
  EXPECT_EQ(refusal("", encode(AccountRow{1, "No Alias"}), 0), "Corrupt");
}

TEST_F(IdentityStatesTest, AllAccountsThatHaveIdentitiesAreListed) {
  EXPECT_TRUE(states_.all()->empty());
  populate();
  must(create_user(store_, kOther, {.name = "bob"}));
  EXPECT_EQ(*states_.all(), (std::vector<home::StateId>{identities_of(kAccount), identities_of(kOther)}));
}

// Random changes of everything, taken over now and then, in one part or many.
TEST_F(IdentityStatesTest, AfterAnyChangesTheRegionsAreTheSame) {
  SeededRandom random(11);
  Away away;
  Away small(24);
  for (int i = 0; i < 300; ++i) {
    const std::string name = "n" + std::to_string(random.uniform(6));
    switch (random.uniform(14)) {
      case 0:
        (void)create_user(store_, kAccount, {.name = name}).ok();
        break;
      case 1:
        (void)create_role(store_, kAccount, {.name = name, .trust_policy = trusting(kRoot)}).ok();
        break;
      case 2:
        (void)create_group(store_, kAccount, {.name = name}).ok();
        break;
      case 3:
        (void)create_policy(store_, kAccount, {.name = name, .text = allowing("kms:" + name)}).ok();
        break;
      case 4:
        (void)delete_user(store_, user_ref(name)).ok();
        break;
      case 5:
        (void)delete_role(store_, role_ref(name)).ok();
        break;
      case 6:
        (void)update_user(store_, user_ref(name), {.name = "n" + std::to_string(random.uniform(6))}).ok();
        break;
      case 7:
      case 8:
        (void)create_access_key(store_, user_ref(name)).ok();
        break;
      case 9: {
        const User* const user = site_.entities().user(name);
        if (user != nullptr && !user->access_keys.empty())
          must(delete_access_key(store_, user_ref(name), AccessKeyId(user->access_keys.front().id)));
        break;
      }
      case 10:
        (void)create_account_alias(store_, kAccount, "alias-" + name).ok();
        break;
      case 11:
        (void)put_inline_policy(store_, role_ref(name), {"p", allowing("s3:" + name)}).ok();
        break;
      case 12:
        if (site_.snapshot()->generation() > 0) bring(away);
        break;
      default:
        for (const home::StatePart& part : parts_for(small, {.rows = 1 + random.uniform(4)}))
          must(small.receiver.apply(part));
    }
    if (HasFailure()) return;
  }
  bring(away);
  for (const home::StatePart& part : parts_for(small))
    must(small.receiver.apply(part));
  expect_equal(small);
  size_t keys = 0;
  for (const auto& user : site_.entities().users) {
    for (const AccessKey& key : user->access_keys) {
      ++keys;
      EXPECT_NE(must(away.credentials.find(claim(key.id))), nullptr);
      EXPECT_NE(must(small.credentials.find(claim(key.id))), nullptr);
    }
  }
  EXPECT_GT(keys, 0u);
  const auto all_keys = [](IdentitySite& site) {
    return site.store->scan(store::ScanRange::prefix("ak\0"s, 10'000))->size();
  };
  EXPECT_EQ(all_keys(away.site), all_keys(site_));
  EXPECT_EQ(all_keys(small.site), all_keys(site_));
}

}  // namespace
}  // namespace coffer::iam::testing
