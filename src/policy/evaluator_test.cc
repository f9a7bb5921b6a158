// What is allowed and denied is data: tests/policies/evaluation. Here is what a decision and its trace refer to.
#include "policy/evaluator.h"

#include <gtest/gtest.h>

#include "base/time_text.h"
#include "policy/access_denied.h"
#include "policy/explanation.h"

namespace coffer::policy {
namespace {

constexpr std::string_view kSecret = "arn:aws:secretsmanager:us-east-1:111111111111:secret:db-AbCdEf";

CompiledPolicy compiled(std::string_view json, DocumentKind kind = DocumentKind::kIdentityPolicy,
                        PolicySource source = {}) {
  return CompiledPolicy(*parse_document(json, kind), std::move(source));
}

class EvaluatorTest : public ::testing::Test {
 protected:
  AccessRequest request(std::string_view action = "secretsmanager:GetSecretValue") const {
    return {caller_, action, kSecret, "111111111111", resource_organization_, context_};
  }
  Decision decide(const PolicySet& policies) const { return evaluate(request(), policies); }

  RequestContext context_;
  RequestPrincipal caller_{
      .kind = PrincipalKind::kUser, .arn = "arn:aws:iam::111111111111:user/ann", .account = "111111111111"};
  std::string_view resource_organization_;
};

TEST_F(EvaluatorTest, ADecisionNamesPolicyAndStatement) {
  const CompiledPolicy first = compiled(R"({"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}})");
  const CompiledPolicy second = compiled(R"({"Statement":[
      {"Effect":"Allow","Action":"kms:*","Resource":"*"},
      {"Effect":"Allow","Action":"secretsmanager:*","Resource":"*"},
      {"Effect":"Allow","Action":"*","Resource":"*"}]})");
  const CompiledPolicy* const list[] = {&first, &second};
  EXPECT_EQ(decide({.identity = list}),
            (Decision{Outcome::kAllowed, Basis::kStatement, Party::kIdentity, 0, {&second, 1}, {}}));
}

TEST_F(EvaluatorTest, ADenialOfAControlPolicyNamesItsLevel) {
  const CompiledPolicy allow = compiled(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})");
  const CompiledPolicy deny = compiled(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})");
  const CompiledPolicy* const identity[] = {&allow};
  const CompiledPolicy* const both[] = {&allow, &deny};
  const PolicyList levels[] = {identity, identity, both};
  EXPECT_EQ(decide({.identity = identity, .service_control = levels}),
            (Decision{Outcome::kExplicitlyDenied, Basis::kStatement, Party::kServiceControl, 2, {&deny, 0}, {}}));
}

TEST_F(EvaluatorTest, AnAllowAcrossAccountsNamesBothSides) {
  caller_.arn = "arn:aws:iam::222222222222:user/ann";
  caller_.account = "222222222222";
  const CompiledPolicy identity = compiled(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})");
  const CompiledPolicy resource =
      compiled(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"*","Resource":"*"}})",
               DocumentKind::kSecretPolicy);
  const CompiledPolicy* const list[] = {&identity};
  EXPECT_EQ(decide({.identity = list, .resource = &resource}),
            (Decision{Outcome::kAllowed, Basis::kStatement, Party::kIdentity, 0, {&identity, 0}, {&resource, 0}}));
}

// aws:CurrentTime is no text until somebody asks.
TEST_F(EvaluatorTest, TimesAreCompared) {
  context_.add_time("aws:CurrentTime", *parse_iso_basic("20260615T120000Z"));
  context_.add_epoch("aws:EpochTime", *parse_iso_basic("20260615T120000Z"));
  const auto allowed_if = [&](std::string_view condition) {
    const CompiledPolicy policy = compiled(
        R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":)" + std::string(condition) + "}}");
    const CompiledPolicy* const list[] = {&policy};
    return decide({.identity = list}).allowed();
  };
  EXPECT_TRUE(allowed_if(R"({"DateLessThan":{"aws:CurrentTime":"2026-06-15T12:00:01Z"}})"));
  EXPECT_FALSE(allowed_if(R"({"DateLessThan":{"aws:CurrentTime":"2026-06-15T12:00:00Z"}})"));
  EXPECT_TRUE(allowed_if(R"({"NumericGreaterThan":{"aws:EpochTime":"1767225600"}})"));
  EXPECT_TRUE(allowed_if(R"({"DateEquals":{"aws:EpochTime":"2026-06-15T14:00:00+02:00"}})"));
}

TEST_F(EvaluatorTest, TheParentOfAFederatedUserIsKnownByItsId) {
  caller_ = {.kind = PrincipalKind::kFederatedUser,
             .arn = "arn:aws:sts::111111111111:federated-user/fred",
             .account = "111111111111",
             .parent_id = "AIDACKCEVSQ6C2EXAMPLE"};
  const CompiledPolicy all = compiled(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})");
  const CompiledPolicy resource = compiled(
      R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"AIDACKCEVSQ6C2EXAMPLE"},"Action":"*","Resource":"*"}})",
      DocumentKind::kSecretPolicy);
  const CompiledPolicy* const session[] = {&all};
  EXPECT_TRUE(decide({.session = session, .resource = &resource}).allowed());
  caller_.parent_id = "AIDAZZZZZZZZZZEXAMPLE";
  EXPECT_FALSE(decide({.session = session, .resource = &resource}).allowed());
}

TEST_F(EvaluatorTest, ATraceHasEveryStatementAndWhatFailed) {
  const CompiledPolicy identity = compiled(R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"s3:*","Resource":"*"},
      {"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b",
       "Condition":{"StringEquals":{"x:a":"1"},"StringNotEquals":{"x:b":"1"},"Bool":{"x:c":"true"}}},
      {"Effect":"Deny","Action":"secretsmanager:*","Resource":"*"},
      {"Effect":"Deny","Action":"*","Resource":"*"}]})");
  const CompiledPolicy resource =
      compiled(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":"*","Resource":"*"}})",
               DocumentKind::kSecretPolicy);
  const CompiledPolicy* const list[] = {&identity};
  Trace trace;
  const Decision decision = evaluate(request(), {.identity = list, .resource = &resource}, &trace);
  EXPECT_EQ(decision.statement, (StatementRef{&identity, 2}));

  ASSERT_EQ(trace.parties.size(), 2u);
  EXPECT_EQ(trace.parties[0].party, Party::kResource);
  EXPECT_EQ(trace.parties[0].verdict, Verdict::kSilent);
  EXPECT_EQ(trace.parties[0].statements[0].naming, Naming::kNone);
  EXPECT_EQ(trace.parties[1].party, Party::kIdentity);
  EXPECT_EQ(trace.parties[1].verdict, Verdict::kDenies);
  const auto& statements = trace.parties[1].statements;
  ASSERT_EQ(statements.size(), 4u);
  EXPECT_FALSE(statements[0].covers_action);
  EXPECT_TRUE(statements[0].covers_resource);
  EXPECT_TRUE(statements[1].covers_action);
  EXPECT_FALSE(statements[1].covers_resource);
  EXPECT_EQ(statements[1].failed_conditions, (std::vector<uint32_t>{0, 2}));
  EXPECT_TRUE(statements[2].applies());
  EXPECT_TRUE(statements[3].applies());
}

TEST_F(EvaluatorTest, TheExplanationIsLimited) {
  std::string text = R"({"Statement":[)";
  for (size_t i = 0; i < kMaxStatements; ++i)
    text.append(i == 0 ? "" : ",").append(R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::b"})");
  const CompiledPolicy identity = compiled(text + "]}", DocumentKind::kIdentityPolicy, {"Long", ""});
  const CompiledPolicy* const list[] = {&identity};
  Trace trace;
  const Decision decision = evaluate(request(), {.identity = list}, &trace);
  EXPECT_EQ(explain(decision, trace).size(), kMaxReasons);
}

// Since 2026 the text has the ARN of a policy that denies, for those who may know.
TEST_F(EvaluatorTest, TheTextOfADenialHasThePolicysArn) {
  const std::string start =
      "User: arn:aws:iam::111111111111:user/ann is not authorized to perform: secretsmanager:GetSecretValue on "
      "resource: " +
      std::string(kSecret);
  constexpr std::string_view kDeny = R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})";
  const CompiledPolicy managed =
      compiled(kDeny, DocumentKind::kIdentityPolicy, {"Deny", "arn:aws:iam::111111111111:policy/Deny"});
  const CompiledPolicy in_line = compiled(kDeny, DocumentKind::kIdentityPolicy, {"Deny", ""});
  const CompiledPolicy resource =
      compiled(R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})",
               DocumentKind::kSecretPolicy, {"", std::string(kSecret)});
  const CompiledPolicy* const list[] = {&managed};
  const CompiledPolicy* const in_line_list[] = {&in_line};
  const PolicyList levels[] = {list};
  const auto text_of = [&](const PolicySet& policies) {
    const Error error = access_denied(request(), policies, decide(policies));
    EXPECT_EQ(error.code, ErrorCode::kAccessDenied);
    return error.message;
  };
  EXPECT_EQ(text_of({.identity = list}),
            start + " with an explicit deny in an identity-based policy: arn:aws:iam::111111111111:policy/Deny");
  EXPECT_EQ(text_of({.boundary = list}),
            start + " with an explicit deny in a permissions boundary: arn:aws:iam::111111111111:policy/Deny");
  EXPECT_EQ(text_of({.service_control = levels}),
            start + " with an explicit deny in a service control policy: arn:aws:iam::111111111111:policy/Deny");
  EXPECT_EQ(text_of({.identity = in_line_list}), start + " with an explicit deny in an identity-based policy");
  EXPECT_EQ(text_of({.resource = &resource}), start + " with an explicit deny in a resource-based policy");
}

TEST_F(EvaluatorTest, WhoIsOfTheOrganizationIsToldThePolicysArn) {
  caller_.arn = "arn:aws:iam::222222222222:user/ann";
  caller_.account = "222222222222";
  const CompiledPolicy managed =
      compiled(R"({"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}})", DocumentKind::kIdentityPolicy,
               {"Deny", "arn:aws:iam::222222222222:policy/Deny"});
  const CompiledPolicy* const list[] = {&managed};
  const PolicySet policies{.identity = list};
  const auto tells = [&] {
    return access_denied(request(), policies, decide(policies))
        .message.ends_with("arn:aws:iam::222222222222:policy/Deny");
  };
  EXPECT_FALSE(tells());
  resource_organization_ = "o-1";
  EXPECT_FALSE(tells());
  caller_.organization = "o-1";
  EXPECT_TRUE(tells());
}

}  // namespace
}  // namespace coffer::policy
