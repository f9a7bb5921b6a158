#include "server/gateway.h"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>

#include "server/testing/fake_exchange.h"

namespace coffer::server {
namespace {

// What one fake region received, and what it answers.
struct FakeRegion {
  std::mutex mutex;
  std::vector<std::string> requests;  // "METHOD TARGET\nname: value\n...\n\nBODY"
  Result<int> status = 200;
  std::atomic<size_t> clients = 0;
};

class FakeClient final : public net::HttpClient {
 public:
  explicit FakeClient(FakeRegion& region) : region_(region) {}
  Result<void> connect(Duration) override { return {}; }
  bool was_unread() const override { return false; }
  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration) override {
    std::string text = std::string(request.method) + " " + std::string(request.target) + "\n";
    for (const auto& [name, value] : request.headers)
      text += std::string(name) + ": " + std::string(value) + "\n";
    text += "\n" + std::string(request.body);
    std::lock_guard lock(region_.mutex);
    region_.requests.push_back(text);
    if (!region_.status.ok()) return region_.status.error();
    net::ClientResponse response;
    response.status = *region_.status;
    response.headers = {{"content-type", "application/x-amz-json-1.1"},
                        {"x-amzn-requestid", "id-of-the-region"},
                        {"x-coffer-replication-lag-ms", "17"},
                        {"connection", "keep-alive"}};
    response.body.append("answer");
    return response;
  }

 private:
  FakeRegion& region_;
};

std::string authorization(const std::string& region, const std::string& service = "secretsmanager") {
  return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/" + region + "/" + service +
         "/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + std::string(64, 'a');
}

class GatewayTest : public testing::Test {
 protected:
  std::unique_ptr<Gateway> gateway() {
    Gateway::Options options;
    options.targets = targets_;
    options.connections_per_region = 2;
    options.make_client = [this](const Gateway::Target& target) {
      FakeRegion& region = regions_[target.region.text()];
      ++region.clients;
      return std::make_unique<FakeClient>(region);
    };
    return std::make_unique<Gateway>(std::move(options), random_);
  }

  std::vector<Gateway::Target> targets_ = {{*Region::parse("us-east-1"), 1, "start it with: one"},
                                           {*Region::parse("eu-west-1"), 2, "start it with: two"}};
  std::map<std::string, FakeRegion> regions_{};
  SeededRandom random_{1};
};

// The signature covers what the client sent: one header changed, and the region refuses the request.
TEST_F(GatewayTest, ForwardsTheRequestUnchangedToTheRegionOfTheScope) {
  const auto gate = gateway();
  FakeExchange exchange("POST", "/path?b=2&a=1",
                        {{"Host", "gateway.example:4566"},
                         {"X-Amz-Date", "20260301T000000Z"},
                         {"X-Amz-Target", "secretsmanager.GetSecretValue"},
                         {"Authorization", authorization("eu-west-1")}},
                        "{\"SecretId\":\"a\"}");
  const net::Reply& reply = exchange.send_to(*gate);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(exchange.body(), "answer");
  EXPECT_EQ(reply.content_type, "application/x-amz-json-1.1");
  EXPECT_EQ(exchange.header("x-amzn-RequestId"), "id-of-the-region");
  EXPECT_EQ(exchange.header("x-coffer-replication-lag-ms"), "17");
  EXPECT_EQ(exchange.header("connection"), "");
  EXPECT_TRUE(regions_["us-east-1"].requests.empty());
  ASSERT_EQ(regions_["eu-west-1"].requests.size(), 1U);
  EXPECT_EQ(regions_["eu-west-1"].requests[0],
            "POST /path?b=2&a=1\nHost: gateway.example:4566\nX-Amz-Date: 20260301T000000Z\n"
            "X-Amz-Target: secretsmanager.GetSecretValue\nAuthorization: " +
                authorization("eu-west-1") + "\n\n{\"SecretId\":\"a\"}");
}

TEST_F(GatewayTest, KeepsHeadersOfThisConnectionToItself) {
  const auto gate = gateway();
  FakeExchange exchange("POST", "/",
                        {{"Host", "h"},
                         {"Connection", "keep-alive, X-Mine, Host"},
                         {"Keep-Alive", "5"},
                         {"X-Mine", "1"},
                         {"Expect", "100-continue"},
                         {"Transfer-Encoding", "chunked"},
                         {"X-Other", "2"},
                         {"Authorization", authorization("us-east-1")}});
  exchange.send_to(*gate);
  ASSERT_EQ(regions_["us-east-1"].requests.size(), 1U);
  EXPECT_EQ(regions_["us-east-1"].requests[0],
            "POST /\nHost: h\nX-Other: 2\nAuthorization: " + authorization("us-east-1") + "\n\n");
}

TEST_F(GatewayTest, AnUnknownRegionIsAnsweredInAwsWords) {
  const auto gate = gateway();
  FakeExchange exchange("POST", "/", {{"Authorization", authorization("mars-north-1")}});
  const net::Reply& reply = exchange.send_to(*gate);
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(
      exchange.body(),
      "{\"__type\":\"InvalidSignatureException\",\"message\":\"Credential should be scoped to a valid region, not "
      "'mars-north-1'. \"}");
  EXPECT_FALSE(exchange.header("x-amzn-RequestId").empty());
}

TEST_F(GatewayTest, RefusalsAreInTheDialectOfTheRequest) {
  const auto gate = gateway();
  const FakeExchange::Headers headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  const auto expect = [](FakeExchange& exchange, std::string_view type, std::string_view code,
                         std::string_view message) {
    EXPECT_EQ(exchange.body(),
              "<ErrorResponse xmlns=\"http://webservices.amazon.com/AWSFault/2005-15-09\"><Error><Type>" +
                  std::string(type) + "</Type><Code>" + std::string(code) + "</Code><Message>" + std::string(message) +
                  "</Message></Error><RequestId>" + exchange.header("x-amzn-RequestId") +
                  "</RequestId></ErrorResponse>");
    EXPECT_EQ(exchange.header("x-amzn-RequestId").size(), 36U);
  };
  FakeExchange nowhere("POST", "/", {headers[0], {"Authorization", authorization("mars-north-1")}}, "Action=x");
  EXPECT_EQ(nowhere.send_to(*gate).status, 403);
  expect(nowhere, "Sender", "SignatureDoesNotMatch",
         "Credential should be scoped to a valid region, not 'mars-north-1'. ");
  regions_["eu-west-1"].status = Error{ErrorCode::kIo, "connection refused"};
  FakeExchange down("POST", "/", {headers[0], {"Authorization", authorization("eu-west-1")}}, "Action=x");
  EXPECT_EQ(down.send_to(*gate).status, 503);
  expect(down, "Receiver", "ServiceUnavailable", "region eu-west-1 does not answer; start it with: two");
}

// SDKs sign for us-east-1 whatever region they are told. Without that region another one answers, and takes that scope.
TEST_F(GatewayTest, AGlobalServiceIsAnsweredByTheFirstRegionWhereThereIsNoUsEast1) {
  targets_ = {{*Region::parse("eu-central-1"), 1, "one"}, {*Region::parse("eu-west-1"), 2, "two"}};
  const auto gate = gateway();
  for (const char* service : {"iam", "organizations", "sts"}) {
    FakeExchange exchange("POST", "/", {{"Authorization", authorization("us-east-1", service)}});
    EXPECT_EQ(exchange.send_to(*gate).status, 200) << service;
  }
  EXPECT_EQ(regions_["eu-central-1"].requests.size(), 3U);
  FakeExchange regional("POST", "/", {{"Authorization", authorization("eu-west-1", "sts")}});
  regional.send_to(*gate);
  EXPECT_EQ(regions_["eu-west-1"].requests.size(), 1U);
  for (const auto& [region, service] : {std::pair("us-east-1", "secretsmanager"), {"us-west-2", "iam"}}) {
    FakeExchange exchange("POST", "/", {{"Authorization", authorization(region, service)}});
    EXPECT_EQ(exchange.send_to(*gate).status, 400) << region << service;
  }
}

// Whatever is wrong with a signature, a region knows the right error better than the gateway.
TEST_F(GatewayTest, WhatNamesNoRegionGoesToTheFirst) {
  const auto gate = gateway();
  FakeExchange none("GET", "/health");
  FakeExchange garbled("POST", "/", {{"Authorization", "Basic dXNlcjpwYXNz"}});
  none.send_to(*gate);
  garbled.send_to(*gate);
  EXPECT_EQ(regions_["us-east-1"].requests.size(), 2U);
  EXPECT_TRUE(regions_["eu-west-1"].requests.empty());
}

// A client must see a 5xx, which it retries, never a 4xx, which it believes; the others are not concerned.
TEST_F(GatewayTest, ARegionThatIsDownAnswers503AndNamesTheRemedy) {
  const auto gate = gateway();
  for (ErrorCode code : {ErrorCode::kIo, ErrorCode::kTimeout}) {
    regions_["eu-west-1"].status = Error{code, "connection refused"};
    FakeExchange exchange("POST", "/", {{"Authorization", authorization("eu-west-1")}});
    EXPECT_EQ(exchange.send_to(*gate).status, 503);
    EXPECT_EQ(
        exchange.body(),
        "{\"__type\":\"ServiceUnavailable\",\"Message\":\"region eu-west-1 does not answer; start it with: two\"}");
  }
  FakeExchange other("POST", "/", {{"Authorization", authorization("us-east-1")}});
  EXPECT_EQ(other.send_to(*gate).status, 200);
}

TEST_F(GatewayTest, ErrorsOfTheRegionPassThrough) {
  const auto gate = gateway();
  regions_["us-east-1"].status = 400;
  FakeExchange exchange("POST", "/", {{"Authorization", authorization("us-east-1")}});
  EXPECT_EQ(exchange.send_to(*gate).status, 400);
  EXPECT_EQ(exchange.body(), "answer");
}

TEST_F(GatewayTest, ConnectionsAreKeptAndBounded) {
  const auto gate = gateway();
  std::vector<std::unique_ptr<FakeExchange>> exchanges;
  for (int i = 0; i < 50; ++i) {
    exchanges.push_back(std::make_unique<FakeExchange>(
        "POST", "/", FakeExchange::Headers{{"Authorization", authorization("us-east-1")}}));
    exchanges.back()->start(*gate);
  }
  for (const auto& exchange : exchanges)
    EXPECT_EQ(exchange->wait().status, 200);
  EXPECT_GE(regions_["us-east-1"].clients.load(), 1U);
  EXPECT_LE(regions_["us-east-1"].clients.load(), 2U);
}

// Regions come and go while it answers.
TEST_F(GatewayTest, ARegionThatComesIsForwardedToAndOneThatWentIsNot) {
  const auto gate = gateway();
  const Region added = *Region::parse("ap-south-1");
  const auto answer_of = [&](const std::string& region) {
    FakeExchange exchange("POST", "/", {{"Authorization", authorization(region)}}, "{}");
    return exchange.send_to(*gate).status;
  };
  EXPECT_EQ(answer_of("ap-south-1"), 400);
  gate->add({added, 3, "start it with: three"});
  EXPECT_EQ(answer_of("ap-south-1"), 200);
  gate->add({added, 4, "start it with: four"});
  EXPECT_EQ(answer_of("ap-south-1"), 200);
  gate->remove(added);
  EXPECT_EQ(answer_of("ap-south-1"), 400);
  EXPECT_EQ(answer_of("eu-west-1"), 200);
}

}  // namespace
}  // namespace coffer::server
