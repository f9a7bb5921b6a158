#include "server/policy_commands.h"

#include <gtest/gtest.h>

#include <sstream>

namespace coffer::server {
namespace {

constexpr const char* kAllowed =
    R"({"id": "a", "principal": "arn:aws:iam::111111111111:user/ann", "action": "secretsmanager:GetSecretValue",
        "resource": "*", "identityPolicies": [{"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}}]})";

std::string one_line(std::string text) {
  std::erase(text, '\n');
  return text;
}

TEST(EvaluatePolicies, EveryLineIsAnsweredInItsOrder) {
  std::string denied = one_line(kAllowed);
  denied.replace(denied.find("\"a\""), 3, "\"b\"");
  denied.replace(denied.find("GetSecretValue"), 14, "none:None12345");
  std::istringstream in(one_line(kAllowed) + "\n\n" + denied + "\r\n");
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in, out), 2) << "an action with two colons is not understood";
  const std::string answers = out.str();
  EXPECT_TRUE(answers.starts_with(R"({"id":"a","result":"allow")")) << answers;
  EXPECT_NE(answers.find("\n{\"id\":\"b\",\"error\":"), answers.npos) << answers;
}

TEST(EvaluatePolicies, ADenialIsAnAnswerAndNoFailure) {
  std::string denied = one_line(kAllowed);
  denied.replace(denied.find("secretsmanager:*"), 16, "kms:*");
  std::istringstream in(denied);
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in, out), 0);
  EXPECT_NE(out.str().find(R"("decision":"ImplicitlyDenied")"), std::string::npos) << out.str();
}

TEST(EvaluatePolicies, WhatIsNoJsonIsAnsweredToo) {
  std::istringstream in("nonsense\n");
  std::ostringstream out;
  EXPECT_EQ(evaluate_policies(in, out), 2);
  EXPECT_TRUE(out.str().starts_with(R"({"error":)")) << out.str();
}

}  // namespace
}  // namespace coffer::server
