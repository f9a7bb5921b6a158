// What a BatchGetSecretValue tells the audit and the log, which no client sees and so no case shows.
#include <gtest/gtest.h>

#include <algorithm>

#include "secrets/secret_rows.h"
#include "services/secretsmanager/testing/world.h"
#include "store/testing/fault_store.h"
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

  void damage_value(std::string_view name) {
    const std::string key = secrets::value_key(kRoot.account, name, *VersionId::parse(kVersion));
    must(world.store(kHome).commit({.preconditions = {}, .puts = {{key, "damaged"}}, .deletes = {}}));
  }

  // What the call tried; `ends` is its error.
  std::vector<api::Attempt> attempts(std::string_view input, std::optional<ErrorCode> ends = std::nullopt) {
    std::vector<api::Attempt> attempts;
    const api::Invocation invocation{.caller = kRoot,
                                     .now = world.clock.now(),
                                     .request_id = "test",
                                     .authorizer = world.authorizer(kHome),
                                     .attempts = &attempts};
    const api::Service& service = world.service(kHome);
    const auto card = std::ranges::find(service.operations, "BatchGetSecretValue", &api::Operation::name);
    wire::Document document;
    EXPECT_TRUE(wire::parse_json(input, {}, document).ok());
    SecretBuffer output;
    wire::JsonEncoder encoder(output);
    const Result<void> result = card->run(invocation, service.rooms, document.root(), encoder);
    EXPECT_EQ(result.ok() ? std::nullopt : std::optional(result.error().code), ends);
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

// The client gets a general text: the log must have the other one, or nobody ever repairs the secret.
TEST(BatchGetSecretValue, TellsTheLogWhichValueIsDamaged) {
  Fixture f;
  const std::string a = f.create("a");
  f.damage_value("a");
  const auto attempts = f.attempts(R"({"SecretIdList": ["a"]})");
  ASSERT_EQ(told(attempts), std::vector<std::string>{"GetSecretValue " + a + " Corrupt"});
  EXPECT_NE(attempts[0].error->message.find("of secret a does not open"), std::string::npos)
      << attempts[0].error->message;
}

// A client that took 503 for the state of one secret would not ask again, or elsewhere.
TEST(BatchGetSecretValue, FailsWhenTheServerCannotRead) {
  Fixture f;
  store::testing::FaultStore* disk = nullptr;
  f.world.make_store = [&disk] {
    auto made = store::testing::FaultStore::make();
    disk = made.get();
    return made;
  };
  const std::string a = f.create("a");
  disk->fail_reads(true);
  const auto attempts = f.attempts(R"({"SecretIdList": ["a", "b"]})", ErrorCode::kIo);
  EXPECT_EQ(told(attempts), std::vector<std::string>{"GetSecretValue " + a + " Io"});
  disk->fail_reads(false);
  EXPECT_EQ(told(f.attempts(R"({"SecretIdList": ["a"]})")), std::vector<std::string>{"GetSecretValue " + a + " ok"});
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
