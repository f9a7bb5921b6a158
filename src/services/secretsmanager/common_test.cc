// What cases as data cannot show, because it happens inside of one call: races, and rows that are lost.
#include "services/secretsmanager/common.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>
#include <thread>

#include "api/testing/owner_authorizer.h"
#include "crypto/system_random.h"
#include "services/secretsmanager/common_values.h"
#include "services/secretsmanager/testing/world.h"
#include "wire/json.h"

namespace coffer::secretsmanager::testing {
namespace {

const auth::Caller kRoot = root_of("123456789012");

template <class T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
  return result.ok() ? std::nullopt : std::optional(result.error().code);
}

void must_succeed(const Result<void>& result) {
  if (!result.ok()) fail(result.error());
}

std::string create(World& world, const std::string& name) {
  const Answer answer =
      world.call(kHome, kRoot, "CreateSecret",
                 R"({"ClientRequestToken": "00000000-0000-0000-0000-000000000001", "SecretString": "s", "Name": ")" +
                     name + "\"}");
  if (answer.status != 200) fail({ErrorCode::kUsage, answer.message});
  return std::string(boost::json::parse(answer.output).at("ARN").as_string());
}

// A card that is authorized for the resource that the test says, and does with it what the test says: Targets are not
// made by hand.
using Use = std::function<Result<secrets::SecretPointer>(const Target&)>;
struct Probe {
  static constexpr std::string_view kName = "Probe";
  static constexpr std::string_view kAction = "secretsmanager:Probe";
  static constexpr api::Effect kEffect = api::Effect::kReads;
  static constexpr ErrorCode kErrors[] = {ErrorCode::kResourceNotFound};
  struct Rooms {
    std::string resource;
    Use use;
    secrets::SecretPointer found = nullptr;
  };
  struct Request {
    std::string secret_id;
    static constexpr wire::Field kFields[] = {wire::field<&Request::secret_id>("SecretId")};
  };
  using Response = NoMembers;
  static Result<void> check(const Request&) { return {}; }
  static Result<api::Resource> resource(const Request&, const auth::Caller& caller, Rooms& rooms) {
    return api::Resource{rooms.resource, caller.account, rooms.found};
  }
  static Result<Response> handle(const api::Authorized<Probe>& authorized, Rooms& rooms) {
    COFFER_TRY(rooms.use(target(authorized)));
    return Response();
  }
};

// How `use` ended for a caller who named `secret_id` and was authorized for `resource`.
std::optional<ErrorCode> outcome(const auth::Caller& caller, const std::string& secret_id, const std::string& resource,
                                 Use use, secrets::SecretPointer found = nullptr) {
  Probe::Rooms rooms{resource, std::move(use), std::move(found)};
  wire::Document document;
  must_succeed(wire::parse_json(R"({"SecretId": ")" + secret_id + "\"}", {}, document));
  SecretBuffer output;
  wire::JsonEncoder encoder(output);
  const api::testing::OwnerAuthorizer authorizer;
  const api::Invocation invocation{.caller = caller, .now = Time(), .request_id = "test", .authorizer = authorizer};
  return code_of(api::operation<Probe>().run(invocation, &rooms, document.root(), encoder));
}

struct Fixture {
  SeededRandom random{7};
  World world{random};
  const std::string arn = create(world, "a");
  const Rooms& rooms = world.rooms(kHome);

  const Use find = [this](const Target& target) { return find_secret(target, rooms); };
  const Use change = [this](const Target& target) {
    return change_secret(target, rooms, [](const secrets::SecretView& view) -> Result<std::optional<secrets::Change>> {
      secrets::Change change = change_of(view);
      change.secret.description = "changed";
      return std::optional(std::move(change));
    });
  };
  const Use erase = [this](const Target& target) {
    return erase_secret(target, rooms, [](const secrets::SecretView&) -> Result<void> { return {}; });
  };
};

// A secret that was deleted and made again after the authorization has another ARN: nobody was asked about that one.
TEST(AuthorizedSecret, IsNotAnotherOneOfThatName) {
  Fixture f;
  EXPECT_EQ(outcome(kRoot, "a", f.arn, f.find), std::nullopt);
  EXPECT_EQ(outcome(kRoot, "a", f.arn, f.change), std::nullopt);
  for (const std::string& other : {f.arn.substr(0, f.arn.size() - 6) + "zzzzzz", std::string("a")}) {
    for (const Use& use : {f.find, f.change, f.erase})
      EXPECT_EQ(outcome(kRoot, "a", other, use), ErrorCode::kResourceNotFound) << other;
  }
  EXPECT_EQ(outcome(kRoot, "a", f.arn, f.find), std::nullopt);
  EXPECT_EQ(outcome(kRoot, "a", f.arn, f.erase), std::nullopt);
  EXPECT_EQ(outcome(kRoot, "a", f.arn, f.find), ErrorCode::kResourceNotFound);
}

// What the decision was made on is what is shown: not a policy of before a change with a value of after it.
TEST(AuthorizedSecret, IsReadAsItWasDecidedOn) {
  Fixture f;
  const secrets::SecretPointer before = must(f.world.secrets(kHome).find(kRoot.account, "a"));
  ASSERT_EQ(outcome(kRoot, "a", f.arn, f.change), std::nullopt);
  secrets::SecretPointer seen;
  const auto look = [&](auto find_it) -> Use {
    return [&, find_it](const Target& target) -> Result<secrets::SecretPointer> {
      COFFER_ASSIGN(seen, find_it(target, f.rooms));
      return seen;
    };
  };
  EXPECT_EQ(outcome(kRoot, "a", f.arn, look(find_secret), before), std::nullopt);
  EXPECT_EQ(seen, before);
  EXPECT_EQ(outcome(kRoot, "a", f.arn, look(find_secret_again), before), std::nullopt);
  EXPECT_EQ(seen->secret.description, "changed");
}

// Its six characters are part of what was authorized.
TEST(AuthorizedSecret, OfAnotherAccountIsTheOneWithThatSuffix) {
  Fixture f;
  const auth::Caller other = root_of("210987654321");
  const std::string wrong = f.arn.substr(0, f.arn.size() - 6) + "zzzzzz";
  for (const Use& use : {f.find, f.change}) {
    EXPECT_EQ(outcome(other, f.arn, f.arn, use), std::nullopt);
    EXPECT_EQ(outcome(other, wrong, wrong, use), ErrorCode::kResourceNotFound);
  }
}

// Caching clients and the CSI driver take a 4xx for the truth, and a 5xx as a reason to ask another region.
TEST(GetSecretValue, AnswersALostValueWithAServerError) {
  Fixture f;
  store::Transaction transaction;
  for (const store::Row& row : *f.world.store(kHome).scan({.begin = "", .end = ""})) {
    if (row.key.find(std::string_view("\0v/", 3)) != std::string::npos) transaction.deletes.push_back(row.key);
  }
  ASSERT_EQ(transaction.deletes.size(), 1u);
  ASSERT_TRUE(f.world.store(kHome).commit(std::move(transaction)).ok());
  const Answer answer = f.world.call(kHome, kRoot, "GetSecretValue", R"({"SecretId": "a"})");
  EXPECT_EQ(answer.status, 500) << answer.error << ": " << answer.message;
}

// Clients send a call again when they saw no answer; the first attempt may still be running.
TEST(CreateSecret, TheSameCallFromManyThreadsMakesOneSecret) {
  crypto::SystemRandom random;
  World world(random);
  world.rooms(kHome);
  std::vector<std::string> arns(8);
  std::vector<std::thread> threads;
  for (std::string& arn : arns)
    threads.emplace_back([&world, &arn] { arn = create(world, "raced"); });
  for (std::thread& thread : threads)
    thread.join();
  for (const std::string& arn : arns)
    EXPECT_EQ(arn, arns.front());
}

// Each write of a new token must make a version, and AWSCURRENT must end on exactly one of them.
TEST(PutSecretValue, ManyThreadsLoseNoVersion) {
  crypto::SystemRandom random;
  World world(random);
  create(world, "a");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&world, i] {
      const std::string input = R"({"SecretId": "a", "SecretString": "s", "ClientRequestToken":)"
                                R"( "10000000-0000-0000-0000-00000000000)" +
                                std::to_string(i) + "\"}";
      EXPECT_EQ(world.call(kHome, kRoot, "PutSecretValue", input).status, 200);
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  const auto view = *world.secrets(kHome).find(kRoot.account, "a");
  EXPECT_EQ(view->secret.versions.size(), 9u);
  size_t labels = 0;
  for (const secrets::Version& version : view->secret.versions)
    labels += version.stages.size();
  EXPECT_EQ(labels, 2u) << "AWSCURRENT and AWSPREVIOUS";
}

// What rotates the secret goes by what the record says is pending, not by labels.
TEST(Rotation, OneThatIsResumedAfterItWasCancelledIsPendingAgainUntilItIsFinished) {
  Fixture f;
  const std::string rotate =
      R"({"SecretId": "a", "ClientRequestToken": "00000000-0000-0000-0000-000000000002",
          "RotationLambdaARN": "arn:aws:lambda:us-east-1:123456789012:function:rotator"})";
  const auto pending_after = [&f](std::string_view operation, std::string_view input) {
    EXPECT_EQ(f.world.call(kHome, kRoot, operation, input).message, "");
    return must(f.world.secrets(kHome).find(kRoot.account, "a"))->secret.rotation->pending;
  };
  const auto token = VersionId::parse("00000000-0000-0000-0000-000000000002");
  EXPECT_EQ(pending_after("RotateSecret", rotate), token);
  EXPECT_EQ(pending_after("CancelRotateSecret", R"({"SecretId": "a"})"), std::nullopt);
  EXPECT_EQ(pending_after("RotateSecret", rotate), token);
  EXPECT_EQ(pending_after("PutSecretValue",
                          R"({"SecretId": "a", "ClientRequestToken": "00000000-0000-0000-0000-000000000002",
                              "SecretString": "2", "VersionStages": ["AWSPENDING"]})"),
            token);
  EXPECT_EQ(pending_after("UpdateSecretVersionStage",
                          R"({"SecretId": "a", "VersionStage": "AWSCURRENT",
                              "MoveToVersionId": "00000000-0000-0000-0000-000000000002",
                              "RemoveFromVersionId": "00000000-0000-0000-0000-000000000001"})"),
            std::nullopt);
}

}  // namespace
}  // namespace coffer::secretsmanager::testing
