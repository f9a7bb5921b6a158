// Lines that have no id or are no JSON; everything else is data: tests/policies/evaluation.
#include "policy/simulator.h"

#include <gtest/gtest.h>

namespace coffer::policy {
namespace {

constexpr std::string_view kNoJson =
    R"({"error":"line: is no JSON, has a member twice, or has too many values or levels"})";

TEST(Simulator, AnswersWhatIsNoJsonWithAnErrorAndNoId) {
  for (const std::string_view line :
       {"", "{", "x", R"({"id":"1","id":"2"})", "{\"id\":\"1\"}x", R"({"id":[[[[[[[[[[[1]]]]]]]]]]]})"})
    EXPECT_EQ(evaluate_line(line), kNoJson) << line;
}

TEST(Simulator, AnIdIsTextOrAnInteger) {
  constexpr std::string_view kNoId = R"({"error":"id: must be a string or an integer"})";
  for (const std::string_view line : {R"({"id":1.5})", R"({"id":true})", R"({"id":{}})"})
    EXPECT_EQ(evaluate_line(line), kNoId) << line;
  for (const std::string_view line : {"{}", R"({"id":null})", R"({"principal":"anonymous"})"})
    EXPECT_EQ(evaluate_line(line), R"({"error":"id: is missing"})") << line;
  for (const std::string_view line : {"[]", "1", "null", R"("id")"})
    EXPECT_EQ(evaluate_line(line), R"({"error":"line: must be an object"})") << line;
  EXPECT_EQ(evaluate_line(R"({"id":-7})"), R"({"id":-7,"error":"principal: is missing"})");
  EXPECT_EQ(evaluate_line(R"({"id":"a\n\"b"})"), R"({"id":"a\n\"b","error":"principal: is missing"})");
}

TEST(Simulator, TheAnswerIsOneLine) {
  EXPECT_EQ(
      evaluate_line(R"({"id": 1, "principal": "arn:aws:iam::111111111111:user/ann", "action": "s3:GetObject",
                              "resource": "arn:aws:s3:::b/k", "resourceAccount": "111111111111"})"),
      R"({"id":1,"result":"deny","decision":"ImplicitlyDenied","reasons":["no identity-based policy allows the action",)"
      R"("resource-based policy does not allow the action","identity-based policy does not allow the action"],)"
      R"("message":"User: arn:aws:iam::111111111111:user/ann is not authorized to perform: s3:GetObject on resource: )"
      R"(arn:aws:s3:::b/k because no identity-based policy allows the s3:GetObject action"})");
}

// As deep as a policy in a level of control policies gets.
TEST(Simulator, TakesTheDeepestPolicies) {
  const std::string answer = evaluate_line(
      R"({"id":"1","principal":"arn:aws:iam::111111111111:root","action":"s3:GetObject","resource":"*",
          "scps":[[{"Statement":[{"Effect":"Allow","Action":["*"],"Resource":["*"],"Condition":{"StringLike":{"aws:userid":["*"]}}}]}]]})");
  EXPECT_NE(answer.find(R"("decision":"Allowed")"), std::string::npos) << answer;
}

}  // namespace
}  // namespace coffer::policy
