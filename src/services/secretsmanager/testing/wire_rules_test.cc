#include "services/secretsmanager/testing/wire_rules.h"

#include <gtest/gtest.h>

namespace coffer::secretsmanager::testing {
namespace {

net::ClientResponse response(int status, std::string_view body) {
  net::ClientResponse made{.status = status,
                           .headers = {{"content-type", "application/x-amz-json-1.1"},
                                       {"x-amzn-requestid", "0a1b2c3d-4e5f-4aaa-8bbb-0123456789ab"},
                                       {"date", "Tue, 24 Nov 2026 10:30:00 GMT"}},
                           .body = {}};
  made.body.append(body);
  return made;
}

std::string breaches(const net::ClientResponse& response) {
  std::string all;
  for (const std::string& breach : wire_breaches(response))
    all += all.empty() ? breach : "; " + breach;
  return all;
}

std::string breaches(int status, std::string_view body) {
  return breaches(response(status, body));
}

// A rule that nothing breaks would prove nothing about the answers that the cases get.
TEST(WireRules, AnswersOfAwsBreakNone) {
  EXPECT_EQ(breaches(200, R"({"ARN":"a","CreatedDate":1523477145.713,"VersionStages":["AWSCURRENT"]})"), "");
  EXPECT_EQ(breaches(200, R"({"Tags":[{"Key":"k","Value":""}],"LastAccessedDate":1523404800})"), "");
  EXPECT_EQ(breaches(200, R"({"SecretString":"{\"MyDate\":null,\"__type\":\"\"}"})"), "");
  EXPECT_EQ(breaches(200, ""), "");
  EXPECT_EQ(breaches(400, R"({"__type":"ResourceNotFoundException","Message":"m"})"), "");
  EXPECT_EQ(breaches(400, R"({"__type":"ValidationException","message":"m"})"), "");
  EXPECT_EQ(breaches(400, R"({"__type":"UnknownOperationException"})"), "");
}

TEST(WireRules, WhatIsAbsentIsLeftOut) {
  EXPECT_EQ(breaches(200, R"({"NextToken":null})"), ".NextToken is null");
  EXPECT_EQ(breaches(200, R"({"Versions":[{"VersionStages":[null]}]})"), ".Versions[].VersionStages[] is null");
  EXPECT_EQ(breaches(200, R"({"NextToken":""})"), R"(.NextToken is "")");
  EXPECT_EQ(breaches(200, R"({"SecretList":[{"Description":""}]})"), R"(.SecretList[].Description is "")");
  EXPECT_EQ(breaches(200, R"({"Tags":[{"Key":"","Value":"v"}]})"), R"(.Tags[].Key is "")");
  EXPECT_EQ(breaches(400, R"({"__type":"ValidationException","message":""})"), R"(.message is "")");
}

TEST(WireRules, DatesAreSecondsWithAtMostMilliseconds) {
  EXPECT_EQ(breaches(200, R"({"CreatedDate":1523477145.7134})"), "a date is 1523477145.7134");
  EXPECT_EQ(breaches(200, R"({"a":[{"DeletedDate":"2026-11-24T10:30:00Z"}]})"), R"(a date is "2026-11-24T10:30:00Z")");
  EXPECT_EQ(breaches(200, R"({"CreatedDate":1.523477145713E9})"), "a date is 1.523477145713E9");
  EXPECT_EQ(breaches(200, R"({"CreatedDate":-1})"), "a date is -1");
  EXPECT_EQ(breaches(200, R"({"SecretString":"x","CreatedDate":5.})"),
            "the body is not a JSON object: {\"SecretString\":\"x\",\"CreatedDate\":5.}");
}

TEST(WireRules, ErrorsHaveAwssShape) {
  EXPECT_EQ(breaches(400, ""), "an error without a body");
  EXPECT_EQ(breaches(400, R"({"Message":"m"})"), "an error without __type");
  EXPECT_EQ(breaches(400, R"({"__type":"com.amazonaws#ValidationException"})"),
            "__type is not bare: com.amazonaws#ValidationException");
  EXPECT_EQ(breaches(400, R"({"__type":"ResourceNotFoundException","message":"m"})"),
            "ResourceNotFoundException has a member message");
  EXPECT_EQ(breaches(400, R"({"__type":"ValidationException","Message":"m","message":"m"})"),
            "ValidationException has more than one text");
  EXPECT_EQ(breaches(500, R"({"__type":"InternalServiceError","Message":"m","trace":"x"})"),
            "InternalServiceError has a member trace; InternalServiceError has more than one text");
  EXPECT_EQ(breaches(400, R"({"__type":"ValidationException","message":7})"),
            "the text of ValidationException is none");
  EXPECT_EQ(breaches(200, R"({"__type":"ValidationException"})"), "a success with __type");
}

TEST(WireRules, BodiesAreJsonObjects) {
  EXPECT_EQ(breaches(200, "[]"), "the body is not a JSON object: []");
  EXPECT_EQ(breaches(200, "{"), "the body is not a JSON object: {");
  EXPECT_EQ(breaches(503, "busy"), "the body is not a JSON object: busy");
}

TEST(WireRules, EveryAnswerHasItsHeaders) {
  net::ClientResponse bare = response(200, "{}");
  bare.headers.clear();
  EXPECT_EQ(breaches(bare), "Content-Type is ''; x-amzn-RequestId is ''; there is no Date");
  net::ClientResponse other = response(200, "{}");
  other.headers[0].second = "application/json";
  other.headers[1].second = "0A1B2C3D-4e5f-4aaa-8bbb-0123456789ab";
  EXPECT_EQ(breaches(other),
            "Content-Type is 'application/json'; x-amzn-RequestId is '0A1B2C3D-4e5f-4aaa-8bbb-0123456789ab'");
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
