#include "cli/explain_command.h"

#include <gtest/gtest.h>

#include <map>

#include "base/time_text.h"

namespace coffer::cli {
namespace {

class FakeHttp final : public net::HttpClient {
 public:
  Result<void> connect(Duration) override { return {}; }
  bool was_unread() const override { return false; }
  Result<net::ClientResponse> send(const net::ClientRequest& request, Duration) override {
    body = request.body;
    if (!failure.message.empty()) return failure;
    net::ClientResponse response{.status = status, .headers = {{"x-amzn-requestid", "7d0c"}}, .body = {}};
    response.body.append(answer);
    return response;
  }
  int status = 200;
  std::string answer = R"({"Decisions": [{"DecisionId": "7d0c", "Time": 0, "Action": "x:Y"}]})";
  Error failure{ErrorCode::kIo, ""};
  std::string body;
};

class ExplainCommandTest : public ::testing::Test {
 protected:
  Result<std::string> explain(std::string_view id, Form form = Form::kText) {
    return explain_decision(id, form, client_);
  }
  Error refused(int status, std::string answer) {
    http_->status = status;
    http_->answer = std::move(answer);
    const auto explained = explain("7d0c");
    EXPECT_FALSE(explained.ok());
    return explained.error();
  }

  ManualClock clock_{*parse_iso_basic("20261124T103000Z")};
  FakeHttp* http_ = new FakeHttp;
  client::SignedClient client_{{.endpoint = *client::Endpoint::parse("http://127.0.0.1:4566"),
                                .region = *Region::parse("us-east-1"),
                                .credentials = {.access_key_id = "AKIAIOSFODNN7EXAMPLE",
                                                .secret_access_key = SecretBytes::copy_of("hunter2"),
                                                .session_token = {}},
                                .ca_file = {}},
                               std::unique_ptr<net::HttpClient>(http_),
                               clock_};
};

TEST_F(ExplainCommandTest, PrintsTheDecisionOrItsJson) {
  EXPECT_EQ(*explain("7d0c"), "Decision 7d0c  1970-01-01T00:00:00Z\n\n  denied    x:Y\n");
  EXPECT_EQ(http_->body, R"({"DecisionId": "7d0c"})");
  EXPECT_EQ(*explain("7d0c", Form::kJson),
            "{\n  \"Decisions\": [{\"DecisionId\": \"7d0c\", \"Time\": 0, \"Action\": \"x:Y\"}]\n}\n");
}

// As it is copied out of a log, or out of what Python prints of ResponseMetadata.
TEST_F(ExplainCommandTest, WhatIsCopiedAlongDoesNotCount) {
  for (const char* const id : {" 7d0c-2 ", "'7d0c-2',", "\"7d0c-2\"", "7d0c-2.", "(7d0c-2)", "7d0c-2\n"}) {
    EXPECT_TRUE(explain(id).ok()) << id;
    EXPECT_EQ(http_->body, R"({"DecisionId": "7d0c-2"})") << id;
  }
}

TEST_F(ExplainCommandTest, WhatIsNoIdIsNotAskedFor) {
  for (const std::string& id : {std::string(), std::string("''"), std::string("7d0c 1"), std::string("arn:aws:x"),
                                std::string("7d0c/../x"), std::string(65, 'a')}) {
    const auto explained = explain(id);
    ASSERT_FALSE(explained.ok()) << id;
    EXPECT_EQ(explained.error().code, ErrorCode::kUsage);
  }
  EXPECT_EQ(http_->body, "");
}

TEST_F(ExplainCommandTest, ErrorsSayWhatToDo) {
  Error error = refused(400, R"({"__type": "ResourceNotFoundException", "Message": "Coffer can't find it."})");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_TRUE(error.message.starts_with("no decision 7d0c is known in us-east-1 at http://127.0.0.1:4566/"))
      << error.message;
  // It names the home region, where changes of identities are decided.
  EXPECT_TRUE(error.message.ends_with("The region says: Coffer can't find it.")) << error.message;
  error = refused(400, R"({"__type": "AccessDeniedException", "Message": "User: ann is not authorized"})");
  EXPECT_EQ(error.code, ErrorCode::kAccessDenied);
  EXPECT_EQ(error.message, "not allowed: User: ann is not authorized (explaining takes coffer:ExplainDecision)");
  error = refused(400, R"({"__type": "InvalidSignatureException", "message": "Signature expired"})");
  EXPECT_EQ(error.message,
            "us-east-1 at http://127.0.0.1:4566/ answers InvalidSignatureException: Signature expired (request 7d0c)");
}

TEST_F(ExplainCommandTest, WithoutAServerThereIsAHint) {
  http_->failure = {ErrorCode::kIo, "cannot connect to 127.0.0.1:4566: connection refused"};
  auto explained = explain("7d0c");
  ASSERT_FALSE(explained.ok());
  EXPECT_EQ(explained.error().code, ErrorCode::kNotFound) << "the exit status says that nothing runs there";
  EXPECT_EQ(explained.error().message,
            "cannot connect to 127.0.0.1:4566: connection refused (is the region running? --endpoint or "
            "AWS_ENDPOINT_URL says where it is)");
  http_->failure = {ErrorCode::kTimeout, "127.0.0.1:4566: timed out"};
  explained = explain("7d0c");
  EXPECT_EQ(explained.error().code, ErrorCode::kTimeout);
}

// The way from the command line to the socket; nothing listens on port 1.
TEST_F(ExplainCommandTest, TheEnvironmentSaysWhomToAsk) {
  std::map<std::string, std::string> variables = {{"AWS_ENDPOINT_URL", "http://127.0.0.1:1"},
                                                  {"AWS_REGION", "us-east-1"}};
  const auto explain = [&] {
    return explain_decision(
               {.decision_id = "7d0c", .overrides = {}, .form = Form::kText},
               [&](const char* name) {
                 const auto found = variables.find(name);
                 return found == variables.end() ? nullptr : found->second.c_str();
               },
               clock_)
        .error();
  };
  EXPECT_EQ(explain().code, ErrorCode::kUsage) << "no credentials";
  variables["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE";
  variables["AWS_SECRET_ACCESS_KEY"] = "hunter2";
  EXPECT_EQ(explain().code, ErrorCode::kNotFound);
  EXPECT_TRUE(explain().message.starts_with("cannot connect to 127.0.0.1:1: ")) << explain().message;
}

}  // namespace
}  // namespace coffer::cli
