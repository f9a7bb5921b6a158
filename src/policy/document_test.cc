#include "policy/document.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

Document must_read(std::string_view json, DocumentKind kind = DocumentKind::kSecretPolicy) {
  auto read = read_document(json, kind);
  if (const Fault* const fault = std::get_if<Fault>(&read)) {
    ADD_FAILURE() << name_of(fault->kind) << " at " << fault->path;
    return {};
  }
  return std::get<Document>(std::move(read));
}

FaultKind fault_of(std::string_view json) {
  const auto read = read_document(json, DocumentKind::kSecretPolicy);
  EXPECT_TRUE(std::holds_alternative<Fault>(read));
  return std::get<Fault>(read).kind;
}

constexpr std::string_view kStatement = R"({"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"})";

std::string document_of(size_t statements) {
  std::string text = R"({"Statement":[)";
  for (size_t i = 0; i < statements; ++i)
    text.append(i == 0 ? "" : ",").append(kStatement);
  return text + "]}";
}

// Nothing that is written may be lost on the way: an evaluator sees no more than this.
TEST(Document, HoldsEverythingThatIsWritten) {
  const Document document = must_read(R"({
    "Version": "2012-10-17", "Id": "id",
    "Statement": [
      {"Sid": "A", "Effect": "Allow",
       "Principal": {"AWS": ["111111111111", "arn:aws:iam::222222222222:role/x/r"], "Service": "a.amazonaws.com"},
       "Action": ["secretsmanager:Get*", "*"], "Resource": ["*", "arn:aws:secretsmanager:*:*:secret:${aws:username}"],
       "Condition": {"StringLike": {"aws:userid": ["a", 1, 1.5, true]}, "Null": {"aws:TokenIssueTime": false},
                     "ForAnyValue:StringEqualsIfExists": {"AWS:TagKeys": "k"}}},
      {"Effect": "Deny", "NotPrincipal": {"AWS": "111111111111"}, "NotAction": "kms:Decrypt", "NotResource": "arn:aws:s3:::b"}
    ]})");
  EXPECT_EQ(document.version, LanguageVersion::k2012);
  EXPECT_EQ(document.id, "id");
  ASSERT_EQ(document.statements.size(), 2u);

  const Statement& allow = document.statements[0];
  EXPECT_EQ(allow.sid, "A");
  EXPECT_EQ(allow.effect, Effect::kAllow);
  EXPECT_EQ(allow.principals->selects, Selects::kListed);
  ASSERT_EQ(allow.principals->items.size(), 3u);
  EXPECT_EQ(allow.principals->items[0].kind, PrincipalName::Kind::kAccount);
  EXPECT_EQ(allow.principals->items[0].account.text(), "111111111111");
  EXPECT_EQ(allow.principals->items[1].kind, PrincipalName::Kind::kRole);
  EXPECT_EQ(allow.principals->items[1].account.text(), "222222222222");
  EXPECT_EQ(allow.principals->items[1].text, "arn:aws:iam::222222222222:role/x/r");
  EXPECT_EQ(allow.principals->items[2].kind, PrincipalName::Kind::kService);
  EXPECT_TRUE(allow.principals->items[2].account.empty());
  EXPECT_EQ(allow.actions.selects, Selects::kListed);
  ASSERT_EQ(allow.actions.items.size(), 2u);
  EXPECT_EQ(allow.actions.items[0].text(), "secretsmanager:Get*");
  EXPECT_EQ(allow.resources->selects, Selects::kListed);
  ASSERT_EQ(allow.resources->items.size(), 2u);
  EXPECT_EQ(allow.resources->items[1].text(), "arn:aws:secretsmanager:*:*:secret:${aws:username}");
  const std::vector<Condition> conditions = {
      {{Comparison::kStringLike}, "aws:userid", {"a", "1", "1.5", "true"}},
      {{Comparison::kNull}, "aws:TokenIssueTime", {"false"}},
      {{Comparison::kStringEquals, Quantifier::kForAnyValue, true}, "AWS:TagKeys", {"k"}}};
  EXPECT_EQ(allow.conditions, conditions);

  const Statement& deny = document.statements[1];
  EXPECT_EQ(deny.sid, "");
  EXPECT_EQ(deny.effect, Effect::kDeny);
  EXPECT_EQ(deny.principals->selects, Selects::kAllButListed);
  EXPECT_EQ(deny.actions.selects, Selects::kAllButListed);
  EXPECT_EQ(deny.resources->selects, Selects::kAllButListed);
  EXPECT_TRUE(deny.conditions.empty());
}

TEST(Document, WithoutAVersionIsOfTheOldOne) {
  EXPECT_EQ(must_read(document_of(1)).version, LanguageVersion::k2008);
}

TEST(Document, WhatAKindDoesNotHaveIsAbsent) {
  const Document identity =
      must_read(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})", DocumentKind::kIdentityPolicy);
  EXPECT_FALSE(identity.statements[0].principals);
  const Document trust = must_read(R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}})",
                                   DocumentKind::kTrustPolicy);
  EXPECT_FALSE(trust.statements[0].resources);
}

// Clients and Terraform compare these.
TEST(Document, IsRefusedWithTheTextsOfAws) {
  const auto text_of = [](std::string_view json) {
    const auto refused = parse_document(json, DocumentKind::kSecretPolicy);
    EXPECT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kMalformedPolicyDocument);
    return refused.error().message;
  };
  EXPECT_EQ(text_of("{"), "This resource policy contains a syntax error.");
  EXPECT_EQ(text_of("{}"), "This resource policy contains a syntax error.");
  EXPECT_EQ(text_of(R"({"Statement":{"Effect":"Deny","Principal":{"AWS":"ann"},"Action":"*","Resource":"*"}})"),
            "This resource policy contains an unsupported principal.");
  EXPECT_EQ(text_of(R"({"Statement":{"Effect":"Deny","Principal":{"Service":"s3"},"Action":"*","Resource":"*"}})"),
            "This resource policy contains an invalid service principal.");
  EXPECT_TRUE(parse_document(document_of(1), DocumentKind::kSecretPolicy).ok());
}

TEST(Document, StatementsAreLimited) {
  EXPECT_EQ(must_read(document_of(kMaxStatements)).statements.size(), kMaxStatements);
  EXPECT_EQ(fault_of(document_of(kMaxStatements + 1)), FaultKind::kTooManyStatements);
}

// Whatever fits into the longest policy that AWS takes is read, however small its values are.
TEST(Document, ValuesAreLimited) {
  const auto document_with = [](size_t values) {
    std::string text = R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",)";
    text += R"("Condition":{"StringEquals":{"a:b":[0)";
    for (size_t i = 1; i < values; ++i)
      text += ",0";
    return text + "]}}}}";
  };
  EXPECT_EQ(must_read(document_with(16'000)).statements[0].conditions[0].values.size(), 16'000u);
  EXPECT_EQ(fault_of(document_with(20'000)), FaultKind::kJson);
}

TEST(Document, DepthIsLimited) {
  EXPECT_EQ(fault_of(std::string(100'000, '[')), FaultKind::kJson);
  EXPECT_EQ(fault_of(R"({"Statement":)" + std::string(1'000, '[') + std::string(1'000, ']') + "}"), FaultKind::kJson);
}

// A path is made for every value; a long name above many values must not be copied for each.
TEST(Document, ALongKeyAboveManyValuesIsNoBurden) {
  std::string text = R"({"Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*",)";
  text += R"("Condition":{"StringEquals":{"a:)" + std::string(4'000'000, 'k') + R"(":[0)";
  for (size_t i = 1; i < 15'000; ++i)
    text += ",0";
  EXPECT_EQ(must_read(text + "]}}}}").statements[0].conditions[0].values.size(), 15'000u);
}

TEST(Fault, SaysWhereAndRepeatsNothing) {
  const auto read =
      read_document(R"({"Statement":[{"Effect":"Deny","Principal":"*","Action":["s3:*","hunter2"],"Resource":"*"}]})",
                    DocumentKind::kSecretPolicy);
  const Fault& fault = std::get<Fault>(read);
  EXPECT_EQ(name_of(fault.kind), "Action");
  EXPECT_EQ(fault.path, "Statement[0].Action[1]");
  EXPECT_EQ(fault.message.find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace coffer::policy
