#include "sts/session_credentials.h"

#include <gtest/gtest.h>

#include "crypto/system_random.h"
#include "policy/compiled_policy.h"
#include "sts/testing/world.h"
#include "sts/user_session.h"

namespace coffer::sts::testing {
namespace {

class SessionCredentialsTest : public ::testing::Test {
 protected:
  IssuedSession session(const RoleRequest& request = {.session_name = "deploy"}) {
    return world_.assume(World::kReader, request, world_.user());
  }
  IssuedSession user_session(const auth::Caller& caller) {
    return must(world_.issuer.issue(make_user_session(caller), kNow, std::chrono::hours(1)));
  }
  std::string found(const IssuedSession& session, Time now = kNow) {
    const auto credential = world_.find(session, now);
    return credential.ok() && *credential == nullptr ? "unknown" : outcome(credential);
  }

  crypto::SystemRandom random_;
  World world_{random_};
};

TEST_F(SessionCredentialsTest, ARolesSessionSaysWhoItIs) {
  const IssuedSession issued =
      session({.session_name = "deploy",
               .policies = {std::string(kReadsSecrets), {"arn:aws:iam::aws:policy/ReadOnlyAccess"}},
               .tags = {{"team", "payments", true}, {"cost", "7", false}},
               .source_identity = "alice"});
  const auto credential = must(world_.find(issued));
  EXPECT_TRUE(credential->secret_access_key().equals(issued.secret_access_key));
  const auth::Caller& caller = credential->caller();
  EXPECT_EQ(caller.account, kAccount);
  EXPECT_EQ(caller.kind, auth::PrincipalKind::kRoleSession);
  EXPECT_EQ(caller.arn, "arn:aws:sts::123456789012:assumed-role/reader/deploy");
  EXPECT_EQ(caller.access_key, issued.access_key);
  EXPECT_EQ(caller.user_id, world_.reader.unique_id + ":deploy");
  ASSERT_NE(caller.session, nullptr);
  EXPECT_EQ(caller.session->issued, kNow);
  EXPECT_EQ(caller.session->expires, kNow + std::chrono::hours(1));
  EXPECT_EQ(caller.session->tags.size(), 2u);
  EXPECT_EQ(caller.session->transitive_tag_keys, std::vector<std::string>{"team"});
  EXPECT_EQ(caller.session->source_identity, "alice");
  EXPECT_EQ(caller.session->policy_arns, std::vector<std::string>{"arn:aws:iam::aws:policy/ReadOnlyAccess"});
  ASSERT_NE(caller.session->policy, nullptr);
  EXPECT_FALSE(caller.session->is_chained);
}

TEST_F(SessionCredentialsTest, AUsersAndTheRootUsersSessionsAreThemselves) {
  const auth::Caller user = world_.caller(user_session(world_.user()));
  EXPECT_EQ(user.kind, auth::PrincipalKind::kUser);
  EXPECT_EQ(user.arn, "arn:aws:iam::123456789012:user/team/alice");
  EXPECT_EQ(user.user_id, world_.alice.unique_id);
  EXPECT_NE(user.session, nullptr);
  const auth::Caller root = world_.caller(user_session(world_.root()));
  EXPECT_EQ(root.kind, auth::PrincipalKind::kRoot);
  EXPECT_EQ(root.arn, "arn:aws:iam::123456789012:root");
  EXPECT_EQ(root.user_id, "123456789012");
}

TEST_F(SessionCredentialsTest, AFederatedUserHasAParent) {
  for (const auth::Caller& parent : {world_.user(), world_.root()}) {
    const auth::Caller caller = world_.caller(
        must(world_.issuer.issue(make_federated_session({.name = "bob"}, parent), kNow, std::chrono::hours(1))));
    EXPECT_EQ(caller.kind, auth::PrincipalKind::kFederatedUser);
    EXPECT_EQ(caller.arn, "arn:aws:sts::123456789012:federated-user/bob");
    EXPECT_EQ(caller.user_id, "123456789012:bob");
    EXPECT_EQ(caller.session->parent_arn, parent.arn);
    EXPECT_EQ(caller.session->parent_id, parent.user_id);
  }
}

TEST_F(SessionCredentialsTest, LongTermKeysComeFromTheirOwnSource) {
  const iam::NewAccessKey key = must(
      iam::create_access_key(world_.store, {.account = kAccount, .kind = iam::EntityKind::kUser, .name = "alice"}));
  const auto find = [&](std::optional<std::string_view> token) {
    return must(world_.credentials.find({.access_key_id = key.key.id.text(), .session_token = token, .now = kNow}));
  };
  EXPECT_EQ(find(std::nullopt)->caller().arn, "arn:aws:iam::123456789012:user/team/alice");
  EXPECT_EQ(find(session().token), nullptr);
}

TEST_F(SessionCredentialsTest, ATemporaryKeyIsNothingWithoutItsToken) {
  const IssuedSession one = session();
  const IssuedSession other = session();
  const auto find = [&](std::optional<std::string_view> token) {
    return must(world_.credentials.find({.access_key_id = one.access_key.text(), .session_token = token, .now = kNow}));
  };
  EXPECT_EQ(find(std::nullopt), nullptr);
  EXPECT_EQ(find(""), nullptr);
  EXPECT_EQ(find(other.token), nullptr);
  EXPECT_EQ(find(std::string(20'000, 'A')), nullptr);
  EXPECT_NE(find(one.token), nullptr);
  // Now that both are in the cache.
  EXPECT_NE(must(world_.find(other)), nullptr);
  EXPECT_EQ(find(other.token), nullptr);
}

TEST_F(SessionCredentialsTest, ATokenEndsWhenItSays) {
  const IssuedSession issued = session();
  const Time end = kNow + std::chrono::hours(1);
  EXPECT_EQ(found(issued, end - std::chrono::seconds(1)), "ok");
  EXPECT_EQ(found(issued, end), "ExpiredToken: The security token included in the request is expired");
  // The same when the first that is seen of it comes too late.
  EXPECT_EQ(found(session(), end), "ExpiredToken: The security token included in the request is expired");
}

TEST_F(SessionCredentialsTest, ADeletedRoleEndsItsSessionsForEver) {
  const IssuedSession issued = session();
  EXPECT_EQ(found(issued), "ok");
  world_.delete_role("reader");
  EXPECT_EQ(found(issued), "unknown");
  world_.reader = world_.make_role({.name = "reader", .path = "/app/"});
  EXPECT_EQ(found(issued), "unknown");
  EXPECT_EQ(found(session()), "ok");
}

TEST_F(SessionCredentialsTest, ADeletedUserEndsItsSessionsAndThoseItFederated) {
  const IssuedSession own = user_session(world_.user());
  const IssuedSession federated =
      must(world_.issuer.issue(make_federated_session({.name = "bob"}, world_.user()), kNow, std::chrono::hours(1)));
  EXPECT_EQ(found(own), "ok");
  must(iam::delete_user(world_.store, {.account = kAccount, .kind = iam::EntityKind::kUser, .name = "alice"}));
  EXPECT_EQ(found(own), "unknown");
  EXPECT_EQ(found(federated), "unknown");
}

TEST_F(SessionCredentialsTest, ARenamedUsersSessionHasTheNewName) {
  const IssuedSession issued = user_session(world_.user());
  EXPECT_EQ(found(issued), "ok");
  must(iam::update_user(world_.store, {.account = kAccount, .kind = iam::EntityKind::kUser, .name = "alice"},
                        {.name = "alicia", .path = "/"}));
  EXPECT_EQ(world_.caller(issued).arn, "arn:aws:iam::123456789012:user/alicia");
  EXPECT_EQ(world_.caller(issued).arn, "arn:aws:iam::123456789012:user/alicia");
}

// Opening is what is expensive: of a token that is used again, it must not happen again.
TEST_F(SessionCredentialsTest, ATokenIsOpenedOnce) {
  const IssuedSession issued = session();
  const auto first = must(world_.find(issued));
  EXPECT_EQ(must(world_.find(issued)), first);
}

TEST_F(SessionCredentialsTest, AnotherRegionOpensTheTokenOnceItHasTheKeyAndTheRole) {
  World away(random_, "eu-west-1");  // its own keys, and roles of its own
  const IssuedSession issued = session();
  const auto claimed =
      auth::ClaimedCredential{.access_key_id = issued.access_key.text(), .session_token = issued.token, .now = kNow};
  EXPECT_EQ(must(away.credentials.find(claimed)), nullptr);
  // In place of its own keys, as those of the home region would have been there alone.
  away.region.take_keys_of(world_.region);
  EXPECT_EQ(must(away.credentials.find(claimed)), nullptr);  // a role of that name, but not this one

  const SessionCredentials there({away.long_term, away.region.keys, world_.cache});
  EXPECT_NE(must(there.find(claimed)), nullptr);
}

TEST_F(SessionCredentialsTest, AFailingStoreIsNoUnknownKey) {
  const IssuedSession issued = session();
  const SessionKeys cold({*world_.region.store, world_.region.region_key, random_, world_.region.home});
  const SessionCredentials credentials({world_.long_term, cold, world_.cache});
  world_.region.store->fail_reads(true);
  const auto result =
      credentials.find({.access_key_id = issued.access_key.text(), .session_token = issued.token, .now = kNow});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
  world_.region.store->fail_reads(false);
}

}  // namespace
}  // namespace coffer::sts::testing
