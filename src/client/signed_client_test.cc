#include "client/signed_client.h"

#include <gtest/gtest.h>

#include <deque>

#include "auth/sigv4.h"
#include "base/time_text.h"

namespace coffer::client {
namespace {

constexpr std::string_view kKeyId = "AKIAIOSFODNN7EXAMPLE";

class Keys final : public auth::CredentialSource {
 public:
  Result<std::shared_ptr<const auth::Credential>> find(const auth::ClaimedCredential& claimed) const override {
    token = claimed.session_token.value_or("");
    if (claimed.access_key_id != kKeyId) return std::shared_ptr<const auth::Credential>();
    auth::Caller caller{
        .account = *AccountId::parse("123456789012"), .kind = auth::PrincipalKind::kRoot, .arn = "root"};
    if (!token.empty()) caller.session = std::make_shared<const auth::Session>();
    return std::make_shared<const auth::Credential>(std::move(caller), SecretBytes::copy_of("hunter2"),
                                                    auth::KeyState::kActive);
  }
  mutable std::string token;
};

// Answers what it was told to, and keeps the last request as a server sees it.
class FakeHttp final : public net::HttpClient {
 public:
  Result<void> connect(Duration) override { return {}; }
  bool was_unread() const override { return false; }
  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration) override {
    target = request.target;
    body = request.body;
    headers.clear();
    for (const auto& [name, value] : request.headers)
      headers.emplace_back(std::string(name), std::string(value));
    if (!failure.message.empty()) return failure;
    net::ClientResponse response{.status = status, .headers = {{"x-amzn-requestid", "7d0c"}}, .body = {}};
    response.body.append(answer);
    return response;
  }

  // The outcome of the server's check of the signature.
  std::string verdict(const auth::ExpectedScope& scope, const Keys& keys, Time now) const {
    std::vector<net::Header> views;
    for (const auto& [name, value] : headers)
      views.push_back({name, value});
    const net::Request seen{.method = "POST", .target = target, .headers = views, .body = body, .peer_address = "x"};
    const auth::VerifyOptions options{
        .scope = scope, .signed_header = "x-amz-target", .payload = auth::Payload::kSigned};
    const auto verified = auth::verify(seen, options, keys, now);
    return verified.ok() ? (*verified)->caller().arn : verified.error().message;
  }
  std::string header(std::string_view wanted) const {
    for (const auto& [name, value] : headers) {
      if (name == wanted) return value;
    }
    return {};
  }

  int status = 200;
  std::string answer = R"({"Decisions": []})";
  Error failure{ErrorCode::kIo, ""};
  std::string target;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

class SignedClientTest : public ::testing::Test {
 protected:
  SignedClient make(std::string session_token = "", std::string_view url = "http://127.0.0.1:4566") {
    auto http = std::make_unique<FakeHttp>();
    http_ = http.get();
    return SignedClient({.endpoint = *Endpoint::parse(url),
                         .region = *Region::parse("eu-west-1"),
                         .credentials = {.access_key_id = std::string(kKeyId),
                                         .secret_access_key = SecretBytes::copy_of("hunter2"),
                                         .session_token = std::move(session_token)},
                         .ca_file = "/ca.pem"},
                        std::move(http), clock_);
  }
  Result<Answer> call(SignedClient& client) {
    return client.call({.service = "coffer",
                        .target_prefix = "Coffer",
                        .operation = "ExplainDecision",
                        .body = "{\"DecisionId\":\"1\"}"},
                       document_);
  }
  std::string verdict() const {
    return http_->verdict({.region = "eu-west-1", .service = "coffer"}, keys_, clock_.now());
  }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  Keys keys_;
  FakeHttp* http_ = nullptr;
  wire::Document document_;
};

// Checked by what checks signatures in the server, which demands that the target is signed.
TEST_F(SignedClientTest, TheServerAcceptsTheSignature) {
  SignedClient client = make();
  const auto answer = call(client);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->error, "");
  EXPECT_EQ(answer->request_id, "7d0c");
  EXPECT_NE(document_.root().find("Decisions"), nullptr);
  EXPECT_EQ(verdict(), "root");
  EXPECT_EQ(keys_.token, "");
  EXPECT_EQ(http_->header("x-amz-target"), "Coffer.ExplainDecision");
  EXPECT_EQ(http_->header("host"), "127.0.0.1:4566");
  EXPECT_EQ(http_->header("content-type"), "application/x-amz-json-1.1");
  http_->body += " ";
  EXPECT_NE(verdict(), "root") << "the check would see any change";
}

TEST_F(SignedClientTest, ASessionsTokenGoesAlong) {
  SignedClient client = make("token");
  ASSERT_TRUE(call(client).ok());
  EXPECT_EQ(verdict(), "root");
  EXPECT_EQ(keys_.token, "token");
}

TEST_F(SignedClientTest, ThePathOfTheEndpointIsSigned) {
  SignedClient client = make("", "https://example.com/region/one");
  ASSERT_TRUE(call(client).ok());
  EXPECT_EQ(http_->target, "/region/one");
  EXPECT_EQ(http_->header("host"), "example.com");
  EXPECT_EQ(verdict(), "root");
}

TEST_F(SignedClientTest, AnErrorOfTheServiceIsAnAnswer) {
  SignedClient client = make();
  http_->status = 400;
  http_->answer = R"({"__type": "AccessDeniedException", "Message": "No."})";
  auto answer = call(client);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->error, "AccessDeniedException");
  EXPECT_EQ(answer->message, "No.");
  // As other implementations of the protocol spell it.
  http_->answer = R"({"__type": "com.example#ThrottlingException:http://x", "message": "Rate exceeded"})";
  answer = call(client);
  EXPECT_EQ(answer->error, "ThrottlingException");
  EXPECT_EQ(answer->message, "Rate exceeded");
}

TEST_F(SignedClientTest, WhatIsNoServiceIsSaidToBeNone) {
  SignedClient client = make();
  for (const char* const body : {"<html>", "", "[]", "{}"}) {
    http_->status = 502;
    http_->answer = body;
    const auto answer = call(client);
    ASSERT_FALSE(answer.ok()) << body;
    EXPECT_EQ(answer.error().message,
              "http://127.0.0.1:4566/ answers with status 502 and not like a service of Coffer");
  }
  http_->status = 200;
  http_->answer = "<html>";
  EXPECT_FALSE(call(client).ok());
}

TEST_F(SignedClientTest, AConnectionThatFailsIsNoAnswer) {
  SignedClient client = make();
  http_->failure = {ErrorCode::kTimeout, "cannot connect to 127.0.0.1:4566: timed out"};
  const auto answer = call(client);
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::kTimeout);
}

TEST_F(SignedClientTest, TlsChecksTheNameInTheUrl) {
  EXPECT_FALSE(connection_options(make().settings()).tls.has_value());
  const net::ClientOptions options = connection_options(make("", "https://coffer.example.com").settings());
  EXPECT_EQ(options.host, "coffer.example.com");
  EXPECT_EQ(options.port, 443);
  ASSERT_TRUE(options.tls.has_value());
  EXPECT_EQ(options.tls->server_name, "coffer.example.com");
  EXPECT_EQ(options.tls->ca_file, "/ca.pem");
}

}  // namespace
}  // namespace coffer::client
