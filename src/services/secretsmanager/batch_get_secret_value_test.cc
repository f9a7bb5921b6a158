// What a BatchGetSecretValue tells the audit and the log, which no client sees and so no case shows.
#include <gtest/gtest.h>

#include <algorithm>

#include "services/secretsmanager/testing/world.h"
#include "wire/json.h"

namespace coffer::secretsmanager::testing {
namespace {

const auth::Caller kRoot = root_of("123456789012");
constexpr std::string_view kVersion = "00000000-0000-0000-0000-000000000001";

struct Fixture {
  SeededRandom random{7};
  World world{random};

  std::string create(const std::string& name) {
    const std::string token(kVersion);
    const Answer made =
        world.call(kHome, kRoot, "CreateSecret",
                   R"({"Name": ")" + name + R"(", "SecretString": "v", "ClientRequestToken": ")" + token + "\"}");
    EXPECT_EQ(made.status, 200) << made.message;
    return must(world.secrets(kHome).find(kRoot.account, name))->arn;
  }

  // What a call tried that succeeded.
  std::vector<api::Attempt> attempts(std::string_view input) {
    std::vector<api::Attempt> attempts;
    const api::Invocation invocation{
        .caller = kRoot, .now = world.clock.now(), .request_id = "test", .attempts = &attempts};
    const api::Service& service = world.service(kHome);
    const auto card = std::ranges::find(service.operations, "BatchGetSecretValue", &api::Operation::name);
    wire::Document document;
    EXPECT_TRUE(wire::parse_json(input, {}, document).ok());
    SecretBuffer output;
    wire::JsonEncoder encoder(output);
    EXPECT_TRUE(card->run(invocation, service.rooms, document.root(), encoder).ok());
    return attempts;
  }
};

std::vector<std::string> told(const std::vector<api::Attempt>& attempts) {
  std::vector<std::string> lines;
  for (const api::Attempt& attempt : attempts) {
    lines.push_back(std::string(attempt.operation) + " " + attempt.resource + " " +
                    std::string(attempt.error ? error_name(attempt.error->code) : "ok"));
  }
  return lines;
}

// As CloudTrail has it: whoever looks for the readers of one secret looks for its ARN.
TEST(BatchGetSecretValue, IsOneGetSecretValueForEachSecretOfTheList) {
  Fixture f;
  const std::string a = f.create("a");
  const std::string b = f.create("b");
  const std::string theirs = "arn:aws:secretsmanager:us-east-1:210987654321:secret:c-AbCdEf";
  const auto attempts =
      f.attempts(R"({"SecretIdList": ["b", "nobody", ")" + theirs + R"(", "no name", ")" + a + "\"]}");
  EXPECT_EQ(told(attempts),
            (std::vector<std::string>{"GetSecretValue " + b + " ok", "GetSecretValue nobody ResourceNotFoundException",
                                      "GetSecretValue " + theirs + " AccessDeniedException",
                                      "GetSecretValue no name ValidationException", "GetSecretValue " + a + " ok"}));
}

TEST(BatchGetSecretValue, IsOneGetSecretValueForEachSecretThatTheFiltersFind) {
  Fixture f;
  const std::string one = f.create("a/one");
  f.create("b");
  const std::string two = f.create("a/two");
  const auto attempts = f.attempts(R"({"Filters": [{"Key": "name", "Values": ["a/"]}]})");
  EXPECT_EQ(told(attempts),
            (std::vector<std::string>{"GetSecretValue " + one + " ok", "GetSecretValue " + two + " ok"}));
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
