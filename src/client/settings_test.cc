#include "client/settings.h"

#include <gtest/gtest.h>

#include <map>

namespace coffer::client {
namespace {

constexpr SecretAccess kTest("tests look at what they made");

class SettingsTest : public ::testing::Test {
 protected:
  Result<Settings> settings(const Overrides& overrides = {}) const {
    return settings_from(overrides, [this](const char* name) -> const char* {
      const auto found = variables_.find(name);
      return found == variables_.end() ? nullptr : found->second.c_str();
    });
  }
  std::string error(const Overrides& overrides = {}) const {
    const auto made = settings(overrides);
    if (made.ok()) return "none";
    EXPECT_EQ(made.error().code, ErrorCode::kUsage);
    return made.error().message;
  }

  std::map<std::string, std::string> variables_ = {{"AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"},
                                                   {"AWS_SECRET_ACCESS_KEY", "hunter2"},
                                                   {"AWS_DEFAULT_REGION", "eu-west-1"}};
};

TEST_F(SettingsTest, TheEnvironmentOfAwsToolsWillDo) {
  const auto made = settings();
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->endpoint.url(), "http://127.0.0.1:4566/");
  EXPECT_EQ(made->region.text(), "eu-west-1");
  EXPECT_EQ(made->credentials.access_key_id, "AKIAIOSFODNN7EXAMPLE");
  EXPECT_EQ(made->credentials.secret_access_key.view(kTest), "hunter2");
  EXPECT_EQ(made->credentials.session_token, "");
  EXPECT_EQ(made->ca_file, "/etc/ssl/certs/ca-certificates.crt");
}

TEST_F(SettingsTest, WhatIsMoreParticularWins) {
  variables_["AWS_REGION"] = "us-east-1";
  variables_["AWS_ENDPOINT_URL"] = "https://coffer.example.com";
  variables_["AWS_CA_BUNDLE"] = "/etc/coffer/ca.pem";
  variables_["AWS_SESSION_TOKEN"] = "token";
  EXPECT_EQ(settings()->region.text(), "us-east-1");
  EXPECT_EQ(settings()->endpoint.host, "coffer.example.com");
  EXPECT_EQ(settings()->ca_file, "/etc/coffer/ca.pem");
  EXPECT_EQ(settings()->credentials.session_token, "token");
  const auto made = settings({.endpoint = "http://localhost:1", .region = "ap-northeast-1"});
  EXPECT_EQ(made->region.text(), "ap-northeast-1");
  EXPECT_EQ(made->endpoint.port, 1);
}

TEST_F(SettingsTest, AnEmptyVariableIsNone) {
  variables_["AWS_REGION"] = "";
  variables_["AWS_ENDPOINT_URL"] = "";
  EXPECT_EQ(settings()->region.text(), "eu-west-1");
  EXPECT_EQ(settings()->endpoint.port, 4566);
  variables_["AWS_SECRET_ACCESS_KEY"] = "";
  EXPECT_TRUE(error().starts_with("no credentials: set AWS_ACCESS_KEY_ID"));
}

TEST_F(SettingsTest, WhatIsMissingIsSaidWithWhatToDo) {
  EXPECT_TRUE(error({.endpoint = "localhost", .region = ""}).starts_with("\"localhost\" is no endpoint"));
  EXPECT_EQ(error({.endpoint = "", .region = "Frankfurt"}),
            "'Frankfurt' is not the name of a region, such as us-east-1");
  variables_.erase("AWS_DEFAULT_REGION");
  EXPECT_EQ(error(), "no region: give --region, or set AWS_REGION");
  variables_["AWS_REGION"] = "us-east-1";
  variables_.erase("AWS_ACCESS_KEY_ID");
  EXPECT_TRUE(error().starts_with("no credentials: set AWS_ACCESS_KEY_ID"));
}

// They become part of headers, and an error must not repeat them.
TEST_F(SettingsTest, CredentialsThatCannotBeSentAreRefusedUnseen) {
  variables_["AWS_SESSION_TOKEN"] = "hunter2\r\nx: y";
  EXPECT_EQ(error(), "AWS_SESSION_TOKEN has a space or a line end in it");
  variables_["AWS_ACCESS_KEY_ID"] = "hunter2";
  EXPECT_EQ(error(), "AWS_ACCESS_KEY_ID is not the id of an access key");
}

}  // namespace
}  // namespace coffer::client
