// That the author of a policy is tried as the caller that it is, and not as somebody of whom nothing is known.
#include "access/policy_trial.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "access/explanation_store.h"
#include "access/policy_authorizer.h"
#include "iam/attachments.h"
#include "iam/policies.h"
#include "iam/testing/identity_site.h"
#include "iam/users.h"
#include "wire/json.h"

namespace coffer::access {
namespace {

using iam::testing::allowing;
using iam::testing::kAccount;
using iam::testing::user_ref;

const std::string kThing = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";

// Asks of a policy for the thing, without putting it anywhere.
struct PutPolicy {
  static constexpr std::string_view kName = "PutResourcePolicy";
  static constexpr std::string_view kAction = "secretsmanager:PutResourcePolicy";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kInvalidParameter};
  struct Rooms {
    std::shared_ptr<const policy::CompiledPolicy> current;
    std::shared_ptr<const policy::CompiledPolicy> proposed;
    std::optional<bool> may_again;
  };
  struct Request {
    static constexpr std::array<wire::Field, 0> kFields = {};
  };
  using Response = Request;
  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request&, const auth::Caller&, Rooms& rooms) {
    return api::Resource{.name = kThing, .account = kAccount, .policy = rooms.current};
  }
  static Result<Response> handle(const api::Authorized<PutPolicy>& authorized, Rooms& rooms) {
    COFFER_ASSIGN(rooms.may_again,
                  may_replace_again<PutPolicy>(authorized.authority(), authorized.resource(), rooms.proposed,
                                               [](api::ConditionKeys& keys) { keys.add_flag("test:Flag", true); }));
    return Response{};
  }
};

std::shared_ptr<const policy::CompiledPolicy> compiled(const std::string& text, policy::DocumentKind kind) {
  return std::make_shared<const policy::CompiledPolicy>(*policy::parse_document(text, kind));
}
std::string statement(std::string_view effect, const std::string& members) {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + std::string(effect) +
         R"(","Action":"secretsmanager:*","Resource":"*",)" + members + "}]}";
}
// Denies everybody for whom the condition holds.
std::string denying_if(const std::string& condition) {
  return statement("Deny", R"("Principal":"*","Condition":)" + condition);
}

class PolicyTrial : public ::testing::Test {
 protected:
  PolicyTrial() {
    user_ = *iam::create_user(site_.identity_store, kAccount, {.name = "ann", .tags = {{"team", "red"}}});
    put_identity_policy(allowing("secretsmanager:*"));
  }
  ~PolicyTrial() override { ::close(log_file_); }

  void put_identity_policy(const std::string& text) {
    ASSERT_TRUE(iam::put_inline_policy(site_.identity_store, user_ref("ann"), {.name = "p", .text = text}).ok());
  }

  bool may_replace(const std::string& policy, std::shared_ptr<const auth::Session> session = nullptr) {
    const auth::Caller caller{.account = kAccount,
                              .kind = auth::PrincipalKind::kUser,
                              .arn = "arn:aws:iam::123456789012:user/ann",
                              .user_id = user_.unique_id,
                              .session = std::move(session)};
    // That the caller may put this one, the present one sees to.
    const std::string current = statement("Allow", R"("Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"})");
    PutPolicy::Rooms rooms{compiled(current, policy::DocumentKind::kSecretPolicy),
                           compiled(policy, policy::DocumentKind::kSecretPolicy), std::nullopt};
    wire::Document input;
    EXPECT_TRUE(wire::parse_json("{}", {}, input).ok());
    SecretBuffer output;
    wire::JsonEncoder encoder(output);
    const Result<void> result = api::Pipeline::run<PutPolicy>(
        {.caller = caller,
         .now = site_.clock.now(),
         .request_id = "request",
         .authorizer = authorizer_,
         .client = {.address = "10.1.2.3", .user_agent = "test/1", .referer = "", .uses_tls = true}},
        &rooms, input.root(), encoder);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    EXPECT_TRUE(rooms.may_again.has_value());
    return rooms.may_again.value_or(false);
  }

  iam::testing::IdentitySite site_;
  iam::User user_;
  int log_file_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  Log log_{site_.clock, log_file_, LogLevel::kInfo};
  ExplanationStore explanations_{log_, 1 << 20};
  organizations::OrganizationCache organizations_{*site_.store};
  PolicyAuthorizer authorizer_{
      {site_.cache, organizations_, explanations_, *Region::parse("us-east-1"), &site_.accounts}};
};

// Each Deny spares who is as this request is; with an empty context all of them would lock out.
TEST_F(PolicyTrial, AConditionCountsIfItHoldsForThisRequest) {
  const auto with_mfa = std::make_shared<auth::Session>();
  with_mfa->mfa = site_.clock.now();
  EXPECT_TRUE(may_replace(denying_if(R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})")));
  EXPECT_FALSE(may_replace(denying_if(R"({"NotIpAddress":{"aws:SourceIp":"192.168.0.0/16"}})")));
  EXPECT_TRUE(may_replace(denying_if(R"({"StringNotEquals":{"aws:PrincipalTag/team":"red"}})")));
  EXPECT_FALSE(may_replace(denying_if(R"({"StringNotEquals":{"aws:PrincipalTag/team":"blue"}})")));
  EXPECT_TRUE(may_replace(denying_if(R"({"Bool":{"aws:SecureTransport":"false"}})")));
  EXPECT_FALSE(may_replace(denying_if(R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}})")));
  EXPECT_TRUE(may_replace(denying_if(R"({"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}})"), with_mfa));
  EXPECT_FALSE(may_replace(denying_if(R"({"StringNotEquals":{"aws:PrincipalOrgID":"o-a1b2c3d4e5"}})")));
  EXPECT_TRUE(may_replace(denying_if(R"({"DateGreaterThan":{"aws:CurrentTime":"2999-01-01T00:00:00Z"}})")));
  EXPECT_TRUE(may_replace(denying_if(R"({"Bool":{"test:Flag":"false"}})"))) << "the keys of the operation";
}

// The policy in force lets the caller in by name, against which neither boundary nor session would count.
TEST_F(PolicyTrial, EverythingThatDecidesAboutTheCallerHasASay) {
  const std::string nothing = statement("Allow", R"("Principal":{"AWS":"210987654321"})");
  const std::string from_inside = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*",
      "Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]})";
  EXPECT_TRUE(may_replace(nothing));
  put_identity_policy(allowing("secretsmanager:GetSecretValue"));
  EXPECT_FALSE(may_replace(nothing)) << "no identity policy allows it";
  put_identity_policy(from_inside);
  EXPECT_TRUE(may_replace(nothing)) << "under a condition that holds";

  const auto session = std::make_shared<auth::Session>();
  session->policy = compiled(allowing("secretsmanager:Get*"), policy::DocumentKind::kIdentityPolicy);
  EXPECT_FALSE(may_replace(nothing, session));
  session->policy = compiled(allowing("secretsmanager:Put*"), policy::DocumentKind::kIdentityPolicy);
  EXPECT_TRUE(may_replace(nothing, session));

  const iam::NewPolicy limit{.name = "limit", .text = allowing("secretsmanager:Get*")};
  ASSERT_TRUE(iam::create_policy(site_.identity_store, kAccount, limit).ok());
  ASSERT_TRUE(iam::put_boundary(site_.identity_store, user_ref("ann"), "arn:aws:iam::123456789012:policy/limit").ok());
  EXPECT_FALSE(may_replace(nothing));
}

// Nobody was denied anything: neither the log nor `coffer explain` may tell of it.
TEST_F(PolicyTrial, ADenialIsNotNoted) {
  EXPECT_FALSE(may_replace(statement("Deny", R"("Principal":"*")")));
  EXPECT_TRUE(explanations_.find("request").empty());
}

}  // namespace
}  // namespace coffer::access
