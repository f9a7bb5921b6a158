#include "sts/role_session.h"

#include <gtest/gtest.h>

#include "crypto/system_random.h"
#include "sts/testing/world.h"
#include "sts/user_session.h"

namespace coffer::sts::testing {
namespace {

constexpr std::string_view kLong = "arn:aws:iam::123456789012:role/long";

class RoleSessionTest : public ::testing::Test {
 protected:
  RoleSessionTest() { world_.make_role({.name = "long", .max_session_duration = std::chrono::hours(12)}); }
  Result<RoleSession> make(const RoleRequest& request, const auth::Caller& by, std::string_view role = World::kReader) {
    return make_role_session(*world_.find(role), request, by);
  }
  // A session of the reader's, as a caller.
  auth::Caller chained(const RoleRequest& request = {.session_name = "first"}) {
    return world_.caller(world_.assume(World::kReader, request, world_.user()));
  }

  crypto::SystemRandom random_;
  World world_{random_};
  const auth::Caller user_ = world_.user();
};

TEST_F(RoleSessionTest, ARoleIsFoundByItsExactArn) {
  EXPECT_EQ(world_.find(World::kReader)->role->unique_id, world_.reader.unique_id);
  for (const char* arn : {"arn:aws:iam::123456789012:role/reader", "arn:aws:iam::123456789012:role/app/Reader",
                          "arn:aws:iam::210987654321:role/app/reader", "arn:aws:iam::999999999999:role/app/reader"}) {
    EXPECT_EQ(world_.find(arn), nullptr) << arn;
  }
  EXPECT_EQ(outcome(find_role("arn:aws:iam::123456789012:user/alice", world_.cache)),
            "ValidationError: arn:aws:iam::123456789012:user/alice is invalid");
}

TEST_F(RoleSessionTest, RootUsersAndFederatedUsersAssumeNothing) {
  EXPECT_EQ(outcome(check_may_assume(world_.root(), World::kReader)),
            "AccessDenied: Roles may not be assumed by root accounts.");
  auth::Caller root_session =
      world_.caller(must(world_.issuer.issue(make_user_session(world_.root()), kNow, std::chrono::hours(1))));
  EXPECT_EQ(outcome(check_may_assume(root_session, World::kReader)),
            "AccessDenied: Roles may not be assumed by root accounts.");
  const auth::Caller federated = world_.caller(
      must(world_.issuer.issue(make_federated_session({.name = "bob"}, user_), kNow, std::chrono::hours(1))));
  EXPECT_EQ(outcome(check_may_assume(federated, World::kReader)),
            "AccessDenied: User: arn:aws:sts::123456789012:federated-user/bob is not authorized to perform: "
            "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/app/reader");
  const auth::Caller user_session =
      world_.caller(must(world_.issuer.issue(make_user_session(user_), kNow, std::chrono::hours(1))));
  for (const auth::Caller& caller : {user_, user_session, chained()})
    EXPECT_EQ(outcome(check_may_assume(caller, World::kReader)), "ok");
}

TEST_F(RoleSessionTest, ASessionLastsAnHourUnlessSaid) {
  EXPECT_EQ(make({.session_name = "s"}, user_)->duration, std::chrono::hours(1));
  EXPECT_EQ(make({.session_name = "s", .duration_seconds = 900}, user_)->duration, std::chrono::seconds(900));
  EXPECT_EQ(make({.session_name = "s", .duration_seconds = 43200}, user_, kLong)->duration, std::chrono::hours(12));
}

TEST_F(RoleSessionTest, ASessionLastsNoLongerThanItsRoleAllows) {
  EXPECT_EQ(outcome(make({.session_name = "s", .duration_seconds = 3600}, user_)), "ok");
  EXPECT_EQ(outcome(make({.session_name = "s", .duration_seconds = 3601}, user_)),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(RoleSessionTest, AChainedSessionLastsNoLongerThanAnHour) {
  EXPECT_EQ(outcome(make({.session_name = "s", .duration_seconds = 3600}, chained(), kLong)), "ok");
  EXPECT_EQ(outcome(make({.session_name = "s", .duration_seconds = 3601}, chained(), kLong)),
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
            "chaining.");
  // The role's own limit is asked first.
  EXPECT_EQ(outcome(make({.session_name = "s", .duration_seconds = 3601}, chained())),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  EXPECT_TRUE(make({.session_name = "s"}, chained())->contents.is_chained);
  EXPECT_FALSE(make({.session_name = "s"}, user_)->contents.is_chained);
}

TEST_F(RoleSessionTest, TransitiveTagsGoAlongTheChainAndOthersDoNot) {
  const auth::Caller first = chained({.session_name = "first", .tags = {{"Star", "1", true}, {"Sun", "1", false}}});
  const auto second = make({.session_name = "second", .tags = {{"Moon", "2", false}}}, first);
  EXPECT_EQ(second->contents.tags, (std::vector<SessionTag>{{"Moon", "2", false}, {"Star", "1", true}}));

  const auth::Caller caller = world_.caller(world_.assume(kLong, {.session_name = "second"}, first));
  const auto third = make({.session_name = "third"}, caller);
  EXPECT_EQ(third->contents.tags, (std::vector<SessionTag>{{"Star", "1", true}}));
}

TEST_F(RoleSessionTest, AnInheritedTagIsNotReplaced) {
  const auth::Caller first = chained({.session_name = "first", .tags = {{"Star", "1", true}, {"Sun", "1", false}}});
  EXPECT_EQ(outcome(make({.session_name = "s", .tags = {{"star", "2", false}}}, first)),
            "InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.");
  EXPECT_EQ(outcome(make({.session_name = "s", .tags = {{"sun", "2", false}}}, first)), "ok");
}

TEST_F(RoleSessionTest, ASourceIdentityStaysForTheWholeChain) {
  const auth::Caller first = chained({.session_name = "first", .source_identity = "alice"});
  EXPECT_EQ(make({.session_name = "s"}, first)->contents.source_identity, "alice");
  EXPECT_EQ(outcome(make({.session_name = "s", .source_identity = "alice"}, first)), "ok");
  EXPECT_EQ(outcome(make({.session_name = "s", .source_identity = "bob"}, first)),
            "ValidationError: The source identity is already set for this assume role session");
  EXPECT_EQ(make({.session_name = "s", .source_identity = "bob"}, chained())->contents.source_identity, "bob");
}

TEST_F(RoleSessionTest, SessionPoliciesMustBePolicies) {
  const auto with = [&](std::string policy) {
    return outcome(make({.session_name = "s", .policies = {std::move(policy), {}}}, user_));
  };
  EXPECT_EQ(with(std::string(kReadsSecrets)), "ok");
  EXPECT_EQ(with("{"), "MalformedPolicyDocument: Syntax errors in policy.");
  EXPECT_EQ(with(std::string(kTrustsEverybody)),
            "MalformedPolicyDocument: Policy document should not specify a principal.");
}

TEST_F(RoleSessionTest, PoliciesTogetherHaveAtMost2048Characters) {
  const std::string arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
  const auto with = [&](size_t characters) {
    const std::string policy = std::string(kReadsSecrets) + std::string(characters - kReadsSecrets.size(), ' ');
    return outcome(make({.session_name = "s", .policies = {policy, {arn}}}, user_));
  };
  EXPECT_EQ(with(2048 - arn.size()), "ok");
  EXPECT_EQ(with(2049 - arn.size()),
            "PackedPolicyTooLarge: Packed policy consumes 101% of allotted space, please use smaller policy.");
}

TEST_F(RoleSessionTest, ManagedPoliciesAreThoseOfTheRolesAccount) {
  must(iam::create_policy(world_.store, kAccount, {.name = "limit", .text = std::string(kReadsSecrets)}));
  const auto with = [&](std::vector<std::string> arns) {
    return outcome(make({.session_name = "s", .policies = {"", std::move(arns)}}, user_));
  };
  EXPECT_EQ(with({"arn:aws:iam::123456789012:policy/limit", "arn:aws:iam::aws:policy/ReadOnlyAccess"}), "ok");
  EXPECT_EQ(with({"arn:aws:iam::123456789012:policy/none"}),
            "ValidationError: Policy arn:aws:iam::123456789012:policy/none does not exist or is not attachable.");
  EXPECT_EQ(with({"arn:aws:iam::210987654321:policy/limit"}),
            "ValidationError: Policy arn:aws:iam::210987654321:policy/limit does not exist or is not attachable.");
  EXPECT_EQ(with(std::vector<std::string>(10, "arn:aws:iam::123456789012:policy/limit")), "ok");
  EXPECT_EQ(with(std::vector<std::string>(11, "arn:aws:iam::123456789012:policy/limit")),
            "ValidationError: A session can have at most 10 managed policies.");
}

}  // namespace
}  // namespace coffer::sts::testing
